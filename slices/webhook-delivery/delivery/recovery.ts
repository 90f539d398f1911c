import type { Database } from '../../../shared/database.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import { derivedId } from '../../../shared/ids.ts';
import { atPace } from '../../../shared/pace.ts';
import type { Reactor } from '../../../shared/reactor.ts';
import { Problem } from '../../../shared/web/problem.ts';
import type { JobHandler } from '../../../shared/work-queue.ts';
import { commandNames } from '../endpoint/commands.ts';
import { endpointOf, endpointOfStream, endpointStream } from '../endpoint/endpoint.ts';
import type { EndpointRecord, Recovery } from '../endpoint/read-model.ts';
import { NotificationResendRequested, RecoveryFinished, RecoveryRequested } from '../events.ts';
import { untilLevel } from '../until-level.ts';
import type { DeliveryQueries } from './queries.ts';
import { deliveriesProjection } from './read-model.ts';
import type { Resends } from './resend.ts';
import type { DeliveryRecord } from './table.ts';

export const RECOVERY = 'webhook-recovery';

/** What the queue holds; `recovery`: id of the RecoveryRequested. */
interface RecoveryJob {
  endpoint: string;
  recovery: string;
}

/** Has what was given up sent again when somebody asks. */
export const recover: Reactor = {
  name: RECOVERY,
  on: [RecoveryRequested],
  states: [],
  react(_history, { id: recovery, stream }) {
    const endpoint = endpointOfStream(stream);
    if (endpoint === null) return {};
    const data: RecoveryJob = { endpoint, recovery };
    return { jobs: [{ queue: RECOVERY, key: endpoint, data }] };
  },
};

/** How many deliveries a recovery has had sent again, as the log says. */
async function counted({ sql }: Database, { id, position }: Pick<Recovery, 'id' | 'position'>) {
  const [row] = await sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM events
    WHERE position > ${position} AND type = ${NotificationResendRequested.type}
      AND metadata ->> 'causation' = ${id}`;
  return row?.count ?? 0;
}

/** The same by endpoint, of the newest recovery of each. */
export async function resentBy(
  database: Database,
  endpoints: readonly Pick<EndpointRecord, 'id' | 'recovery'>[],
): Promise<ReadonlyMap<string, number>> {
  const recovered = endpoints.flatMap(({ id, recovery }) => (recovery ? [{ id, recovery }] : []));
  const counts = recovered.map(async ({ id, recovery }) => {
    const resent = recovery.finished?.resent ?? (await counted(database, recovery));
    return [id, resent] as const;
  });
  return new Map(await Promise.all(counts));
}

/**
 * Has sent again what was given up before it was asked for, so many a second, until the endpoint is
 * paused or removed. A run that was cut off begins anew: what was sent again is no longer given up,
 * and if it is once more, its request is known already.
 */
export function recoveryWorker(options: {
  store: EventStore;
  database: Database;
  queries: DeliveryQueries;
  resends: Resends;
}): JobHandler<RecoveryJob> {
  const { store, database, queries, resends } = options;

  async function resend(row: DeliveryRecord, asking: Parameters<Resends['resendFailed']>[1]) {
    try {
      await resends.resendFailed(row, asking);
    } catch (error) {
      // The endpoint was paused or removed; what is left stays given up.
      if (!(error instanceof Problem)) throw error;
    }
  }

  return async ({ endpoint, recovery }, { signal }) => {
    const stream = endpointStream(endpoint);
    const history = await store.read(stream);
    const requested = history.filter(RecoveryRequested.is).find(({ id }) => id === recovery);
    if (!requested || endpointOf(history)?.recovery !== recovery) return;
    const { id, position, data, metadata, storedAt } = requested;
    await untilLevel(database, deliveriesProjection, position, signal);
    const asking = { id, actor: metadata.actor, reason: data.reason ?? 'everything is recovered' };
    const period = { from: new Date(data.since), to: storedAt };
    let after = 0;
    await atPace(data.perSecond, signal, async (most) => {
      if (endpointOf(await store.read(stream))?.state !== 'enabled') return 0;
      const rows = await queries.failedWithin(endpoint, period, after, most);
      await Promise.all(rows.map((row) => resend(row, asking)));
      after = rows.at(-1)?.position ?? after;
      return rows.length;
    });
    const resent = await counted(database, requested);
    const left = Math.max(0, data.deliveries - resent);
    const causedBy = { correlation: metadata.correlation, causation: id };
    await store.append({
      stream,
      expected: null,
      events: [RecoveryFinished({ recovery, resent, left }, derivedId(recovery, 'finished'))],
      metadata: { ...causedBy, actor: `system:${RECOVERY}`, command: commandNames.recover },
    });
  };
}
