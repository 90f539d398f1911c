import type { Job, PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import { grouped } from './grouped.ts';
import { withoutQuery } from './query-error.ts';
import type { JobHandler } from './work-queue.ts';

/** The places of one queue in this process: each does one job at a time. */
export interface Places {
  readonly queue: string;
  hasFree(): boolean;
  /** Takes as many due jobs as there are free places; asks again for what is told while it asks. */
  fill(): void;
  /** Tells the database that the jobs under way are alive, and aborts those it has given to others. */
  beat(): Promise<void>;
  /** After the last handler has ended; the jobs that the stop has cut short. */
  ended(): Promise<string[]>;
}

/** Lent places are cheap (a connection that waits), but not without end. */
const LENT_FOR_EACH_PLACE = 3;

/**
 * One fetch serves all free places of a queue: pg-boss' own workers ask one by one, each at its own
 * poll.
 */
export function createPlaces<Data extends object>(options: {
  boss: Pick<PgBoss, 'fetch' | 'complete' | 'fail' | 'touch'>;
  queue: string;
  concurrency: number;
  handler: JobHandler<Data>;
  /** Aborts when the process stops. */
  stopping: AbortSignal;
  log: Logger;
}): Places {
  const { boss, queue, concurrency, handler, stopping, log } = options;
  const underWay = new Map<
    string,
    { job: Job<Data>; claim: AbortController; done: Promise<void> }
  >();
  const cutShort: string[] = [];
  const complete = grouped<Job<Data>>((jobs) => boss.complete(queue, [...jobs]));
  let lent = 0;
  let wanted = false;
  let taking: Promise<void> | null = null;

  const free = () => (stopping.aborted ? 0 : concurrency + lent - underWay.size);

  async function take(): Promise<void> {
    try {
      while (wanted && free() > 0) {
        wanted = false;
        const jobs = await boss.fetch<Data>(queue, { batchSize: free() });
        // What a stop has overtaken is handed back, and never begun.
        if (stopping.aborted) cutShort.push(...jobs.map(({ id }) => id));
        else jobs.forEach(begin);
      }
    } catch (error) {
      log.warn({ err: error, queue }, 'jobs could not be fetched, looking again soon');
    } finally {
      taking = null;
    }
  }

  function begin(job: Job<Data>): void {
    const claim = new AbortController();
    const done = run(job, AbortSignal.any([stopping, claim.signal])).finally(() => {
      underWay.delete(job.id);
      places.fill();
    });
    underWay.set(job.id, { job, claim, done });
  }

  /** Never throws: what the database does not take now, the missing heartbeat tells it later. */
  async function run(job: Job<Data>, signal: AbortSignal): Promise<void> {
    const place = { isLent: false };
    const lendPlace = () => {
      if (place.isLent || lent >= concurrency * LENT_FOR_EACH_PLACE) return;
      place.isLent = true;
      lent += 1;
      places.fill();
    };
    try {
      await settle(job, await outcome(job, { id: job.id, signal, lendPlace }));
    } catch (error) {
      log.warn({ err: error, queue, job: job.id }, 'the end of a job could not be stored');
    } finally {
      if (place.isLent) lent -= 1;
    }
  }

  async function outcome(job: Job<Data>, context: Parameters<typeof handler>[1]) {
    try {
      await handler(job.data, context);
      return 'done';
    } catch (error) {
      if (stopping.aborted) return 'cut short';
      log.error({ err: error, queue, job: job.id }, 'job failed, the queue tries again');
      // What it throws is kept for people to see.
      return error instanceof Error ? withoutQuery(error) : new Error(String(error));
    }
  }

  async function settle(job: Job<Data>, outcome: 'done' | 'cut short' | Error): Promise<void> {
    if (outcome === 'cut short') cutShort.push(job.id);
    else if (outcome === 'done') await complete(job);
    else await boss.fail(queue, job, outcome);
  }

  const places: Places = {
    queue,
    hasFree: () => free() > 0,
    fill() {
      wanted = true;
      // Only with a free place does it wait for anything, and ends after this assignment.
      if (free() > 0) taking ??= take();
    },
    async beat() {
      const held = [...underWay.values()];
      if (held.length === 0) return;
      const answer = await boss.touch(
        queue,
        held.map(({ job }) => job),
      );
      // Told by every command, though its type has no members.
      const { settled } = answer as { settled: string[] };
      const alive = new Set(settled);
      for (const { job, claim } of held)
        if (!alive.has(job.id))
          claim.abort(new Error(`Job ${job.id} was given to another worker.`));
    },
    async ended() {
      await taking;
      await Promise.all([...underWay.values()].map(({ done }) => done));
      return cutShort;
    },
  };
  return places;
}
