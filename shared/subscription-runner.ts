import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database } from './database.ts';
import type { StoredEvent } from './event.ts';
import type { Page } from './feed.ts';
import { isOutage } from './outage.ts';
import { withoutQuery } from './query-error.ts';
import { createSignal } from './signal.ts';
import type { Checkpoint, Subscription, Transaction } from './subscription.ts';

export interface SubscriptionRunner {
  wake(): void;
  stop(): Promise<void>;
  whenLevel(done: () => Promise<boolean>): void;
  redrive(
    stream: string,
    read: (from: number, upTo: number) => Promise<StoredEvent[]>,
  ): Promise<'handled' | 'failed' | 'not-parked'>;
}

interface LockedCheckpoint extends Checkpoint {
  parked: ReadonlySet<string>;
}

/** A checkpoint that only passes events nobody here wants is written at most this often (milliseconds). */
const IDLE_WRITE_MS = 1_000;

/**
 * Brings one subscription level with the log, batch by batch. The checkpoint's row is locked while
 * a batch is handled, so any number of processes may run the same subscription: the one that finds
 * the row locked leaves the batch to the other.
 */
export function createSubscriptionRunner(options: {
  database: Database;
  subscription: Subscription;
  pageAfter: (position: number) => Promise<Page>;
  head: () => number;
  log: Logger;
}): SubscriptionRunner {
  const { database, subscription, pageAfter, head, log } = options;
  const signal = createSignal();
  /** All events up to here are handled or of no interest; may be ahead of the stored checkpoint. */
  let passed = -1;
  let stored = -1;
  let storedAt = 0;
  let stopped = false;
  let wanted = false;
  let running: Promise<void> | null = null;
  let level: (() => Promise<boolean>) | null = null;

  const wants = (event: StoredEvent) => subscription.types.has(event.type);

  /** Passes events that are of no interest without a transaction; false when one has to be handled. */
  async function passIdly(): Promise<boolean> {
    if (passed < 0) return false;
    const page = await pageAfter(passed);
    if (page.events.some(wants)) return false;
    if (page.position > stored && Date.now() - storedAt > IDLE_WRITE_MS) return false;
    passed = page.position;
    return true;
  }

  async function lock(tx: Transaction, waitForIt = false): Promise<LockedCheckpoint | null> {
    // Two statements, sent together: one that finds the row changed goes on with the new row, but its
    // subselects still see what was parked before it began, and a parked stream would be run on.
    const [rows, parked] = await Promise.all([
      tx.execute<{ position: string; revision: string }>(sql`
        SELECT position, revision FROM subscriptions WHERE name = ${subscription.name}
        FOR UPDATE ${waitForIt ? sql`` : sql`SKIP LOCKED`}`),
      tx.execute<{ stream: string }>(sql`
        SELECT stream FROM parked_streams WHERE subscription = ${subscription.name}`),
    ]);
    const [row] = rows;
    if (!row) return null;
    return {
      position: Number(row.position),
      revision: Number(row.revision),
      parked: new Set(parked.map(({ stream }) => stream)),
    };
  }

  async function write(tx: Transaction, checkpoint: Checkpoint): Promise<void> {
    await tx.execute(sql`
      UPDATE subscriptions SET position = ${checkpoint.position}, revision = ${checkpoint.revision},
        updated_at = doctrail_now() WHERE name = ${subscription.name}`);
  }

  /** Handles the next batch; false when level, or when another process has the checkpoint. */
  async function step(careful: boolean): Promise<boolean> {
    if (await passIdly()) return passed < head();
    let handled = 0;
    const moved = await database.db.transaction(async (tx) => {
      const checkpoint = await lock(tx);
      if (!checkpoint) return false;
      passed = stored = checkpoint.position;
      if (passed >= head()) return false;
      const page = await pageAfter(passed);
      const events = page.events.filter((e) => wants(e) && !checkpoint.parked.has(e.stream));
      if (events.length > 0) await (careful ? isolate : handle)(tx, events, checkpoint);
      handled = events.length;
      await write(tx, { ...checkpoint, position: page.position });
      return page.position;
    });
    if (moved === false) return false;
    passed = stored = moved;
    storedAt = Date.now();
    if (handled > 0) subscription.committed?.();
    return moved < head();
  }

  async function handle(tx: Transaction, events: StoredEvent[], checkpoint: Checkpoint) {
    await subscription.handle(tx, events, checkpoint);
  }

  /** Handles a batch that has failed before: halved down to the stream that fails, which is parked. */
  async function isolate(
    tx: Transaction,
    events: StoredEvent[],
    checkpoint: Checkpoint,
  ): Promise<void> {
    try {
      await tx.transaction((savepoint) => handle(savepoint, events, checkpoint));
    } catch (error) {
      if (isOutage(error)) throw error;
      const streams = [...new Set(events.map((event) => event.stream))];
      const [first] = events;
      if (streams.length === 1 && first) return park(tx, first, error);
      const half = new Set(streams.slice(0, streams.length / 2));
      await isolate(
        tx,
        events.filter((event) => half.has(event.stream)),
        checkpoint,
      );
      await isolate(
        tx,
        events.filter((event) => !half.has(event.stream)),
        checkpoint,
      );
    }
  }

  async function park(tx: Transaction, event: StoredEvent, error: unknown): Promise<void> {
    log.error({ err: error, stream: event.stream, position: event.position }, 'stream parked');
    await tx.execute(sql`
      INSERT INTO parked_streams (subscription, stream, position, error)
      VALUES (${subscription.name}, ${event.stream}, ${event.position}, ${describe(error)})`);
  }

  /** Not awaited by what it calls: that may stop this very runner. */
  function tellLevel(done: () => Promise<boolean>): void {
    level = null;
    void done()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'level, but what follows failed, trying again');
        return false;
      })
      .then((over) => {
        if (!over) level = done;
        return over;
      });
  }

  async function run(): Promise<void> {
    let failures = 0;
    let careful = false;
    while (wanted && !stopped) {
      wanted = false;
      try {
        let more = true;
        while (more && !stopped) {
          more = await step(careful);
          careful = false;
          failures = 0;
        }
        if (level && passed >= head()) tellLevel(level);
      } catch (error) {
        if (stopped) return;
        wanted = true;
        log.warn({ err: error }, 'batch failed, trying again');
        // At once only to find the stream that fails; what fails even then is no stream's fault.
        if (!careful && !isOutage(error)) careful = true;
        else await signal.wait(Math.min(100 * 2 ** failures++, 5_000));
      }
    }
  }

  return {
    wake() {
      wanted = true;
      running ??= run().finally(() => {
        running = null;
        if (wanted && !stopped) this.wake();
      });
    },
    whenLevel(done) {
      level = done;
      this.wake();
    },
    async stop() {
      stopped = true;
      signal.wake();
      await running;
    },
    async redrive(stream, read) {
      const outcome = await database.db.transaction(async (tx) => {
        const checkpoint = await lock(tx, true);
        const [parked] = await tx.execute<{ position: string }>(sql`
          SELECT position FROM parked_streams
          WHERE subscription = ${subscription.name} AND stream = ${stream} FOR UPDATE`);
        if (!checkpoint || !parked) return 'not-parked' as const;
        const events = (await read(Number(parked.position), checkpoint.position)).filter(wants);
        try {
          await tx.transaction((savepoint) => handle(savepoint, events, checkpoint));
        } catch (error) {
          if (isOutage(error)) throw error;
          await tx.execute(sql`
            UPDATE parked_streams SET attempts = attempts + 1, error = ${describe(error)}
            WHERE subscription = ${subscription.name} AND stream = ${stream}`);
          return 'failed' as const;
        }
        await tx.execute(sql`
          DELETE FROM parked_streams WHERE subscription = ${subscription.name} AND stream = ${stream}`);
        await write(tx, checkpoint);
        return 'handled' as const;
      });
      if (outcome === 'handled') subscription.committed?.();
      return outcome;
    },
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stack, message } = withoutQuery(error);
  return stack ?? message;
}
