import type { PgDatabase } from 'drizzle-orm/pg-core';
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import type { StoredEvent } from './event.ts';

/** A transaction of the bus (or a savepoint inside one). */
export type Transaction = PgDatabase<PostgresJsQueryResultHKT>;

/**
 * Something that wants events of certain types, in order, at least once with an effect that
 * happens once: what `handle` writes through the transaction commits together with the checkpoint.
 */
export interface Subscription {
  /** Unique and for ever: the checkpoint is kept under it. */
  name: string;
  kind: 'projection' | 'reactor';
  types: ReadonlySet<string>;
  /**
   * Handles events of these types, in the order of their positions. Throwing rolls the batch back;
   * the bus then finds the stream that fails and parks it, and goes on with all others.
   */
  handle(tx: Transaction, events: readonly StoredEvent[], checkpoint: Checkpoint): Promise<void>;
  /** A batch of it may take long: it is handled in a transaction of its own, always. */
  alone?: boolean;
  /** Runs after a commit that changed something. */
  committed?(): void;
}

/** The subscription's row, locked while its events are handled. */
export interface Checkpoint {
  position: number;
  revision: number;
}
