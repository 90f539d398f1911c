import { sql } from 'drizzle-orm';
import type { NewEvent } from '../../shared/event.ts';
import { appendThrough, type EventStore } from '../../shared/event-store.ts';
import { newId } from '../../shared/ids.ts';
import { withOrigin } from '../../shared/origin.ts';
import type { Transaction } from '../../shared/subscription.ts';

/** Whoever asks, as events name them. */
export interface Asking {
  readonly actor: string;
}

/** Whoever runs a command where the server runs. */
export const commandLine: Asking = { actor: 'system:command-line' };

/** The provider that people sign in at. */
export const byProvider: Asking = { actor: 'system:openid-connect' };

/**
 * Appends facts to a stream in the transaction that changes what folds them: both are there, or
 * neither. Whoever calls holds the row's lock, so that no version is expected.
 */
export async function record(
  { store, tx }: { store: EventStore; tx: Transaction },
  stream: string,
  facts: readonly NewEvent[],
  { actor, command }: Asking & { command: string },
): Promise<void> {
  if (facts.length === 0) return;
  const metadata = withOrigin({ correlation: newId(), causation: null, actor, command });
  const write = { stream, expected: null, events: facts, metadata };
  const [result] = await store.appendIn(appendThrough(tx), [[write]]);
  if (result?.conflict) throw result.conflict;
}

/** Whether anything is known of a stream. */
export async function hasHistory(tx: Transaction, stream: string): Promise<boolean> {
  const found = await tx.execute(sql`SELECT 1 FROM events WHERE stream = ${stream} LIMIT 1`);
  return found.length > 0;
}
