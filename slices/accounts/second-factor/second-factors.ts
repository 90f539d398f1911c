import { and, eq, ne } from 'drizzle-orm';
import type { Transaction } from '../../../shared/subscription.ts';
import { conflict, forbidden } from '../../../shared/web/problem.ts';
import type { Store } from '../accounts.ts';
import { BackupCodesMade, SecondFactorRemoved, SecondFactorSet } from '../events.ts';
import { isFreshFromLink, passwordSetAt, proveWhoAsks } from '../password/passwords.ts';
import { hashOf } from '../secret.ts';
import { endSessions, sessionRecord } from '../session/sessions.ts';
import { backupCodes, secondFactors, sessions } from '../tables.ts';
import { lockUser, stateUser, type UserRecord } from '../user/users.ts';
import { BACKUP_CODES, newBackupCode, newFactorSecret, plainCode, stepOf } from './codes.ts';
import { forgetSecondFactor, openedSecret, useCode } from './use-code.ts';

/** Who asks, and how they prove it. */
export interface Proof {
  userId: string;
  /** The present password; empty where it is not asked for. */
  current: string;
  /** Of the app, or a backup code. */
  code: string;
}

/**
 * Makes a secret that counts once `confirmSecondFactor` was given its code; one that was started
 * before is replaced.
 * @throws Problem 409 for somebody without a password, or with a second factor
 */
export async function startSecondFactor(store: Store, userId: string): Promise<void> {
  if ((await passwordSetAt(store, userId)) === null)
    throw conflict('A second factor is asked for after the password: set a password first.');
  await store.db.transaction(async (tx) => {
    const user = await lockUser(tx, userId);
    if (user.secondFactor)
      throw conflict('You have a second factor. Remove it first to set up another one.');
    const sealed = store.seal().seal(newFactorSecret(), userId);
    const set = { sealed, madeAt: store.now() };
    await tx
      .insert(secondFactors)
      .values({ userId, ...set })
      .onConflictDoUpdate({ target: secondFactors.userId, set });
  });
}

/** The secret that waits for its first code; null when none does. */
export async function startedSecondFactor(store: Store, userId: string): Promise<string | null> {
  const [found] = await store.db
    .select()
    .from(secondFactors)
    .where(and(eq(secondFactors.userId, userId), eq(secondFactors.confirmed, false)));
  return found ? openedSecret(store, found) : null;
}

/**
 * Sets up what was started, ends the other sessions, which did without, and gives backup codes, which
 * are shown this once and stored as hashes.
 * @throws Problem 403 for a wrong password or code, 409 when nothing was started
 */
export async function confirmSecondFactor(
  store: Store,
  session: string,
  { userId, current, code }: Proof,
): Promise<string[]> {
  await proveWhoAsks(store, session, userId, current);
  const asking = { actor: `user:${userId}`, command: 'set up second factor' };
  const codes = await store.db.transaction(async (tx) => {
    const user = await lockUser(tx, userId);
    const started = and(eq(secondFactors.userId, userId), eq(secondFactors.confirmed, false));
    const [found] = await tx.select().from(secondFactors).where(started);
    if (!found || user.secondFactor) throw conflict('No second factor waits to be confirmed.');
    const step = stepOf(openedSecret(store, found), plainCode(code), store.now());
    if (step === null) throw wrongCode();
    await tx.update(secondFactors).set({ confirmed: true, lastStep: step }).where(started);
    await stateUser(store, tx, userId, [SecondFactorSet({})], asking);
    const which = ne(sessions.hash, hashOf(session));
    await endSessions(store, tx, userId, asking, { why: 'second-factor-set', which });
    return replaceBackupCodes(store, tx, userId, asking);
  });
  store.cache.forgetAll();
  return codes;
}

/** Makes new backup codes in place of the old ones. @throws Problem 403 for a wrong password or code */
export async function makeBackupCodes(
  store: Store,
  session: string,
  proof: Proof,
): Promise<string[]> {
  const asking = { actor: `user:${proof.userId}`, command: 'make backup codes' };
  return prove(store, session, proof, (tx) => replaceBackupCodes(store, tx, proof.userId, asking));
}

/** Does without from now on. @throws Problem 403 for a wrong password or code */
export async function removeSecondFactor(
  store: Store,
  session: string,
  proof: Proof,
): Promise<void> {
  const { userId } = proof;
  const asking = { actor: `user:${userId}`, command: 'remove second factor' };
  await prove(store, session, proof, async (tx, { name }) => {
    await forgetSecondFactor(tx, userId);
    const removed = SecondFactorRemoved({ name, reason: null });
    await stateUser(store, tx, userId, [removed], asking);
  });
}

/** How many backup codes somebody has not used yet. */
export async function backupCodesLeft({ db }: Pick<Store, 'db'>, userId: string): Promise<number> {
  return db.$count(backupCodes, eq(backupCodes.userId, userId));
}

/** Both, password and code; whoever has just come by a link may have lost either. */
async function prove<T>(
  store: Store,
  session: string,
  { userId, current, code }: Proof,
  work: (tx: Transaction, user: UserRecord) => Promise<T>,
): Promise<T> {
  await proveWhoAsks(store, session, userId, current);
  const own = await sessionRecord(store, session);
  return store.db.transaction(async (tx) => {
    const user = await lockUser(tx, userId);
    if (!user.secondFactor) throw conflict('You have no second factor.');
    const isFresh = own !== undefined && isFreshFromLink(own, store.now());
    if (!isFresh && (await useCode(store, tx, userId, code)) === null) throw wrongCode();
    return work(tx, user);
  });
}

async function replaceBackupCodes(
  store: Store,
  tx: Transaction,
  userId: string,
  asking: { actor: string; command: string },
): Promise<string[]> {
  const codes = Array.from({ length: BACKUP_CODES }, newBackupCode);
  await tx.delete(backupCodes).where(eq(backupCodes.userId, userId));
  await tx
    .insert(backupCodes)
    .values(codes.map((code) => ({ userId, hash: hashOf(plainCode(code)) })));
  await stateUser(store, tx, userId, [BackupCodesMade({ count: codes.length })], asking);
  return codes;
}

const wrongCode = () =>
  forbidden('The code is wrong or was used already. Wait for the next one.', 'wrong-code');
