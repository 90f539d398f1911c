import { eq, ne, sql } from 'drizzle-orm';
import { forbidden, unprocessable } from '../../../shared/web/problem.ts';
import type { Store } from '../accounts.ts';
import { PasswordSet } from '../events.ts';
import { forgetSecondSteps, openOrAsk, type Opened } from '../second-factor/second-steps.ts';
import { hashOf } from '../secret.ts';
import {
  endSessions,
  sessionRecord,
  type Browser,
  type SessionRecord,
} from '../session/sessions.ts';
import { passwords, sessions, users } from '../tables.ts';
import { findUser, stateUser } from '../user/users.ts';
import { hashPassword, verifyPassword } from './hash.ts';
import { passwordRefusal } from './rules.ts';

/** How long a session that a link opened may set a password without knowing the old one. */
const AFTER_LINK_MS = 60 * 60 * 1_000;

/**
 * What a try to sign in led to: a session, the step that is still owed, or whom it was refused for
 * (null: nobody there is).
 */
export type SignIn = Opened | { user: string | null };

/**
 * Signs in by e-mail address and password; a refusal takes as long whether there is such a user or
 * not. Whoever has no password, or is shut out, is refused like everybody.
 */
export async function signIn(
  store: Store,
  { email, password }: { email: string; password: string },
  browser: Browser,
): Promise<SignIn> {
  const [found] = await store.db
    .select({ user: users, hash: passwords.hash })
    .from(users)
    .leftJoin(passwords, eq(passwords.userId, users.id))
    .where(sql`lower(${users.email}) = lower(${email})`);
  const fits = await verifyPassword(found?.hash ?? null, password);
  const refused = { user: found?.user.id ?? null };
  if (!fits || !found) return refused;
  return store.db.transaction(async (tx) => {
    const [user] = await tx.select().from(users).where(eq(users.id, found.user.id)).for('update');
    const [still] = await tx.select().from(passwords).where(eq(passwords.userId, found.user.id));
    // Shut out, or another password, while it was verified.
    if (!user || user.disabled || still?.hash !== found.hash) return refused;
    return openOrAsk(store, tx, user, { by: 'password', browser });
  });
}

/** When somebody set a password; null: never. */
export async function passwordSetAt(
  { db }: Pick<Store, 'db'>,
  userId: string,
): Promise<Date | null> {
  const [found] = await db.select().from(passwords).where(eq(passwords.userId, userId));
  return found?.setAt ?? null;
}

/** Whether a session proves enough to set a password without the old one: a link opened it just now. */
export const isFreshFromLink = ({ openedBy, createdAt }: SessionRecord, now: Date): boolean =>
  openedBy === 'link' && now.getTime() - createdAt.getTime() < AFTER_LINK_MS;

/**
 * Sets the password of whoever holds a session, and ends their other sessions.
 * @throws Problem 403 when the present password is asked for and does not fit, 422 for one that is guessed soon
 */
export async function setPassword(
  store: Store,
  session: string,
  { userId, current, password }: { userId: string; current: string; password: string },
): Promise<void> {
  const user = await findUser(store, userId);
  const refusal = passwordRefusal(password, user);
  if (refusal !== null) throw unprocessable(refusal);
  await proveWhoAsks(store, session, userId, current);
  const hash = await hashPassword(password);
  const set = { hash, setAt: store.now() };
  const asking = { actor: `user:${userId}`, command: 'set password' };
  await store.db.transaction(async (tx) => {
    const [user] = await tx.select().from(users).where(eq(users.id, userId)).for('update');
    if (!user) return;
    await tx
      .insert(passwords)
      .values({ userId, ...set })
      .onConflictDoUpdate({ target: passwords.userId, set });
    await stateUser(store, tx, user.id, [PasswordSet({})], asking);
    await forgetSecondSteps(tx, user.id);
    const which = ne(sessions.hash, hashOf(session));
    await endSessions(store, tx, user.id, asking, { why: 'password-set', which });
  });
  store.cache.forgetAll();
}

/**
 * A browser that was left open must not be enough to lock its owner out.
 * @throws Problem 403 for a wrong password
 */
export async function proveWhoAsks(
  store: Store,
  session: string,
  userId: string,
  current: string,
): Promise<void> {
  const [found] = await store.db.select().from(passwords).where(eq(passwords.userId, userId));
  if (!found) return;
  const opened = await sessionRecord(store, session);
  if (opened && isFreshFromLink(opened, store.now())) return;
  if (await verifyPassword(found.hash, current)) return;
  throw forbidden(
    'The present password does not fit. Enter it again, or ask an administrator for a link.',
    'wrong-password',
  );
}
