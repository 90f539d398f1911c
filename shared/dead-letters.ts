import { DUE, EVENTS_CHANNEL } from './bus.ts';
import type { Database } from './database.ts';
import type { StoredEvent } from './event.ts';
import type { EventStore } from './event-store.ts';
import { PARKED_STREAMS, waitingIn } from './parked-streams.ts';
import { LIVE_CHANNEL } from './checkpoint.ts';
import { rebuildName } from './rebuild.ts';
import type { Subscription } from './subscription.ts';
import type { FailedJob, WorkQueue } from './work-queue.ts';

/** A stream that a subscription could not handle, whether it is tried again by itself or not. */
export interface ParkedStream {
  subscription: string;
  kind: Subscription['kind'];
  stream: string;
  /** Of the event with which it begins to wait. */
  position: number;
  eventId: string;
  eventType: string;
  /** What was thrown last, with its stack. */
  error: string;
  attempts: number;
  /** Since when the stream waits. */
  parkedAt: Date;
  /** When it is tried again; null: when somebody asks for it. */
  nextTryAt: Date | null;
  /** How many events the subscription wants wait behind the first. */
  waiting: number;
}

/** A job that was given up. */
export type DeadJob = Omit<FailedJob, 'key'> & { document: string };

/**
 * What could not be delivered: streams parked by a subscription, and failed jobs of the queue. It
 * runs nothing itself: whichever process works takes up what is asked for here.
 */
export interface DeadLetters {
  /** Those parked first before the others, `limit` at most; and how many there are. */
  streams(limit: number): Promise<{ total: number; streams: ParkedStream[] }>;
  /** The events that would be run again, in order; null when the stream is not parked. */
  preview(subscription: string, stream: string): Promise<StoredEvent[] | null>;
  /** Has a parked stream run again; when that fails, it stays parked and is not tried again by itself. */
  runAgain(subscription: string, stream: string): Promise<'asked' | 'not-parked'>;
  /** The same with every parked stream, or every one of a subscription, in the order of their positions; returns how many. */
  runAllAgain(subscription: string | null): Promise<number>;
  /** Those that failed first before the others, `limit` at most; and how many there are. */
  jobs(limit: number): Promise<{ total: number; jobs: DeadJob[] }>;
  /** Has a failed job run once more. */
  retryJob(queue: string, id: string): Promise<'asked' | 'not-failed'>;
  /** The same with every failed job; returns how many. */
  retryAllJobs(): Promise<number>;
}

/** `subscriptions`: of all slices, whether this process runs them or not; what no slice has any more is left out. */
export function createDeadLetters(options: {
  database: Database;
  store: EventStore;
  queue: WorkQueue;
  subscriptions: readonly Pick<Subscription, 'name' | 'kind' | 'types'>[];
}): DeadLetters {
  const { store, queue } = options;
  const { sql } = options.database;
  const known = new Map(
    options.subscriptions.flatMap((one) => [
      [one.name, one],
      ...(one.kind === 'projection' ? [[rebuildName(one.name), one] as const] : []),
    ]),
  );
  const names = [...known.keys()];
  const wanted = JSON.stringify(
    [...known].map(([name, { kind, types }]) => ({ name, kind, types: [...types] })),
  );

  /** Of these subscriptions (and this stream): due now, told to whoever runs them. */
  async function ask(subscriptions: string[], stream: string | null): Promise<number> {
    return sql.begin(async (tx) => {
      // Locked in one order by all, so that two who ask for all never wait for each other.
      const asked = await tx`
        WITH locked AS (
          SELECT subscription, stream FROM parked_streams
          WHERE subscription = ANY (${subscriptions}) AND (${stream}::text IS NULL OR stream = ${stream})
          ORDER BY position, subscription, stream FOR UPDATE)
        UPDATE parked_streams p SET asked = true, next_try_at = (SELECT doctrail_now())
        FROM locked l WHERE p.subscription = l.subscription AND p.stream = l.stream`;
      if (asked.count > 0)
        await tx`
          SELECT pg_notify(${LIVE_CHANNEL}, ${PARKED_STREAMS}), pg_notify(${EVENTS_CHANNEL}, ${DUE})`;
      return asked.count;
    });
  }

  return {
    async streams(limit) {
      const [counted] = await sql<{ total: number }[]>`
        SELECT count(*)::int AS total FROM parked_streams WHERE subscription = ANY (${names})`;
      const rows = await sql<(Omit<ParkedStream, 'position'> & { position: string })[]>`
        SELECT p.subscription, k.kind, p.stream, p.position, e.id AS "eventId", e.type AS "eventType",
          p.error, p.attempts, p.parked_at AS "parkedAt", p.next_try_at AS "nextTryAt",
          (SELECT count(*)::int FROM events w WHERE w.stream = p.stream AND w.type = ANY (k.types)
            AND w.position > p.position AND w.position <= s.position) AS waiting
        FROM parked_streams p
        JOIN jsonb_to_recordset(${wanted}::text::jsonb) AS k (name text, kind text, types text[])
          ON k.name = p.subscription
        JOIN subscriptions s ON s.name = p.subscription
        JOIN events e ON e.position = p.position
        ORDER BY p.parked_at, p.position, p.subscription LIMIT ${limit}`;
      const streams = rows.map((row) => ({ ...row, position: Number(row.position) }));
      return { total: counted?.total ?? 0, streams };
    },
    async preview(name, stream) {
      const subscription = known.get(name);
      const [row] = await sql<{ parked: string; checkpoint: string }[]>`
        SELECT p.position AS parked, s.position AS checkpoint FROM parked_streams p
        JOIN subscriptions s ON s.name = p.subscription
        WHERE p.subscription = ${name} AND p.stream = ${stream}`;
      if (!row || !subscription) return null;
      const history = await store.read(stream);
      return waitingIn(history, subscription, Number(row.parked), {
        position: Number(row.checkpoint),
      });
    },
    async runAgain(name, stream) {
      if (!known.has(name)) return 'not-parked';
      return (await ask([name], stream)) > 0 ? 'asked' : 'not-parked';
    },
    runAllAgain: (name) =>
      ask(
        names.filter((one) => name === null || one === name),
        null,
      ),
    async jobs(limit) {
      const { total, jobs } = await queue.failed(limit);
      return { total, jobs: jobs.map(({ key, ...job }) => ({ ...job, document: key })) };
    },
    retryJob: async (name, id) => ((await queue.retry(name, id)) ? 'asked' : 'not-failed'),
    retryAllJobs: () => queue.retryAll(),
  };
}
