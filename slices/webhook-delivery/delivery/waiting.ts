import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import { bigint, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Transaction } from '../../../shared/subscription.ts';
import type { DeliveryJob } from './jobs.ts';

/**
 * Deliveries that wait for the circuit breaker of their endpoint, without a job: however long it is
 * dead, and however many they are, only the probe of the endpoint costs anything. Kept beside the
 * log, under the lock of the endpoint's health.
 */
export const waitingDeliveries = pgTable('webhook_waiting', {
  endpoint: uuid().notNull(),
  messageId: text('message_id').notNull(),
  stream: text().notNull(),
  cause: uuid().notNull(),
  at: bigint({ mode: 'number' }).notNull(),
  round: bigint({ mode: 'number' }).notNull(),
});

const { endpoint: to, messageId, at } = waitingDeliveries;

/** Lets deliveries wait, each once: of two jobs for the same the newer one counts. */
export async function keepWaiting(tx: Transaction, jobs: readonly DeliveryJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await tx
    .insert(waitingDeliveries)
    .values([...jobs])
    .onConflictDoUpdate({
      target: [to, messageId],
      set: {
        stream: sql`excluded.stream`,
        cause: sql`excluded.cause`,
        at: sql`excluded.at`,
        round: sql`excluded.round`,
      },
      setWhere: lte(at, sql`excluded.at`),
    });
}

/** Takes those that have waited longest, so many at most. */
export async function takeWaiting(
  tx: Transaction,
  endpoint: string,
  most: number,
): Promise<DeliveryJob[]> {
  if (most <= 0) return [];
  const ofEndpoint = eq(to, endpoint);
  const oldest = tx
    .select({ id: messageId })
    .from(waitingDeliveries)
    .where(ofEndpoint)
    .orderBy(asc(at), asc(messageId))
    .limit(most);
  return tx
    .delete(waitingDeliveries)
    .where(and(ofEndpoint, inArray(messageId, oldest)))
    .returning();
}

export async function anyWaits(tx: Transaction, endpoint: string): Promise<boolean> {
  const found = await tx
    .select({ id: messageId })
    .from(waitingDeliveries)
    .where(eq(to, endpoint))
    .limit(1);
  return found.length > 0;
}
