import { sql, type SQL } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database } from './database.ts';
import type { StoredEvent } from './event.ts';
import type { Page } from './feed.ts';
import { isOutage } from './outage.ts';
import { LIVE_CHANNEL } from './projection.ts';
import { withoutQuery } from './query-error.ts';
import { createSignal } from './signal.ts';
import type { Checkpoint, Subscription, Transaction } from './subscription.ts';

export interface SubscriptionRunner {
  wake(): void;
  stop(): Promise<void>;
  whenLevel(done: () => Promise<boolean>): void;
  /** Runs the parked streams whose next try is due, in the order of their positions. */
  runDue(): void;
  /** Runs a parked stream at once, due or not; when that fails, it is not tried again by itself. */
  redrive(stream: string): Promise<'handled' | 'failed' | 'not-parked'>;
}

/** What is told on LIVE_CHANNEL with every change of the table `parked_streams`. */
export const PARKED_STREAMS = 'parked';

/** Milliseconds from each failure of a stream to its next try; after the last one it stays parked. */
export const RETRY_DELAYS_MS: readonly number[] = [1_000, 4_000, 16_000];

/** A try that an outage ended is no try: it is put off by this (milliseconds). */
const OUTAGE_DELAY_MS = 1_000;

interface LockedCheckpoint extends Checkpoint {
  parked: ReadonlySet<string>;
}

