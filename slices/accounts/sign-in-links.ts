import { and, asc, eq, gt, isNull, lt } from 'drizzle-orm';
import { hashOf, newSecret } from './secret.ts';
import { openSession } from './sessions.ts';
import { signInLinks, users } from './tables.ts';
import type { Store } from './accounts.ts';

const linkHours = 24;

/**
 * Makes a link for the first administrator: the secret that follows `/sign-in/`. It works once,
 * within 24 hours.
 */
export async function createSignInLink({ db, now }: Store): Promise<string> {
  const [administrator] = await db
    .select({ id: users.id })
    .from(users)
    .where(eq(users.role, 'admin'))
    .orderBy(asc(users.createdAt))
    .limit(1);
  if (!administrator) throw new Error('There is no administrator to sign in as.');
  const secret = newSecret();
  const time = now();
  const expiresAt = new Date(time.getTime() + linkHours * 3_600_000);
  await db.delete(signInLinks).where(lt(signInLinks.expiresAt, time));
  await db
    .insert(signInLinks)
    .values({ hash: hashOf(secret), userId: administrator.id, createdAt: time, expiresAt });
  return secret;
}

/**
 * Uses a link up and gives the session it opened; null when it was used already, has expired or
 * never was. Of several at once one wins: the row is taken by the update itself.
 */
export async function redeemSignInLink(store: Store, secret: string): Promise<string | null> {
  const time = store.now();
  const usable = and(
    eq(signInLinks.hash, hashOf(secret)),
    isNull(signInLinks.usedAt),
    gt(signInLinks.expiresAt, time),
  );
  return store.db.transaction(async (db) => {
    const [link] = await db
      .update(signInLinks)
      .set({ usedAt: time })
      .where(usable)
      .returning({ userId: signInLinks.userId });
    return link ? openSession({ db, now: store.now }, link.userId) : null;
  });
}
