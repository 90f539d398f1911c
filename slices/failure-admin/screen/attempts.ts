import type { StoredEvent } from '../../../shared/event.ts';
import type { Step } from '../../../shared/steps/step.ts';
import { StepGivenUp, StepRetryScheduled } from '../../retry-policy/events.ts';
import {
  DocumentCancelled,
  ReprocessingRequested,
  StepRetryRequested,
  StepSkipped,
} from '../events.ts';

export type Outcome = 'running' | 'finished' | 'failed' | 'interrupted';

/** One start of a step, and what became of it. */
export interface Attempt {
  type: 'attempt';
  attempt: number;
  worker: string;
  startedAt: Date;
  endedAt: Date | null;
  outcome: Outcome;
  /** Of a failure. */
  code: string | null;
}

/** What the retry policy or a person decided between two attempts. */
export interface Decision {
  type: 'decision';
  event: StoredEvent;
}

/** The attempts of a step and the decisions on it, in the order in which they happened. */
export function attemptsOf(
  { slug, events }: Step,
  history: readonly StoredEvent[],
): (Attempt | Decision)[] {
  const line: (Attempt | Decision)[] = [];
  const end = (event: StoredEvent, attempt: number, outcome: Outcome, code: string | null) => {
    const begun = line.find((one) => one.type === 'attempt' && one.attempt === attempt);
    if (begun?.type === 'attempt')
      Object.assign(begun, { endedAt: event.storedAt, outcome, code } satisfies Partial<Attempt>);
  };
  for (const event of history) {
    if (events.Started.is(event)) line.push(begin(event));
    else if (events.Finished.is(event)) end(event, Number(event.data.attempt), 'finished', null);
    else if (events.Failed.is(event))
      end(event, event.data.attempt, 'failed', event.data.error.code);
    else if (events.Interrupted.is(event)) end(event, event.data.attempt, 'interrupted', null);
    else if (line.length > 0 && isDecisionOn(slug, event)) line.push({ type: 'decision', event });
  }
  return line;
}

function begin({ data, storedAt }: StoredEvent<{ attempt: number; worker: string }>): Attempt {
  const { attempt, worker } = data;
  return {
    type: 'attempt',
    attempt,
    worker,
    startedAt: storedAt,
    endedAt: null,
    outcome: 'running',
    code: null,
  };
}

function isDecisionOn(slug: string, event: StoredEvent): boolean {
  if (DocumentCancelled.is(event)) return true;
  // It may begin with an earlier step: this one then runs again, too.
  if (ReprocessingRequested.is(event)) return true;
  return (
    [StepRetryScheduled, StepRetryRequested, StepGivenUp, StepSkipped].some(
      ({ type }) => type === event.type,
    ) && event.data['step'] === slug
  );
}
