import { ConfigError, type Config } from '../../shared/config.ts';
import type { EventDefinition } from '../../shared/event.ts';
import type { Slice } from '../../shared/slice.ts';
import type { Step } from '../../shared/steps/step.ts';
import { decideRetry } from './decide.ts';
import { StepGivenUp, StepRetryScheduled } from './events.ts';

/** Decides what follows from a failure of any step. */
export function retryPolicy({ steps, config }: { steps: readonly Step[]; config: Config }): Slice {
  refuseUnknownSteps(steps, config);
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

/** A misspelt step would silently change nothing. */
function refuseUnknownSteps(steps: readonly Step[], { retries }: Config): void {
  const slugs = steps.map(({ slug }) => slug);
  const unknown = retries.exceptions.find(({ step }) => step !== null && !slugs.includes(step));
  if (!unknown) return;
  throw new ConfigError(
    `RETRY_EXCEPTIONS names the step "${unknown.step}", which there is not. The steps are ${slugs.join(', ')}.`,
  );
}
