import { sql as drizzleSql } from 'drizzle-orm';
import { fromDrizzle, PgBoss, type Db, type QueueOptions } from 'pg-boss';
import type { Logger } from 'pino';
import type { Database } from './database.ts';
import { runPrepared } from './prepared.ts';
import { documentStream } from './event.ts';
import { jobId } from './ids.ts';
import { createPlaces, type Places } from './places.ts';
import { becomePresent, type Presence } from './presence.ts';
import type { Transaction } from './subscription.ts';

/** Work that an event asks for. `cause` and `name` make the id, so the same cause enqueues it once. */
export interface JobRequest<Data extends object = object> {
  queue: string;
  /** Jobs of one key run one after the other, in order; a failed one holds the others back. */
  key: string;
  data: Data;
  /** Position of the event that asks for it. */
  cause: number;
  /** Not before this time. */
  due?: Date;
  /** Tells a job apart that puts off another one of the same cause. */
  round?: number;
}

export interface JobContext {
  id: string;
  /** Aborts when the process stops. */
  signal: AbortSignal;
  /**
   * For a handler that only waits for somebody else: until it ends, one more job of its queue may
   * run. Places that are lent have a limit, too, beyond which this does nothing.
   */
  lendPlace?(): void;
}

/** Does one job. Runs at least once. Throwing retries it later. */
export type JobHandler<Data extends object> = (data: Data, job: JobContext) => Promise<void>;

export interface QueueStatus {
  name: string;
  waiting: number;
  active: number;
  failed: number;
  oldestWaiting: Date | null;
}

/** A job that was tried as often as it may be: it holds its key until somebody asks for it again. */
export interface FailedJob {
  queue: string;
  id: string;
  key: string;
  data: Record<string, unknown>;
  /** What its handler threw last: message and stack. */
  error: string;
  attempts: number;
  failedAt: Date;
  /** Jobs of its key that wait behind it. */
  waiting: number;
}

export interface WorkQueue {
  /** Creates the queues; without it nothing can be enqueued. `works`: whether this process takes jobs. */
  start(queues: readonly string[], works: boolean): Promise<void>;
  /** Enqueues inside the caller's transaction. */
  enqueue(tx: Transaction, jobs: readonly JobRequest[]): Promise<void>;
  /** Has this process take jobs of the queues: call after the commit of what was enqueued. Other processes look by themselves. */
  wake(queues: Iterable<string>): void;
  /** Does the queue's jobs from now on, at most `concurrency` at a time. */
  work<Data extends object>(queue: string, concurrency: number, handler: JobHandler<Data>): void;
  status(): Promise<QueueStatus[]>;
  /** How many jobs of these keys wait although they are due. */
  due(tx: Transaction, queue: string, keys: readonly string[]): Promise<number>;
  /** The failed jobs of all queues, those that failed first before the others, `limit` at most; and how many there are. */
  failed(limit: number): Promise<{ total: number; jobs: FailedJob[] }>;
  /** Has a failed job run once more, before those that wait behind it; false when it is not a failed one. */
  retry(queue: string, id: string): Promise<boolean>;
  /** The same with every failed job; returns how many. */
  retryAll(): Promise<number>;
  /** Removes what waits or has failed of a document, in all queues; what runs is not touched. */
  forget(tx: Transaction, document: string): Promise<void>;
  /** Aborts the jobs under way, waits for their handlers, and hands the jobs back at once. */
  stop(): Promise<void>;
}

/** How often, and after how many seconds, a job that throws is tried again by itself; doubling with `retryBackoff`. */
export type JobRetries = Pick<
  QueueOptions,
  'retryLimit' | 'retryDelay' | 'retryBackoff' | 'retryDelayMax'
>;

const RETRIES: JobRetries = {
  retryLimit: 5,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
};
/** How often free places look for what has become due, and for what other processes enqueued. */
const LOOK_MS = 500;
/** A job without a heartbeat for this long is taken for dead and given to another worker. */
const HEARTBEAT_SECONDS = 15;
const NEVER_SECONDS = 10 * 365 * 24 * 3600;
const KEEP_COMPLETED = '1 day';
const CLEAN_MS = 600_000;

/**
 * Durable jobs and timers: pg-boss in the same database.
 *
 * In a `key_strict_fifo` queue a failed job holds its key, which is the parking we want: nothing
 * here may expire or be deleted on its own, or a later job of that document would overtake it.
 * Completed jobs are removed here, because pg-boss has one setting for completed and failed ones.
 */
