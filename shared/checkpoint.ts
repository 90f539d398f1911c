import { sql } from 'drizzle-orm';
import type { Checkpoint, Transaction } from './subscription.ts';

/** Locks the row of a subscription; null when another process has it, or there is none. */
export async function lockCheckpoint(
  tx: Transaction,
  subscription: string,
  waitForIt = false,
): Promise<Checkpoint | null> {
  const [row] = await tx.execute<{ position: string; revision: string }>(sql`
    SELECT position, revision FROM subscriptions WHERE name = ${subscription}
    FOR UPDATE ${waitForIt ? sql`` : sql`SKIP LOCKED`}`);
  return row ? { position: Number(row.position), revision: Number(row.revision) } : null;
}

export async function writeCheckpoint(
  tx: Transaction,
  subscription: string,
  { position, revision }: Checkpoint,
): Promise<void> {
  await tx.execute(sql`
    UPDATE subscriptions SET position = ${position}, revision = ${revision},
      updated_at = doctrail_now() WHERE name = ${subscription}`);
}
