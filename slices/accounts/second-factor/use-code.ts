import { and, eq, lt } from 'drizzle-orm';
import type { NewEvent } from '../../../shared/event.ts';
import type { Transaction } from '../../../shared/subscription.ts';
import type { Store } from '../accounts.ts';
import { BackupCodeUsed } from '../events.ts';
import { hashOf } from '../secret.ts';
import { backupCodes, secondFactors, secondSteps } from '../tables.ts';
import { plainCode, stepOf } from './codes.ts';

/**
 * Uses a code up: each works once, of the app and of the backup codes. Gives the facts to state, null
 * for a wrong code. The caller holds the user's lock.
 */
export async function useCode(
  store: Store,
  tx: Transaction,
  userId: string,
  entered: string,
): Promise<NewEvent[] | null> {
  const code = plainCode(entered);
  const [found] = await tx
    .select()
    .from(secondFactors)
    .where(and(eq(secondFactors.userId, userId), eq(secondFactors.confirmed, true)));
  if (!found) return null;
  const step = /^\d{6}$/.test(code) ? stepOf(openedSecret(store, found), code, store.now()) : null;
  if (step !== null) {
    const unused = and(eq(secondFactors.userId, userId), lt(secondFactors.lastStep, step));
    const used = await tx.update(secondFactors).set({ lastStep: step }).where(unused).returning();
    return used.length > 0 ? [] : null;
  }
  const ofCode = and(eq(backupCodes.userId, userId), eq(backupCodes.hash, hashOf(code)));
  const gone = await tx.delete(backupCodes).where(ofCode).returning();
  if (gone.length === 0) return null;
  const left = await tx.$count(backupCodes, eq(backupCodes.userId, userId));
  return [BackupCodeUsed({ left })];
}

/** Everything about a second factor but its history. */
export async function forgetSecondFactor(tx: Transaction, userId: string): Promise<void> {
  for (const table of [secondFactors, backupCodes, secondSteps])
    await tx.delete(table).where(eq(table.userId, userId));
}

/** What makes the codes, in base32. @throws Error when it was stored under another key */
export function openedSecret(
  store: Store,
  { sealed, userId }: typeof secondFactors.$inferSelect,
): string {
  const secret = store.seal().open(sealed, userId);
  if (secret !== null) return secret;
  throw new Error(
    `The second factor of user ${userId} cannot be decrypted: it was stored under another key. Restore SECRET_KEY (or the file secret-key of the data folder), or reset the second factor.`,
  );
}
