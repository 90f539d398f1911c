import { and, eq, gt, lt } from 'drizzle-orm';
import type { Transaction } from '../../../shared/subscription.ts';
import type { Store } from '../accounts.ts';
import { hashOf, newSecret } from '../secret.ts';
import { openSession, type Browser } from '../session/sessions.ts';
import { secondSteps, users } from '../tables.ts';
import { stateUser, type UserRecord } from '../user/users.ts';
import { useCode } from './use-code.ts';

/** Seconds within which the code has to be entered. */
export const secondStepSeconds = 10 * 60;
/** Wrong codes after which the password is asked for again. */
const MOST_WRONG = 5;

/** A session, or what the cookie holds of whoever owes the code. */
export type Opened =
  | { session: string; secondStep?: undefined }
  | { secondStep: string; session?: undefined };

/** What a code led to: a session, or nothing; `ended`: the password is next again. */
export type SecondStep = { session: string; openedBy: 'link' | 'password' } | { ended: boolean };

/** Opens a session, or has the code asked for first. The caller holds the user's lock. */
export async function openOrAsk(
  store: Store,
  tx: Transaction,
  user: UserRecord,
  opening: { by: 'link' | 'password'; browser: Browser },
): Promise<Opened> {
  if (!user.secondFactor) return { session: await openSession(store, tx, user, opening) };
  const secondStep = newSecret();
  const now = store.now();
  await tx.delete(secondSteps).where(lt(secondSteps.expiresAt, now));
  await tx.insert(secondSteps).values({
    hash: hashOf(secondStep),
    userId: user.id,
    openedBy: opening.by,
    expiresAt: new Date(now.getTime() + secondStepSeconds * 1_000),
  });
  return { secondStep };
}

/** Who owes the code, by what their cookie holds; null: nobody. */
export async function ownerOfSecondStep(
  { db, now }: Pick<Store, 'db' | 'now'>,
  step: string,
): Promise<string | null> {
  const counts = and(eq(secondSteps.hash, hashOf(step)), gt(secondSteps.expiresAt, now()));
  const [found] = await db.select().from(secondSteps).where(counts);
  return found?.userId ?? null;
}

/** Opens the session that a password or a link has earned, for the right code. */
export async function finishSignIn(
  store: Store,
  { step, code }: { step: string; code: string },
  browser: Browser,
): Promise<SecondStep> {
  const owner = await ownerOfSecondStep(store, step);
  if (owner === null) return { ended: true };
  const ofStep = eq(secondSteps.hash, hashOf(step));
  return store.db.transaction(async (tx) => {
    const [user] = await tx.select().from(users).where(eq(users.id, owner)).for('update');
    const [found] = await tx.select().from(secondSteps).where(ofStep);
    if (!user || !found || user.disabled || !user.secondFactor) return { ended: true };
    const facts = await useCode(store, tx, user.id, code);
    if (facts === null) {
      const wrong = found.wrong + 1;
      const ended = wrong >= MOST_WRONG;
      if (ended) await tx.delete(secondSteps).where(ofStep);
      else await tx.update(secondSteps).set({ wrong }).where(ofStep);
      return { ended };
    }
    await tx.delete(secondSteps).where(ofStep);
    await stateUser(store, tx, user.id, facts, { actor: `user:${user.id}`, command: 'sign in' });
    const { openedBy } = found;
    const session = await openSession(store, tx, user, { by: openedBy, browser });
    return { session, openedBy };
  });
}

/** Whoever owes a code owes the password first. */
export async function forgetSecondSteps(tx: Transaction, userId: string): Promise<void> {
  await tx.delete(secondSteps).where(eq(secondSteps.userId, userId));
}