interface Parked {
  stream: string;
  position: number;
  attempts: number;
  asked: boolean;
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
  readStream: (stream: string) => Promise<StoredEvent[]>;
  head: () => number;
  log: Logger;
  retryDelays?: readonly number[];
}): SubscriptionRunner {
  const { database, subscription, pageAfter, readStream, head, log } = options;
  const { retryDelays = RETRY_DELAYS_MS } = options;
  const signal = createSignal();
  /** All events up to here are handled or of no interest; may be ahead of the stored checkpoint. */
  let passed = -1;
  let stored = -1;
  let storedAt = 0;
  let stopped = false;
  let wanted = false;
  let due = false;
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

  async function lock(tx: Transaction, waitForIt = false): Promise<Checkpoint | null> {
    const [row] = await tx.execute<{ position: string; revision: string }>(sql`
      SELECT position, revision FROM subscriptions WHERE name = ${subscription.name}
      FOR UPDATE ${waitForIt ? sql`` : sql`SKIP LOCKED`}`);
    return row ? { position: Number(row.position), revision: Number(row.revision) } : null;
  }

  async function lockWithParked(tx: Transaction): Promise<LockedCheckpoint | null> {
    // Two statements, sent together: one that finds the row changed goes on with the new row, but its
    // subselects still see what was parked before it began, and a parked stream would be run on.
    const [checkpoint, parked] = await Promise.all([
      lock(tx),
      tx.execute<{ stream: string }>(sql`
        SELECT stream FROM parked_streams WHERE subscription = ${subscription.name}`),
    ]);
    return checkpoint && { ...checkpoint, parked: new Set(parked.map(({ stream }) => stream)) };
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
      const checkpoint = await lockWithParked(tx);
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

  /** Handles a batch that has failed before: halved down to the stream that fails, which is put aside. */
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
    const delay = delayAfter(1, retryDelays);
    tell(event, error, delay);
    await tx.execute(sql`
      INSERT INTO parked_streams (subscription, stream, position, error, next_try_at)
      VALUES (${subscription.name}, ${event.stream}, ${event.position}, ${describe(error)}, ${after(delay)})`);
    await notify(tx);
  }

  function tell(
    parked: { stream: string; position: number },
    error: unknown,
    delay: number | null,
  ) {
    const { stream, position } = parked;
    const told = { err: error, stream, position };
    if (delay === null) log.error(told, 'stream parked');
    else log.warn(told, `stream put aside, tried again in ${delay} ms`);
  }

  async function notify(tx: Transaction): Promise<void> {
    await tx.execute(sql`SELECT pg_notify(${LIVE_CHANNEL}, ${PARKED_STREAMS})`);
  }

  async function lockParked(tx: Transaction, condition: SQL): Promise<Parked | null> {
    const [row] = await tx.execute<{
      stream: string;
      position: string;
      attempts: number;
      asked: boolean;
    }>(sql`
      SELECT stream, position, attempts, asked FROM parked_streams
      WHERE subscription = ${subscription.name} AND ${condition}
      ORDER BY position LIMIT 1 FOR UPDATE`);
    return row ? { ...row, position: Number(row.position) } : null;
  }

  async function change(tx: Transaction, stream: string, assignments: SQL): Promise<void> {
    await tx.execute(sql`
      UPDATE parked_streams SET ${assignments}
      WHERE subscription = ${subscription.name} AND stream = ${stream}`);
    await notify(tx);
  }

  /** Runs what waits in a parked stream; throws nothing but an outage, which changes nothing. */
  async function runParked(
    tx: Transaction,
    parked: Parked,
    checkpoint: Checkpoint,
  ): Promise<'handled' | 'failed'> {
    const { stream, position, attempts, asked } = parked;
    try {
      const events = waitingIn(await readStream(stream), subscription, position, checkpoint);
      await tx.transaction((savepoint) => handle(savepoint, events, checkpoint));
    } catch (error) {
      if (isOutage(error)) throw error;
      const delay = asked ? null : delayAfter(attempts + 1, retryDelays);
      tell(parked, error, delay);
      const next = sql`next_try_at = ${after(delay)}, asked = false`;
      await change(tx, stream, sql`attempts = attempts + 1, error = ${describe(error)}, ${next}`);
      return 'failed';
    }
    await tx.execute(sql`
      DELETE FROM parked_streams WHERE subscription = ${subscription.name} AND stream = ${stream}`);
    await notify(tx);
    await write(tx, checkpoint);
    return 'handled';
  }

  /** Runs the first stream that is due; false when none is, or when another process has the checkpoint. */
  async function stepDue(): Promise<boolean> {
    due = false;
    try {
      const outcome = await database.db.transaction(async (tx) => {
        const checkpoint = await lock(tx);
        if (!checkpoint) return 'busy' as const;
        const parked = await lockParked(tx, sql`next_try_at <= (SELECT doctrail_now())`);
        if (!parked) return 'none' as const;
        try {
          return await runParked(tx, parked, checkpoint);
        } catch (error) {
          // Put off, so that others that are due need not wait for the end of what may be its own outage.
          log.warn({ err: error, stream: parked.stream }, 'outage, the stream is tried again');
          await change(tx, parked.stream, sql`next_try_at = ${after(OUTAGE_DELAY_MS)}`);
          return 'put off' as const;
        }
      });
      if (outcome !== 'none') due = true;
      if (outcome === 'handled') subscription.committed?.();
      return outcome !== 'none' && outcome !== 'busy';
    } catch (error) {
      // They are still due at the bus's next look.
      log.warn({ err: error }, 'parked streams could not be run, trying again');
      return false;
    }
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
          // In turns, so that many parked streams hold no new event up, nor the other way round.
          const ran = due && (await stepDue());
          more = (await step(careful)) || ran;
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
    runDue() {
      due = true;
      this.wake();
    },
    async redrive(stream) {
      const outcome = await database.db.transaction(async (tx) => {
        const checkpoint = await lock(tx, true);
        const parked = await lockParked(tx, sql`stream = ${stream}`);
        if (!checkpoint || !parked) return 'not-parked' as const;
        return runParked(tx, { ...parked, asked: true }, checkpoint);
      });
      if (outcome === 'handled') subscription.committed?.();
      // What came meanwhile found the checkpoint locked.
      this.wake();
      return outcome;
    },
  };
}

/** Of a stream's history, what a subscription has passed since the stream was parked at a position. */
export function waitingIn(
  history: readonly StoredEvent[],
  { types }: Pick<Subscription, 'types'>,
  from: number,
  checkpoint: { position: number },
): StoredEvent[] {
  return history.filter(
    ({ type, position }) => types.has(type) && position >= from && position <= checkpoint.position,
  );
}

/** Milliseconds until a stream that has failed so many times is tried again; null: no more. */
function delayAfter(attempts: number, delays: readonly number[]): number | null {
  return delays[attempts - 1] ?? null;
}

function after(milliseconds: number | null): SQL {
  return sql`doctrail_now() + ${milliseconds}::float8 * interval '1 millisecond'`;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stack, message } = withoutQuery(error);
  return stack ?? message;
}
