import {
  bigint,
  boolean,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { roles } from '../../shared/web/principal.ts';
import { purposes, waysIn } from './words.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true });

/** People, each a fold of its stream. The migration makes the first one, an administrator. */
export const users = pgTable('users', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  email: text(),
  role: text({ enum: roles }).notNull(),
  disabled: boolean().notNull().default(false),
  /** Has signed in at least once. */
  joined: boolean().notNull().default(false),
  /** Is asked for a code after the password. */
  secondFactor: boolean('second_factor').notNull().default(false),
  /** Both together: who they are at an OpenID Connect provider. */
  issuer: text(),
  subject: text(),
  createdAt: moment('created_at').notNull(),
});

/** What people prove themselves with, as a PHC string; not everybody has one. */
export const passwords = pgTable('passwords', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  hash: text().notNull(),
  setAt: moment('set_at').notNull(),
});

/** Credentials of programs; `prefix` is the start of the token, by which people recognise it. */
export const apiTokens = pgTable('api_tokens', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  role: text({ enum: roles }).notNull(),
  prefix: text().notNull(),
  hash: text().notNull().unique(),
  createdAt: moment('created_at').notNull(),
  /** At most a minute behind. */
  lastUsedAt: moment('last_used_at'),
  expiresAt: moment('expires_at'),
  revokedAt: moment('revoked_at'),
});

/** Signed-in browsers, by the hash of what their cookie holds. */
export const sessions = pgTable('sessions', {
  hash: text().primaryKey(),
  id: uuid().notNull().unique(),
  userId: uuid('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  openedBy: text('opened_by', { enum: waysIn }).notNull(),
  address: text(),
  agent: text(),
  createdAt: moment('created_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
  /** At most a minute behind. */
  lastSeenAt: moment('last_seen_at').notNull(),
});

/** One-time links, by the hash of the secret in their address. */
export const signInLinks = pgTable('sign_in_links', {
  hash: text().primaryKey(),
  userId: uuid('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  purpose: text({ enum: purposes }).notNull(),
  createdAt: moment('created_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
  usedAt: moment('used_at'),
});

const userId = () =>
  uuid('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' });

/** What makes the codes of somebody's second factor; not confirmed: not used yet. */
export const secondFactors = pgTable('second_factors', {
  userId: userId().primaryKey(),
  sealed: text().notNull(),
  madeAt: moment('made_at').notNull(),
  confirmed: boolean().notNull().default(false),
  /** Of the newest code that was used; each works once. */
  lastStep: bigint('last_step', { mode: 'number' }).notNull().default(0),
});

/** In place of a code, each once; by their hash. */
export const backupCodes = pgTable(
  'backup_codes',
  { userId: userId(), hash: text().notNull() },
  (table) => [primaryKey({ columns: [table.userId, table.hash] })],
);

/** Whoever owes the second factor, by the hash of what their cookie holds. */
export const secondSteps = pgTable('second_steps', {
  hash: text().primaryKey(),
  userId: userId(),
  openedBy: text('opened_by', { enum: ['link', 'password'] }).notNull(),
  expiresAt: moment('expires_at').notNull(),
  wrong: integer().notNull().default(0),
});
