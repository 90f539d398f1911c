import { and, desc, eq, gt, isNull, lt, or } from 'drizzle-orm';
import { newId } from '../../../shared/ids.ts';
import type { Principal, Role } from '../../../shared/web/principal.ts';
import { conflict, notFound } from '../../../shared/web/problem.ts';
import type { Store } from '../accounts.ts';
import { TokenCreated, TokenRevoked } from '../events.ts';
import { record, type Asking } from '../record.ts';
import { hashOf, newSecret } from '../secret.ts';
import { apiTokens } from '../tables.ts';

/** `dt_` and 43 characters: recognised by secret scanners, and by the look-up before it asks. */
const shape = /^dt_[\w-]{43}$/;

export interface NewToken {
  /** What people call it, 1 to 100 characters. */
  readonly name: string;
  readonly role: Role;
  /** Null: it works until it is revoked. */
  readonly expiresAt?: Date | null;
}

/** The stream that holds every fact about a token. */
const tokenStream = (id: string): string => `token-${id}`;

/** Makes a token and gives its plaintext, which is shown this once and stored nowhere. */
export async function createToken(
  { db, events, now }: Store,
  { name, role, expiresAt = null }: NewToken,
  asking: Asking,
): Promise<string> {
  const token = `dt_${newSecret()}`;
  const id = newId();
  const prefix = token.slice(0, 9);
  const row = { id, name, role, prefix, hash: hashOf(token), createdAt: now(), expiresAt };
  const expires = expiresAt?.toISOString() ?? null;
  const made = TokenCreated({ name, role, prefix, expiresAt: expires });
  await db.transaction(async (tx) => {
    await tx.insert(apiTokens).values(row);
    const why = { ...asking, command: 'make token' };
    await record({ store: events, tx }, tokenStream(id), [made], why);
  });
  return token;
}

/**
 * Ends a token for good; other processes notice within a second.
 * @throws Problem 404 without such a token, 409 when it was revoked before
 */
export async function revokeToken(
  { db, events, now, cache }: Store,
  id: string,
  { actor, reason }: Asking & { reason: string },
): Promise<void> {
  const hash = await db.transaction(async (tx) => {
    const [token] = await tx.select().from(apiTokens).where(eq(apiTokens.id, id)).for('update');
    if (!token)
      throw notFound('There is no API token with this id. Settings, API tokens lists them.');
    const { name, hash, revokedAt } = token;
    if (revokedAt) throw conflict(`The API token ${name} was revoked already.`);
    await tx.update(apiTokens).set({ revokedAt: now() }).where(eq(apiTokens.id, id));
    const facts = [TokenRevoked({ name, reason })];
    const asking = { actor, command: 'revoke token' };
    await record({ store: events, tx }, tokenStream(id), facts, asking);
    return hash;
  });
  cache.forget(hash);
}

export type TokenRecord = typeof apiTokens.$inferSelect;

/** Every token there ever was, the newest first. */
export const listTokens = ({ db }: Pick<Store, 'db'>): Promise<TokenRecord[]> =>
  db.select().from(apiTokens).orderBy(desc(apiTokens.createdAt), desc(apiTokens.id));

/** Whose a token is; null when it is unknown, expired or revoked. */
export async function authenticateToken(store: Store, token: string): Promise<Principal | null> {
  if (!shape.test(token)) return null;
  const hash = hashOf(token);
  return store.cache.find(hash, () => findToken(store, hash));
}

async function findToken({ db, now }: Store, hash: string): Promise<Principal | null> {
  const time = now();
  const [token] = await db
    .select()
    .from(apiTokens)
    .where(
      and(
        eq(apiTokens.hash, hash),
        isNull(apiTokens.revokedAt),
        or(isNull(apiTokens.expiresAt), gt(apiTokens.expiresAt, time)),
      ),
    );
  if (!token) return null;
  const aMinuteAgo = new Date(time.getTime() - 60_000);
  if (!token.lastUsedAt || token.lastUsedAt < aMinuteAgo) {
    const stale = or(isNull(apiTokens.lastUsedAt), lt(apiTokens.lastUsedAt, aMinuteAgo));
    await db
      .update(apiTokens)
      .set({ lastUsedAt: time })
      .where(and(eq(apiTokens.id, token.id), stale));
  }
  return { kind: 'token', id: token.id, name: token.name, role: token.role };
}
