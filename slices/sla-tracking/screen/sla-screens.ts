import type { Environment } from 'nunjucks';
import type { Logger } from 'pino';
import type { Database } from '../../../shared/database.ts';
import type { EventStreams } from '../../../shared/live/event-stream.ts';
import type { Slice } from '../../../shared/slice.ts';
import type { Step } from '../../../shared/steps/step.ts';
import type { App } from '../../../shared/web/server.ts';
import type { ActorNames } from '../../accounts/actor-names.contract.ts';
import { createPageFacts } from '../../document-board/page-facts.contract.ts';
import { createFigureQueries } from '../figures/queries.ts';
import { SLA_TRACKING } from '../read-model.ts';
import { createTrackedByTime } from '../past/tracked-by-time.ts';
import { whatIfRoutes } from '../past/routes.ts';
import { CHANGE_TARGETS, type TargetChanges } from '../targets/command.ts';
import { targetScreenRoutes } from '../targets/screen/routes.ts';
import { createOpenQueries } from './open-queries.ts';
import { createOverviewReader } from './readers.ts';
import { overviewRoutes } from './routes.ts';
import { createOverviewScreen } from './screen.ts';

export interface SlaScreenDependencies {
  steps: readonly Step[];
  database: Database;
  templates: Environment;
  streams: EventStreams;
  log: Logger;
  actorNames: ActorNames;
}

/** What people look at to see whether promises are kept: the part of the slice that shows. */
export function slaScreens(dependencies: SlaScreenDependencies, changes: TargetChanges) {
  const { steps, database, templates, streams, log, actorNames } = dependencies;
  const titles = new Map(steps.map(({ slug, title }) => [slug, title]));
  const open = createOpenQueries(database);
  const read = createOverviewReader({ figures: createFigureQueries(database), open, titles });
  const counts = createPageFacts(database);
  const screen = createOverviewScreen({ read, counts, templates, streams, log });
  return {
    parts: {
      screens: [
        { name: 'Service levels', url: '/sla', shows: [SLA_TRACKING, 'history'] },
        { name: 'Service levels (API)', url: '/api/sla', shows: [SLA_TRACKING] },
        { name: 'Targets', url: '/sla/targets', shows: ['history'], offers: [CHANGE_TARGETS] },
        { name: 'What if?', url: '/sla/what-if', shows: [SLA_TRACKING, 'history'] },
      ],
      onLive: screen.onLive,
      stop: async () => screen.stop(),
    } satisfies Partial<Slice>,
    routes(app: App) {
      overviewRoutes(app, { read, screen, open, titles });
      targetScreenRoutes(app, { changes, actorNames, steps, titles });
      whatIfRoutes(app, { pages: createTrackedByTime(database), steps, titles });
    },
  };
}
