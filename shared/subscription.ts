import type { PgDatabase } from 'drizzle-orm/pg-core';
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import type { StoredEvent } from './event.ts';
import { together } from './together.ts';

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
   * Handles events of these types, in the order of their positions. It may read at once, for that is
   * sent with the lock; it decides and writes nothing before `locked`. Throwing rolls the batch back;
   * the bus then finds the stream that fails and parks it, and goes on with all others.
   */
  handle(
    tx: Transaction,
    events: readonly StoredEvent[],
    locked: Promise<Checkpoint>,
  ): Promise<Handled>;
  /** Events of the log that it goes through in one transaction at most; a page of the bus unless told. */
  most?: number;
  /** A batch of it may take long: it is handled in a transaction of its own, always. */
  alone?: boolean;
  /** Runs after a commit that changed something. */
  committed?(): void;
}

/** What is left of a batch that was handled: nothing where all is written. */
export type Handled = {
  /** What has been sent to be written, each in one statement: the commit is sent right behind. */
  writes?: readonly Promise<unknown>[];
  /** What was appended through the transaction. */
  appended?: readonly StoredEvent[];
} | void;

/** The subscription's row, locked while its events are handled. */
export interface Checkpoint {
  position: number;
  revision: number;
}

/** Handles events in a transaction, or a savepoint of one: all is written when it resolves. */
export const handleWithin = (
  tx: Transaction,
  { handle }: Pick<Subscription, 'handle'>,
  events: readonly StoredEvent[],
  checkpoint: Checkpoint,
): Promise<void> =>
  tx.transaction(async (savepoint) => {
    const handled = await handle(savepoint, events, Promise.resolve(checkpoint));
    await together(handled?.writes ?? []);
  });
