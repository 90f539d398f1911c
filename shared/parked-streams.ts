import { sql, type SQL } from 'drizzle-orm';
import type { Logger } from 'pino';
import { LIVE_CHANNEL, lockCheckpoint, writeCheckpoints } from './checkpoint.ts';
import type { Database } from './database.ts';
import { DocumentErased } from './erased.ts';
import type { StoredEvent } from './event.ts';
import { isOutage } from './outage.ts';
import { executePrepared } from './prepared.ts';
import { withoutQuery } from './query-error.ts';
import {
  handleWithin,
  type Checkpoint,
  type Subscription,
  type Transaction,
} from './subscription.ts';

/** The streams that a subscription could not handle: rows of the table `parked_streams`. */
export interface ParkedStreams {
  /** Puts a stream aside with the event from which on it waits. */
  park(tx: Transaction, event: StoredEvent, error: unknown): Promise<void>;
  /** Runs the first one that is due; `busy`: another process has the checkpoint. */
  runDue(): Promise<'handled' | 'failed' | 'put off' | 'none' | 'busy'>;
  /** Runs one at once, due or not; when that fails, it is not tried again by itself. */
  redrive(stream: string): Promise<'handled' | 'failed' | 'not-parked'>;
}

/** What is told on LIVE_CHANNEL with every change of the table. */
export const PARKED_STREAMS = 'parked';

/** Milliseconds from each failure of a stream to its next try; after the last one it stays parked. */
export const RETRY_DELAYS_MS: readonly number[] = [1_000, 4_000, 16_000];

/** A try that an outage ended is no try: it is put off by this (milliseconds). */
const OUTAGE_DELAY_MS = 1_000;

interface Parked {
  stream: string;
  position: number;
  attempts: number;
  asked: boolean;
}

export function createParkedStreams(options: {
  database: Database;
  subscription: Subscription;
  readStream: (stream: string) => Promise<StoredEvent[]>;
  log: Logger;
  retryDelays: readonly number[];
}): ParkedStreams {
  const { database, subscription, readStream, log, retryDelays } = options;

  async function lock(tx: Transaction, condition: SQL): Promise<Parked | null> {
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

  function tell(
    { stream, position }: Pick<Parked, 'stream' | 'position'>,
    error: unknown,
    delay: number | null,
  ): void {
    const told = { err: error, stream, position };
    if (delay === null) log.error(told, 'stream parked');
    else log.warn(told, `stream put aside, tried again in ${delay} ms`);
  }

  /** Runs what waits in a stream; throws nothing but an outage, which changes nothing. */
  async function run(
    tx: Transaction,
    parked: Parked,
    checkpoint: Checkpoint,
  ): Promise<'handled' | 'failed'> {
    const { stream, position } = parked;
    try {
      const events = waitingIn(await readStream(stream), subscription, position, checkpoint);
      await handleWithin(tx, subscription, events, checkpoint);
    } catch (error) {
      if (isOutage(error)) throw error;
      await keep(tx, parked, error);
      return 'failed';
    }
    await tx.execute(sql`
      DELETE FROM parked_streams WHERE subscription = ${subscription.name} AND stream = ${stream}`);
    await notify(tx);
    await writeCheckpoints(tx, new Map([[subscription.name, checkpoint]]));
    return 'handled';
  }

  async function keep(tx: Transaction, parked: Parked, error: unknown): Promise<void> {
    const delay = parked.asked ? null : delayAfter(parked.attempts + 1, retryDelays);
    tell(parked, error, delay);
    const next = sql`next_try_at = ${after(delay)}, asked = false`;
    const counted = sql`attempts = attempts + 1, error = ${describe(error)}, ${next}`;
    await change(tx, parked.stream, counted);
  }

  return {
    async park(tx, event, error) {
      const delay = delayAfter(1, retryDelays);
      tell(event, error, delay);
      await tx.execute(sql`
        INSERT INTO parked_streams (subscription, stream, position, error, next_try_at)
        VALUES (${subscription.name}, ${event.stream}, ${event.position}, ${describe(error)}, ${after(delay)})`);
      await notify(tx);
    },
    runDue: () =>
      database.db.transaction(async (tx) => {
        const checkpoint = await lockCheckpoint(tx, subscription.name);
        if (!checkpoint) return 'busy' as const;
        const parked = await lock(tx, sql`next_try_at <= (SELECT doctrail_now())`);
        if (!parked) return 'none' as const;
        try {
          return await run(tx, parked, checkpoint);
        } catch (error) {
          // Put off, so that others that are due need not wait for the end of what may be its own outage.
          log.warn({ err: error, stream: parked.stream }, 'outage, the stream is tried again');
          await change(tx, parked.stream, sql`next_try_at = ${after(OUTAGE_DELAY_MS)}`);
          return 'put off' as const;
        }
      }),
    redrive: (stream) =>
      database.db.transaction(async (tx) => {
        const checkpoint = await lockCheckpoint(tx, subscription.name, true);
        const parked = await lock(tx, sql`stream = ${stream}`);
        if (!checkpoint || !parked) return 'not-parked' as const;
        return run(tx, { ...parked, asked: true }, checkpoint);
      }),
  };
}

/** The names of the parked streams by subscription; one that has none is missing. */
export async function parkedStreamsOf(
  tx: Transaction,
  subscriptions: readonly string[],
): Promise<Map<string, ReadonlySet<string>>> {
  const rows = await executePrepared<{ subscription: string; stream: string }>(
    tx,
    sql`
    SELECT subscription, stream FROM parked_streams
    WHERE subscription = ANY (${sql.param(subscriptions)})`,
  );
  const bySubscription = Map.groupBy(rows, ({ subscription }) => subscription);
  return new Map(
    [...bySubscription].map(([name, parked]) => [
      name,
      new Set(parked.map(({ stream }) => stream)),
    ]),
  );
}

/**
 * Of a stream's history, what a subscription has passed since the stream was parked at a position.
 * What an erased document said before its erasure is of no use to anybody.
 */
export function waitingIn(
  history: readonly StoredEvent[],
  { types }: Pick<Subscription, 'types'>,
  from: number,
  checkpoint: { position: number },
): StoredEvent[] {
  const first = Math.max(from, history.find(DocumentErased.is)?.position ?? 0);
  return history.filter(
    ({ type, position }) => types.has(type) && position >= first && position <= checkpoint.position,
  );
}

async function notify(tx: Transaction): Promise<void> {
  await tx.execute(sql`SELECT pg_notify(${LIVE_CHANNEL}, ${PARKED_STREAMS})`);
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
