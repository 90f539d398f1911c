import type { EventStore } from '../../shared/event-store.ts';
import type { Slice } from '../../shared/slice.ts';
import type { Step } from '../../shared/steps/step.ts';
import { StepGivenUp } from '../retry-policy/events.ts';
import { createAdministration } from './act.ts';
import { actionRoutes } from './action-routes.ts';
import {
  DocumentCancelled,
  ReprocessingRequested,
  StepRetryRequested,
  StepSkipped,
} from './events.ts';

/** What went wrong, why, and what administrators do about it. */
export function failureAdmin(dependencies: { steps: readonly Step[]; store: EventStore }): Slice {
  const { steps, store } = dependencies;
  const administration = createAdministration(steps, store);
  return {
    name: 'failure-admin',
    summary: 'Shows what failed and why, and lets administrators decide.',
    events: [StepRetryRequested, StepSkipped, DocumentCancelled, ReprocessingRequested],
    commands: [
      { name: 'retry step', by: ['admin'], states: [StepRetryRequested] },
      { name: 'skip step', by: ['admin'], states: [StepSkipped] },
      { name: 'give up step', by: ['admin'], states: [StepGivenUp] },
      { name: 'cancel document', by: ['admin'], states: [DocumentCancelled] },
      { name: 'reprocess document', by: ['admin'], states: [ReprocessingRequested] },
    ],
    routes: (app, runtime) => actionRoutes(app, administration, runtime),
  };
}
