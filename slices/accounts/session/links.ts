import { and, asc, eq, gt, isNull, lt } from 'drizzle-orm';
import { conflict } from '../../../shared/web/problem.ts';
import type { Store } from '../accounts.ts';
import { SignInLinkMade } from '../events.ts';
import type { Purpose } from '../words.ts';
import type { Asking } from '../record.ts';
import { openOrAsk, type Opened } from '../second-factor/second-steps.ts';
import { hashOf, newSecret } from '../secret.ts';
import { signInLinks, users } from '../tables.ts';
import { findUser, stateUser, type UserRecord } from '../user/users.ts';
import { openSession, type Browser } from './sessions.ts';

/** How long a link works; one that somebody has to be sent takes longer to arrive. */
const hours: Record<Purpose, number> = { 'sign-in': 24, invitation: 7 * 24, reset: 24 };

/** Makes a link for the first administrator who is not shut out; see `createLinkFor`. */
export async function createSignInLink(store: Store, asking: Asking): Promise<string> {
  const [administrator] = await store.db
    .select()
    .from(users)
    .where(and(eq(users.role, 'admin'), eq(users.disabled, false)))
    .orderBy(asc(users.createdAt))
    .limit(1);
  if (!administrator) throw new Error('There is no administrator to sign in as.');
  return createLink(store, administrator, { purpose: 'sign-in', reason: null, ...asking });
}

/**
 * Makes a link for a person: the secret that follows `/sign-in/`. It works once, in place of any that
 * was made for them before.
 * @throws Problem 404 without such a person, 409 for one who is shut out
 */
export async function createLinkFor(
  store: Store,
  userId: string,
  asking: Asking & { reason: string | null },
): Promise<string> {
  const user = await findUser(store, userId);
  if (user.disabled) throw conflict(`${user.name} is shut out. Let them in again first.`);
  const purpose = user.joined ? 'reset' : 'invitation';
  await store.db.delete(signInLinks).where(eq(signInLinks.userId, userId));
  return createLink(store, user, { purpose, ...asking });
}

async function createLink(
  store: Store,
  user: UserRecord,
  { purpose, reason, actor }: Asking & { purpose: Purpose; reason: string | null },
): Promise<string> {
  const secret = newSecret();
  const time = store.now();
  const expiresAt = new Date(time.getTime() + hours[purpose] * 3_600_000);
  const { id, name } = user;
  const made = SignInLinkMade({ name, purpose, expiresAt: expiresAt.toISOString(), reason });
  const link = { hash: hashOf(secret), userId: id, purpose, createdAt: time, expiresAt };
  await store.db.transaction(async (tx) => {
    // First, because it locks the user: a row that refers to it would take a weaker lock before.
    await stateUser(store, tx, user.id, [made], { actor, command: 'make sign-in link' });
    await tx.delete(signInLinks).where(lt(signInLinks.expiresAt, time));
    await tx.insert(signInLinks).values(link);
  });
  return secret;
}

/** What a link has opened, and what it was for. */
export type Redeemed = Opened & { readonly purpose: Purpose };

/**
 * Uses a link up and gives the session it opened, or the step that is still owed; null when it was used already, has expired, never
 * was, or its user is shut out. Of several at once one wins: the row is taken by the update itself.
 */
export async function redeemSignInLink(
  store: Store,
  secret: string,
  browser: Browser,
): Promise<Redeemed | null> {
  const time = store.now();
  const usable = and(
    eq(signInLinks.hash, hashOf(secret)),
    isNull(signInLinks.usedAt),
    gt(signInLinks.expiresAt, time),
  );
  return store.db.transaction(async (tx) => {
    const [link] = await tx.update(signInLinks).set({ usedAt: time }).where(usable).returning();
    if (!link) return null;
    const [user] = await tx.select().from(users).where(eq(users.id, link.userId)).for('update');
    if (!user || user.disabled) return null;
    const { purpose } = link;
    const opening = { by: 'link', browser } as const;
    // The last way in for whoever runs the server, who could change the database as well.
    if (purpose === 'sign-in')
      return { session: await openSession(store, tx, user, opening), purpose };
    return { ...(await openOrAsk(store, tx, user, opening)), purpose };
  });
}
