import { and, eq, gt, lt } from 'drizzle-orm';
import { hashOf, newSecret } from './secret.ts';
import { sessions, users } from './tables.ts';
import type { Principal } from '../../shared/web/principal.ts';
import type { Store } from './accounts.ts';

/** Seconds until a session has to sign in again. */
export const sessionSeconds = 30 * 24 * 60 * 60;

/** Opens a session for a user and gives what the cookie has to hold. */
export async function openSession(
  { db, now }: Pick<Store, 'db' | 'now'>,
  userId: string,
): Promise<string> {
  const session = newSecret();
  const time = now();
  const expiresAt = new Date(time.getTime() + sessionSeconds * 1000);
  await db
    .insert(sessions)
    .values({ hash: hashOf(session), userId, createdAt: time, expiresAt, lastSeenAt: time });
  return session;
}

/** Whose a session is; null when it is unknown, expired or signed out. */
export async function authenticateSession(
  store: Store,
  session: string,
): Promise<Principal | null> {
  const hash = hashOf(session);
  return store.cache.find(hash, () => findSession(store, hash));
}

async function findSession({ db, now }: Store, hash: string): Promise<Principal | null> {
  const time = now();
  const [found] = await db
    .select({ id: users.id, name: users.name, role: users.role, seen: sessions.lastSeenAt })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.hash, hash), gt(sessions.expiresAt, time)));
  if (!found) return null;
  const { seen, ...user } = found;
  const aMinuteAgo = new Date(time.getTime() - 60_000);
  if (seen < aMinuteAgo) {
    await db
      .update(sessions)
      .set({ lastSeenAt: time })
      .where(and(eq(sessions.hash, hash), lt(sessions.lastSeenAt, aMinuteAgo)));
  }
  return { kind: 'session', ...user };
}

/** Ends a session for good, and clears away what has expired. */
export async function signOut({ db, now, cache }: Store, session: string): Promise<void> {
  const hash = hashOf(session);
  await db.delete(sessions).where(eq(sessions.hash, hash));
  await db.delete(sessions).where(lt(sessions.expiresAt, now()));
  cache.forget(hash);
}

/** Whether anybody is signed in: then the start need not print a link. */
export async function hasSessions({ db, now }: Store): Promise<boolean> {
  const found = await db.select().from(sessions).where(gt(sessions.expiresAt, now())).limit(1);
  return found.length > 0;
}
