import { sql } from 'drizzle-orm';
import type { Sql } from 'postgres';
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

/**
 * Moves a checkpoint over events that the subscription does not want; false when it is no longer
 * where this process believes it to be, or another one has it.
 */
export async function passCheckpoint(
  sql: Sql,
  subscription: string,
  { from, to }: { from: number; to: number },
): Promise<boolean> {
  const { count } = await sql`
    UPDATE subscriptions SET position = ${to}, updated_at = doctrail_now()
    WHERE name = (SELECT name FROM subscriptions WHERE name = ${subscription}
      AND position = ${from} FOR UPDATE SKIP LOCKED)`;
  return count === 1;
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
