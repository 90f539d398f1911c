import type { Config } from '../../shared/config.ts';
import type { EventDefinition } from '../../shared/event.ts';
import type { Slice } from '../../shared/slice.ts';
import type { Step } from '../../shared/steps/step.ts';
import { decideRetry } from './decide.ts';
import { StepGivenUp, StepRetryScheduled } from './events.ts';

/** Decides what follows from a failure of any step. */
export function retryPolicy({ steps, config }: { steps: readonly Step[]; config: Config }): Slice {
  const failed: EventDefinition[] = steps.map((step) => step.events.Failed);
  return {
    name: 'retry-policy',
    summary: 'Decides whether and when a failed step is tried again.',
    events: [StepRetryScheduled, StepGivenUp],
    reactors: [
      {
        name: 'retry-policy',
        on: failed,
        states: [StepRetryScheduled, StepGivenUp],
        react: (history, event) => decideRetry(steps, config.retries, history, event),
      },
    ],
  };
}