export function createWorkQueue(options: {
  database: Database;
  url: string;
  log: Logger;
  /** For queues that do not exist yet. */
  retries?: JobRetries;
}): WorkQueue {
  const { database, log, retries = RETRIES } = options;
  const boss = new PgBoss({
    connectionString: options.url,
    application_name: 'doctrail-queue',
    max: 4,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    schedule: false,
    // Nobody hears of it, and it asks often.
    monitorVacuum: false,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'queue error'));
  const places = new Map<string, Places>();
  const stopping = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let names: string[] = [];
  let presence: Presence | undefined;

  function wake(queues: Iterable<string>): void {
    for (const queue of queues) places.get(queue)?.fill();
  }

  /** One question for all queues: most of the time none has anything. */
  async function look(): Promise<void> {
    const open = [...places.values()].filter((each) => each.hasFree());
    if (open.length === 0) return;
    const due = await database.sql<{ queue: string }[]>`
      SELECT queue FROM unnest(${open.map(({ queue }) => queue)}::text[]) AS open (queue)
      WHERE EXISTS (SELECT FROM pgboss.job
        WHERE name = queue AND state < 'active' AND NOT blocked AND start_after <= now())`;
    wake(due.map(({ queue }) => queue));
  }

  async function beat(): Promise<void> {
    for (const each of places.values()) await each.beat();
  }

  /** Again and again, each time after the one before has ended. */
  function every(ms: number, what: string, act: () => Promise<void>): void {
    let busy = false;
    const timer = setInterval(() => {
      if (busy) return;
      busy = true;
      void act()
        .catch((error: unknown) => log.warn({ err: error }, `${what} failed, trying again`))
        .finally(() => {
          busy = false;
        });
    }, ms);
    timers.push(timer.unref());
  }

  async function removeCompleted(): Promise<void> {
    await database.sql`
      DELETE FROM pgboss.job WHERE name = ANY (${names}) AND state = 'completed'
        AND completed_on < now() - ${KEEP_COMPLETED}::interval`;
  }

  /** Makes active jobs, of these ids or all, claimable again without counting a retry, as pg-boss does when it restores one. */
  async function handBack(ids: string[] | null): Promise<void> {
    await database.sql`
      UPDATE pgboss.job SET state = 'created', started_on = NULL, heartbeat_on = NULL, start_after = now()
      WHERE name = ANY (${names}) AND state = 'active'
        ${ids === null ? database.sql`` : database.sql`AND id = ANY (${ids})`}`;
  }

  /** Has a failed job, or all of the queue, run once more; returns how many. */
  async function retryFailed(queue: string, id: string | null): Promise<number> {
    const count = await database.db.transaction(async (tx) => {
      const failed = await tx.execute<{ id: string }>(drizzleSql`
        SELECT id FROM pgboss.job WHERE name = ${queue} AND state = 'failed'
          AND (${id}::text IS NULL OR id::text = ${id})
        ORDER BY id FOR UPDATE`);
      const db = fromDrizzle(tx, drizzleSql);
      // Not `redrive`: its copy would wait behind the failed original for ever.
      if (failed.length > 0)
        await boss.retry(
          queue,
          failed.map(({ id }) => id),
          { db },
        );
      return failed.length;
    });
    wake([queue]);
    return count;
  }

  return {
    async start(queues, works) {
      names = [...queues];
      await boss.start();
      for (const name of names) {
        await boss.createQueue(name, {
          policy: 'key_strict_fifo',
          heartbeatSeconds: HEARTBEAT_SECONDS,
          expireInSeconds: 24 * 3600 - 1,
          retentionSeconds: NEVER_SECONDS,
          deleteAfterSeconds: 0,
          ...retries,
        });
      }
      // Jobs that a killed process left active: when no other process lives, nobody works on them.
      if (works) presence = await becomePresent(options.url, () => handBack(null));
      every(CLEAN_MS, 'removing completed jobs', removeCompleted);
      every((HEARTBEAT_SECONDS * 1_000) / 3, 'the heartbeat of jobs', beat);
      every(LOOK_MS, 'looking for jobs', look);
    },
    async enqueue(tx, jobs) {
      const byQueue = Map.groupBy(jobs, (job) => job.queue);
      for (const [queue, requests] of byQueue) {
        const inserts = requests.map((job) => ({
          id: jobId(job.cause, queue, job.key, ...(job.round ? [job.round] : [])),
          data: job.data,
          singletonKey: job.key,
          ...(job.due ? { startAfter: job.due } : {}),
        }));
        await boss.insert(queue, inserts, { db: prepared(tx) });
      }
    },
    wake,
    work(queue, concurrency, handler) {
      const { signal } = stopping;
      const made = createPlaces({ boss, queue, concurrency, handler, stopping: signal, log });
      places.set(queue, made);
      made.fill();
    },
    async status() {
      const rows = await database.sql<
        { name: string; waiting: number; active: number; failed: number; oldest: Date | null }[]
      >`
        SELECT q.name, count(*) FILTER (WHERE state IN ('created', 'retry'))::int AS waiting,
          count(*) FILTER (WHERE state = 'active')::int AS active,
          count(*) FILTER (WHERE state = 'failed')::int AS failed,
          min(created_on) FILTER (WHERE state IN ('created', 'retry')) AS oldest
        FROM unnest(${names}::text[]) WITH ORDINALITY AS q (name, place)
        LEFT JOIN pgboss.job j ON j.name = q.name AND j.state <> 'completed'
        GROUP BY q.name, q.place ORDER BY q.place`;
      return rows.map(({ oldest, ...row }) => ({ ...row, oldestWaiting: oldest }));
    },
    async due(tx, queue, keys) {
      // As pg-boss looks for its next job, so that the same index serves.
      const [row] = await tx.execute<{ count: number }>(drizzleSql`
        SELECT count(*)::int AS count FROM pgboss.job
        WHERE name = ${queue} AND singleton_key IN ${[...keys]} AND state < 'active'
          AND NOT blocked AND policy = 'key_strict_fifo' AND start_after <= now()`);
      return row?.count ?? 0;
    },
    async failed(limit) {
      const [counted] = await database.sql<{ total: number }[]>`
        SELECT count(*)::int AS total FROM pgboss.job
        WHERE name = ANY (${names}) AND state = 'failed'`;
      const rows = await database.sql<(Omit<FailedJob, 'error'> & { output: unknown })[]>`
        SELECT j.name AS queue, j.id, j.singleton_key AS key, j.data, j.output,
          j.retry_count + 1 AS attempts, j.completed_on AS "failedAt",
          (SELECT count(*)::int FROM pgboss.job w WHERE w.name = j.name
            AND w.singleton_key = j.singleton_key AND w.state IN ('created', 'retry')) AS waiting
        FROM pgboss.job j WHERE j.name = ANY (${names}) AND j.state = 'failed'
        ORDER BY j.completed_on, j.id LIMIT ${limit}`;
      const jobs = rows.map(({ output, ...job }) => ({ ...job, error: errorText(output) }));
      return { total: counted?.total ?? 0, jobs };
    },
    retry: async (queue, id) => (await retryFailed(queue, id)) > 0,
    async retryAll() {
      let count = 0;
      for (const name of names) count += await retryFailed(name, null);
      return count;
    },
    async forget(tx, document) {
      await tx.execute(drizzleSql`
        DELETE FROM pgboss.job WHERE state IN ('created', 'retry', 'failed')
          AND (singleton_key = ${document} OR data ->> 'document' = ${document}
            OR data ->> 'stream' = ${documentStream(document)})`);
    },
    async stop() {
      stopping.abort(new Error('The server is stopping.'));
      const ended = await Promise.all([...places.values()].map((each) => each.ended()));
      for (const timer of timers) clearInterval(timer);
      await boss.stop({ graceful: true, timeout: 5_000 });
      const cutShort = ended.flat();
      if (cutShort.length > 0) await handBack(cutShort);
      await presence?.end();
    },
  };
}

/**
 * Prepares what pg-boss asks: one round trip instead of two. Only for what looks at no job that
 * waits: planned while few do, it would go on as if there were no more.
 */
const prepared = (tx: Transaction): Db => ({
  executeSql: async (text, values = []) => ({ rows: await runPrepared(tx, text, values) }),
});

/** Of an error as pg-boss keeps it: the stack, which begins with the message, or whatever there is. */
function errorText(output: unknown): string {
  const { message, stack } = (output ?? {}) as { message?: unknown; stack?: unknown };
  if (typeof message !== 'string') return JSON.stringify(output);
  if (typeof stack !== 'string') return message;
  return stack.includes(message) ? stack : `${message}\n${stack}`;
}
