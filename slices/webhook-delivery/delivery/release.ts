import { randomInt } from 'node:crypto';
import type { Database } from '../../../shared/database.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import type { Transaction } from '../../../shared/subscription.ts';
import type { JobHandler, WorkQueue } from '../../../shared/work-queue.ts';
import { endpointOf, endpointStream } from '../endpoint/endpoint.ts';
import type { HealthBook } from './health.ts';
import { DELIVERY, jobOf, keysOf, type DeliveryJob } from './jobs.ts';
import { anyWaits, takeWaiting } from './waiting.ts';

export const RELEASE = 'webhook-release';

interface ReleaseJob {
  endpoint: string;
}

/** Has what waits for an endpoint looked at, at a time. Whoever opens a circuit breaker asks for that. */
export type AskForRelease = (tx: Transaction, endpoint: string, due: Date) => Promise<void>;

export const askForRelease =
  (queue: Pick<WorkQueue, 'enqueue'>): AskForRelease =>
  (tx, endpoint, due) => {
    // No event asks for it, and it is asked for in a transaction: the time and chance make its id.
    const round = randomInt(2 ** 47);
    const data: ReleaseJob = { endpoint };
    const job = { queue: RELEASE, key: endpoint, data, cause: due.getTime(), due, round };
    return queue.enqueue(tx, [job]);
  };

/** Jobs of one endpoint at a time: every look into a queue costs as much as it holds. */
const MOST_JOBS = 200;
/** Until the next look, while something still waits. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Turns what waits for an endpoint into jobs: one while its circuit breaker waits for a probe, and
 * everything, by and by, once that is closed. A paused endpoint keeps what waits until it is resumed.
 */
export function releaseWorker(options: {
  store: EventStore;
  database: Database;
  queue: WorkQueue;
  health: HealthBook;
}): JobHandler<ReleaseJob> {
  const { store, database, queue, health } = options;

  const due = (tx: Transaction, endpoint: string) => queue.due(tx, DELIVERY, keysOf(endpoint));

  async function release(tx: Transaction, endpoint: string): Promise<void> {
    const breaker = await health.breaker(tx, endpoint);
    // Its next probe has a release of its own.
    if (breaker === 'open') return;
    const room = breaker === 'half-open' ? 1 : MOST_JOBS - (await due(tx, endpoint));
    const jobs = await takeWaiting(tx, endpoint, room);
    await queue.enqueue(tx, jobs.map(again));
    if (await anyWaits(tx, endpoint))
      await askForRelease(queue)(tx, endpoint, new Date(Date.now() + LOOK_AGAIN_MS));
  }

  return async ({ endpoint }) => {
    const found = endpointOf(await store.read(endpointStream(endpoint)));
    if (found?.state === 'paused') return;
    await database.db.transaction((tx) => release(tx, endpoint));
    queue.wake([DELIVERY]);
  };
}

/** A job of its own for a delivery that had one before. */
function again(job: DeliveryJob) {
  const round = job.round + 1;
  return { ...jobOf(job, job.stream, job.at, round), cause: job.at, round };
}
