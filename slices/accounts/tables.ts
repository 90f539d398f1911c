import { pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { roles } from '../../shared/web/principal.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true });

/** People. The migration makes the first one, an administrator. */
export const users = pgTable('users', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  role: text({ enum: roles }).notNull(),
  createdAt: moment('created_at').notNull(),
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
  userId: uuid('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
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
  createdAt: moment('created_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
  usedAt: moment('used_at'),
});
