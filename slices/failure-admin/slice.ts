import type { Config } from '../../shared/config.ts';
import type { Slice } from '../../shared/slice.ts';
import { StepGivenUp } from '../retry-policy/events.ts';
import { createAdministration } from './act.ts';
import { actionRoutes } from './action-routes.ts';
import {
  DocumentCancelled,
  ReprocessingRequested,
  StepRetryRequested,
  StepSkipped,
} from './events.ts';
import { groupRetry } from './group-retry/group-retry.ts';
import { failureScreens, type ScreenDependencies } from './screen/failure-screens.ts';

/** What went wrong, why, and what administrators do about it. */
export function failureAdmin(dependencies: ScreenDependencies & { config: Config }): Slice {
  const { steps, config, store, database } = dependencies;
  const administration = createAdministration(steps, store, dependencies.actorNames);
  const perSecond = config.bulkRetriesPerSecond;
  const ofGroups = groupRetry({ store, database, administration, perSecond });
  const shown = failureScreens(dependencies, ofGroups.queries);
  return {
    name: 'failure-admin',
    summary: 'Shows what failed and why, and lets administrators decide.',
    events: [
      StepRetryRequested,
      StepSkipped,
      DocumentCancelled,
      ReprocessingRequested,
      ...ofGroups.parts.events,
      ...shown.parts.events,
    ],
    commands: [
      { name: 'retry step', by: ['admin'], states: [StepRetryRequested] },
      { name: 'skip step', by: ['admin'], states: [StepSkipped] },
      { name: 'give up step', by: ['admin'], states: [StepGivenUp] },
      { name: 'cancel document', by: ['admin'], states: [DocumentCancelled] },
      { name: 'reprocess document', by: ['admin'], states: [ReprocessingRequested] },
      ...ofGroups.parts.commands,
      ...shown.parts.commands,
    ],
    reactors: ofGroups.parts.reactors,
    projections: [...shown.parts.projections, ...ofGroups.parts.projections],
    work: ofGroups.parts.work,
    screens: shown.parts.screens,
    onEvents(events) {
      ofGroups.parts.onEvents(events);
      shown.parts.onEvents(events);
    },
    onLive: shown.parts.onLive,
    stop: shown.parts.stop,
    routes(app, runtime) {
      actionRoutes(app, administration, runtime);
      ofGroups.routes(app, runtime);
      shown.routes(app, runtime);
    },
  };
}
