import { and, eq, gt, isNull, lt, or } from 'drizzle-orm';
import { newId } from '../../shared/ids.ts';
import { hashOf, newSecret } from './secret.ts';
import { apiTokens } from './tables.ts';
import type { Principal, Role } from '../../shared/web/principal.ts';
import type { Store } from './accounts.ts';

/** `dt_` and 43 characters: recognised by secret scanners, and by the look-up before it asks. */
const shape = /^dt_[\w-]{43}$/;

export interface NewToken {
  /** What people call it, 1 to 100 characters. */
  readonly name: string;
  readonly role: Role;
  /** Null: it works until it is revoked. */
  readonly expiresAt?: Date | null;
}

/** Makes a token and gives its plaintext, which is shown this once and stored nowhere. */
export async function createToken(
  { db, now }: Store,
  { name, role, expiresAt = null }: NewToken,
): Promise<string> {
  const token = `dt_${newSecret()}`;
  await db.insert(apiTokens).values({
    id: newId(),
    name,
    role,
    prefix: token.slice(0, 9),
    hash: hashOf(token),
    createdAt: now(),
    expiresAt,
  });
  return token;
}

/** Ends a token for good; other processes notice within a second. */
export async function revokeToken({ db, now, cache }: Store, id: string): Promise<void> {
  const [revoked] = await db
    .update(apiTokens)
    .set({ revokedAt: now() })
    .where(and(eq(apiTokens.id, id), isNull(apiTokens.revokedAt)))
    .returning({ hash: apiTokens.hash });
  if (revoked) cache.forget(revoked.hash);
}

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
