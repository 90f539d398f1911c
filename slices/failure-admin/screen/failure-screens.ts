import type { Environment } from 'nunjucks';
import type { Logger } from 'pino';
import type { BlobStore } from '../../../shared/blobs.ts';
import type { Database } from '../../../shared/database.ts';
import { createDeadLetters } from '../../../shared/dead-letters.ts';
import type { EventCatalogue } from '../../../shared/event-catalogue.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import type { EventStreams } from '../../../shared/live/event-stream.ts';
import type { Runtime } from '../../../shared/runtime.ts';
import type { Slice } from '../../../shared/slice.ts';
import type { Step } from '../../../shared/steps/step.ts';
import type { App } from '../../../shared/web/server.ts';
import type { ActorNames } from '../../accounts/actor-names.contract.ts';
import { createPageFacts } from '../../document-board/page-facts.contract.ts';
import {
  FailureGroupIgnored,
  FailureGroupReopened,
  FailureGroupResolved,
  RedriveRequested,
} from '../events.ts';
import { GROUP_RETRIES } from '../group-retry/read-model.ts';
import type { GroupRetryQueries } from '../group-retry/queries.ts';
import { createGroupMarks } from '../groups/mark-group.ts';
import { FAILURE_GROUPS, groupsProjection } from '../groups/read-model.ts';
import { groupRoutes } from '../groups/routes.ts';
import { FAILURES, failuresProjection } from '../read-model.ts';
import { createRedrives } from '../redrive/redrive.ts';
import { redriveRoutes } from '../redrive/routes.ts';
import { createFailedDocumentReader } from './document-data.ts';
import { createGroupQueries } from './group-queries.ts';
import { createScreenReaders } from './readers.ts';
import { screenRoutes } from './routes.ts';
import { createScreens, type Screens } from './screens.ts';

export interface ScreenDependencies {
  steps: readonly Step[];
  store: EventStore;
  database: Database;
  catalogue: EventCatalogue;
  blobs: BlobStore;
  actorNames: ActorNames;
  templates: Environment;
  streams: EventStreams;
  log: Logger;
}

const ofDocument = [
  'retry step',
  'skip step',
  'give up step',
  'cancel document',
  'reprocess document',
];
const ofGroup = ['retry group', 'resolve group', 'ignore group', 'reopen group'];

/** What people look at when something failed: the part of the slice that shows. */
export function failureScreens(
  dependencies: ScreenDependencies,
  retries: Pick<GroupRetryQueries, 'recent'>,
) {
  const { steps, store, database, catalogue, actorNames } = dependencies;
  const { templates, streams, log } = dependencies;
  const titles = new Map(steps.map(({ slug, title }) => [slug, title]));
  const queries = createGroupQueries(database);
  const marks = createGroupMarks(database, store);
  let screens: Screens | undefined;

  /** Once a process: who is stuck can only be asked when all slices are known. */
  const screensOf = ({ queue, subscriptions }: Runtime) => {
    const deadLetters = createDeadLetters({ database, store, queue, subscriptions });
    screens ??= createScreens({
      titles,
      templates,
      streams,
      log,
      readers: createScreenReaders({ queries, retries, deadLetters, actorNames, titles }),
      readDocument: createFailedDocumentReader(dependencies),
      counts: createPageFacts(database),
    });
    return { screens, deadLetters };
  };

  return {
    parts: {
      events: [FailureGroupResolved, FailureGroupIgnored, FailureGroupReopened, RedriveRequested],
      commands: [
        { name: 'resolve group', by: ['admin'], states: [FailureGroupResolved] },
        { name: 'ignore group', by: ['admin'], states: [FailureGroupIgnored] },
        { name: 'reopen group', by: ['admin'], states: [FailureGroupReopened] },
        { name: 'run again', by: ['admin'], states: [RedriveRequested] },
      ],
      projections: [failuresProjection(steps), groupsProjection],
      screens: [
        {
          name: 'Failures',
          url: '/failures',
          shows: [FAILURES, FAILURE_GROUPS, GROUP_RETRIES],
          offers: ['stop retry of group', 'run again'],
        },
        {
          name: 'Group of failures',
          url: '/failures/:group',
          shows: [FAILURES, FAILURE_GROUPS, GROUP_RETRIES],
          offers: [...ofGroup, 'stop retry of group'],
        },
        {
          name: 'Failure of a document',
          url: '/failures/documents/:id',
          shows: ['history'],
          offers: ofDocument,
        },
        { name: 'Failures (API)', url: '/api/failures', shows: [FAILURES, FAILURE_GROUPS] },
      ],
      onLive: (told: string) => screens?.onLive(told),
      onEvents: (events: Parameters<Screens['onEvents']>[0]) => screens?.onEvents(events),
      stop: async () => screens?.stop(),
    } satisfies Partial<Slice>,
    routes(app: App, runtime: Runtime) {
      const { screens, deadLetters } = screensOf(runtime);
      screenRoutes(app, screens, queries);
      groupRoutes(app, marks, runtime);
      const redrives = createRedrives(store, deadLetters);
      redriveRoutes(app, { catalogue, actorNames, redrives, deadLetters });
    },
  };
}
