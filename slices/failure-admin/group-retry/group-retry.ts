import type { Database } from '../../../shared/database.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import type { Reactor } from '../../../shared/reactor.ts';
import type { Slice } from '../../../shared/slice.ts';
import type { JobHandler } from '../../../shared/work-queue.ts';
import type { Administration } from '../act.ts';
import {
  GroupRetryFinished,
  GroupRetryRequested,
  GroupRetryStopped,
  StepRetryRequested,
} from '../events.ts';
import { groupOfStream } from '../failure-group.contract.ts';
import { createGroupRetries } from './command.ts';
import { createGroupRetryQueries, type GroupRetryQueries } from './queries.ts';
import { groupRetriesProjection } from './read-model.ts';
import { groupRetryRoutes } from './routes.ts';
import { groupRetryWorker } from './worker.ts';

const QUEUE = 'group-retry';
/** Retries of so many groups run at a time, each at its own pace. */
const CONCURRENCY = 4;

const enqueue: Reactor = {
  name: QUEUE,
  on: [GroupRetryRequested],
  states: [],
  react(_history, { id: retry, stream }) {
    const group = groupOfStream(stream) ?? '';
    return { jobs: [{ queue: QUEUE, key: group, data: { group, retry } }] };
  },
};

/** Retrying all documents of a group: the part of the slice that runs for minutes. */
export function groupRetry(dependencies: {
  store: EventStore;
  database: Database;
  administration: Administration;
  perSecond: number;
}) {
  const queries: GroupRetryQueries = createGroupRetryQueries(dependencies.database);
  const commands = createGroupRetries({ ...dependencies, ...queries });
  const { work, notice } = groupRetryWorker({ ...dependencies, ...queries });
  return {
    queries,
    parts: {
      events: [GroupRetryRequested, GroupRetryStopped, GroupRetryFinished],
      commands: [
        { name: 'retry group', by: ['admin'], states: [GroupRetryRequested] },
        { name: 'stop retry of group', by: ['admin'], states: [GroupRetryStopped] },
        {
          name: 'run retry of group',
          by: ['queue'],
          states: [StepRetryRequested, GroupRetryFinished],
        },
      ],
      reactors: [enqueue],
      projections: [groupRetriesProjection],
      work: [{ queue: QUEUE, concurrency: CONCURRENCY, handle: work as JobHandler<object> }],
      onEvents: notice,
    } satisfies Partial<Slice>,
    routes: (
      app: Parameters<typeof groupRetryRoutes>[0],
      runtime: Parameters<typeof groupRetryRoutes>[3],
    ) => groupRetryRoutes(app, commands, queries, runtime),
  };
}
