import { and, asc, eq, gt, inArray } from 'drizzle-orm';
import type { Database } from '../../../shared/database.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import { derivedId } from '../../../shared/ids.ts';
import type { Reactor } from '../../../shared/reactor.ts';
import type { JobHandler, WorkQueue } from '../../../shared/work-queue.ts';
import { endpointOf, endpointOfStream, endpointStream } from '../endpoint/endpoint.ts';
import { EndpointRemoved, EndpointResumed } from '../events.ts';
import type { WebhookSecrets } from '../send/secrets.ts';
import { untilLevel } from '../until-level.ts';
import type { HealthBook } from './health.ts';
import { streamOf } from './queries.ts';
import { deliveriesProjection } from './read-model.ts';
import { RELEASE } from './release.ts';
import { deliveriesModel, type DeliveryRecord } from './table.ts';
import { keepWaiting } from './waiting.ts';

export const REOPENING = 'webhook-endpoint';

interface ReopeningJob {
  endpoint: string;
  /** Position of the event that asks for it. */
  at: number;
}

/** What is open of an endpoint waits to be released when it is resumed: to be sent, or given up where it was removed. */
export const reopen: Reactor = {
  name: REOPENING,
  on: [EndpointResumed, EndpointRemoved],
  states: [],
  react(_history, { stream, position }) {
    const endpoint = endpointOfStream(stream);
    if (endpoint === null) return {};
    const data: ReopeningJob = { endpoint, at: position };
    return { jobs: [{ queue: REOPENING, key: endpoint, data }] };
  },
};

const AT_ONCE = 500;

export function reopeningWorker(options: {
  store: EventStore;
  database: Database;
  queue: Pick<WorkQueue, 'wake'>;
  health: HealthBook;
  secrets: WebhookSecrets;
}): JobHandler<ReopeningJob> {
  const { store, database, queue, health, secrets } = options;

  async function keepOpen(endpoint: string, at: number): Promise<void> {
    let last: DeliveryRecord | undefined;
    do {
      const rows = await openDeliveries(database, endpoint, last);
      const jobs = rows.map(({ messageId, cause, ...row }) => {
        // Many have the same position: the round tells their jobs apart.
        const round = roundOf(messageId);
        return { stream: streamOf(row), messageId, endpoint, cause, at, round };
      });
      await database.db.transaction((tx) => keepWaiting(tx, jobs));
      last = rows.length === AT_ONCE ? rows.at(-1) : undefined;
    } while (last);
  }

  return async ({ endpoint, at }, { signal }) => {
    // A job that found the endpoint paused was of an event before this one.
    await untilLevel(database, deliveriesProjection, at, signal);
    const found = endpointOf(await store.read(endpointStream(endpoint)));
    if (!found || found.state === 'paused') return;
    await keepOpen(endpoint, at);
    const isRemoved = found.state === 'removed';
    if (isRemoved) await secrets.remove(endpoint);
    await database.db.transaction((tx) =>
      isRemoved ? health.remove(tx, endpoint) : health.reset(tx, endpoint),
    );
    queue.wake([RELEASE]);
  };
}

/** In the order of their messages, after the last one that was read. */
function openDeliveries(
  { db }: Database,
  endpoint: string,
  last: DeliveryRecord | undefined,
): Promise<DeliveryRecord[]> {
  const { position, state, endpoint: to } = deliveriesModel;
  return db
    .select()
    .from(deliveriesModel)
    .where(
      and(
        eq(to, endpoint),
        inArray(state, ['pending', 'retrying']),
        last && gt(position, last.position),
      ),
    )
    .orderBy(asc(position))
    .limit(AT_ONCE);
}

/** A number for a message, of 48 bits. */
function roundOf(messageId: string): number {
  return Number.parseInt(derivedId(messageId).slice(-12), 16);
}
