import { and, desc, eq, gt, lt, ne, type SQL } from 'drizzle-orm';
import { newId } from '../../../shared/ids.ts';
import type { Transaction } from '../../../shared/subscription.ts';
import type { Principal } from '../../../shared/web/principal.ts';
import { notFound } from '../../../shared/web/problem.ts';
import type { Store } from '../accounts.ts';
import { SessionsEnded, SignedIn } from '../events.ts';
import type { Asking } from '../record.ts';
import { hashOf, newSecret } from '../secret.ts';
import { sessions, users } from '../tables.ts';
import { findUser, stateUser, type UserRecord } from '../user/users.ts';
import type { EndOfSession, WayIn } from '../words.ts';

/** Seconds until a session has to sign in again. */
export const sessionSeconds = 30 * 24 * 60 * 60;

/** What is known of a browser; the session it brought along ends when another one is opened. */
export interface Browser {
  readonly address: string | null;
  /** As its header User-Agent says. */
  readonly agent: string | null;
  readonly session: string | null;
}

/** One that nobody has seen, such as that of a test. */
export const unknownBrowser: Browser = { address: null, agent: null, session: null };

export type SessionRecord = typeof sessions.$inferSelect;

/**
 * Opens a session for a user and gives what the cookie has to hold: always a new secret, so that
 * nobody gets to use one that was planted before.
 */
export async function openSession(
  store: Store,
  tx: Transaction,
  user: UserRecord,
  opened: { by: WayIn; browser: Browser },
): Promise<string> {
  const { by, browser } = opened;
  const asking = { actor: `user:${user.id}`, command: 'sign in' };
  if (browser.session !== null) await endBroughtAlong(store, tx, browser.session);
  const session = newSecret();
  const time = store.now();
  const id = newId();
  const agent = browser.agent?.slice(0, 300) ?? null;
  // First, because it locks the user: a row that refers to it would take a weaker lock before.
  await stateUser(store, tx, user.id, [SignedIn({ session: id, by, agent })], asking);
  await tx.insert(sessions).values({
    hash: hashOf(session),
    id,
    userId: user.id,
    openedBy: by,
    address: browser.address,
    agent,
    createdAt: time,
    expiresAt: new Date(time.getTime() + sessionSeconds * 1000),
    lastSeenAt: time,
  });
  return session;
}

/** Whose a session is; null when it is unknown, expired, signed out, or its user shut out. */
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
    .where(and(eq(sessions.hash, hash), gt(sessions.expiresAt, time), eq(users.disabled, false)));
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

/** The row of a session that counts, by what its cookie holds; undefined when there is none. */
export async function sessionRecord(
  { db, now }: Pick<Store, 'db' | 'now'>,
  session: string,
): Promise<SessionRecord | undefined> {
  const counts = and(eq(sessions.hash, hashOf(session)), gt(sessions.expiresAt, now()));
  const [found] = await db.select().from(sessions).where(counts);
  return found;
}

/** A user's sessions that count, the one used last first. */
export const listSessions = (
  { db, now }: Pick<Store, 'db' | 'now'>,
  userId: string,
): Promise<SessionRecord[]> =>
  db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, now())))
    .orderBy(desc(sessions.lastSeenAt), desc(sessions.createdAt));

interface Ending {
  why: EndOfSession;
  reason?: string;
  /** Which of the user's; all unless told. */
  which?: SQL | undefined;
}

/**
 * Ends sessions of a user for good, inside the caller's transaction; gives how many. Once that has
 * committed the caller has the cache forget them.
 */
export async function endSessions(
  store: Store,
  tx: Transaction,
  userId: string,
  asking: Asking & { command: string },
  { why, reason, which }: Ending,
): Promise<number> {
  const ended = await tx
    .delete(sessions)
    .where(and(eq(sessions.userId, userId), which))
    .returning({ id: sessions.id });
  if (ended.length === 0) return 0;
  const facts = [
    SessionsEnded({ sessions: ended.map(({ id }) => id), why, reason: reason ?? null }),
  ];
  await stateUser(store, tx, userId, facts, asking);
  return ended.length;
}

/** Ends the session of a cookie, and clears away what has expired. */
export async function signOut(store: Store, session: string): Promise<void> {
  await store.db.transaction(async (tx) => {
    await endBroughtAlong(store, tx, session, 'signed-out');
    await tx.delete(sessions).where(lt(sessions.expiresAt, store.now()));
  });
  store.cache.forgetAll();
}

async function endBroughtAlong(
  store: Store,
  tx: Transaction,
  session: string,
  why: EndOfSession = 'signed-in-anew',
): Promise<void> {
  const hash = hashOf(session);
  const [found] = await tx
    .select({ user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.hash, hash));
  if (!found) return;
  const { user } = found;
  const asking = { actor: `user:${user.id}`, command: 'sign out' };
  await endSessions(store, tx, user.id, asking, { why, which: eq(sessions.hash, hash) });
}

/**
 * Ends one session of a user, on request.
 * @throws Problem 404 when the user has no such session (any more)
 */
export async function revokeSession(
  store: Store,
  userId: string,
  id: string,
  asking: Asking & { reason?: string },
): Promise<void> {
  const which = eq(sessions.id, id);
  const ended = await revoke(store, userId, asking, which);
  if (ended === 0) throw notFound('This session has ended already.');
}

/** Ends all sessions of a user, on request, but the one whose cookie holds `except`. */
export async function revokeSessions(
  store: Store,
  userId: string,
  asking: Asking & { reason?: string; except?: string },
): Promise<void> {
  const { except } = asking;
  await revoke(store, userId, asking, except ? ne(sessions.hash, hashOf(except)) : undefined);
}

async function revoke(
  store: Store,
  userId: string,
  { actor, reason }: Asking & { reason?: string },
  which: SQL | undefined,
): Promise<number> {
  const user = await findUser(store, userId);
  const asking = { actor, command: 'revoke session' };
  const ending = { why: 'revoked' as const, which, ...(reason === undefined ? {} : { reason }) };
  const ended = await store.db.transaction((tx) => endSessions(store, tx, user.id, asking, ending));
  store.cache.forgetAll();
  return ended;
}

/** Whether anybody is signed in: then the start need not print a link. */
export async function hasSessions({ db, now }: Store): Promise<boolean> {
  const found = await db.select().from(sessions).where(gt(sessions.expiresAt, now())).limit(1);
  return found.length > 0;
}
