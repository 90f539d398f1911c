import { createCredentialCache } from './credential-cache.ts';
import { authenticateSession, hasSessions, signOut } from './sessions.ts';
import { createSignInLink, redeemSignInLink } from './sign-in-links.ts';
import { authenticateToken, createToken, revokeToken } from './tokens.ts';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { CredentialCache } from './credential-cache.ts';
import type { Authenticator } from '../../shared/web/principal.ts';
import type { NewToken } from './tokens.ts';

/** What the functions of this slice work on: a database or a transaction, a clock, the cache. */
export interface Store {
  readonly db: PgDatabase<PgQueryResultHKT>;
  readonly now: () => Date;
  readonly cache: CredentialCache;
}

/** Who may come in, and with what; each function is described where it is made. */
export interface Accounts extends Authenticator {
  createToken(token: NewToken): Promise<string>;
  revokeToken(id: string): Promise<void>;
  createSignInLink(): Promise<string>;
  redeemSignInLink(secret: string): Promise<string | null>;
  signOut(session: string): Promise<void>;
  hasSessions(): Promise<boolean>;
}

export function createAccounts(db: Store['db'], now = () => new Date()): Accounts {
  const store: Store = { db, now, cache: createCredentialCache(now) };
  return {
    token: (plaintext) => authenticateToken(store, plaintext),
    session: (plaintext) => authenticateSession(store, plaintext),
    createToken: (token) => createToken(store, token),
    revokeToken: (id) => revokeToken(store, id),
    createSignInLink: () => createSignInLink(store),
    redeemSignInLink: (secret) => redeemSignInLink(store, secret),
    signOut: (session) => signOut(store, session),
    hasSessions: () => hasSessions(store),
  };
}
