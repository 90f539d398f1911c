import type { StoredEvent } from '../event.ts';
import type { StepEvents } from './step-events.ts';

/** One step of one document, folded from the history. */
export interface StepState {
  state: 'waiting' | 'running' | 'finished' | 'failed' | 'interrupted';
  /** The newest attempt; 0 before the first. */
  attempt: number;
  /** Deaths of the host in a row since the last outcome. */
  interruptions: number;
}

export const INITIAL_STEP_STATE: StepState = { state: 'waiting', attempt: 0, interruptions: 0 };

/** Folds one fact into the state of a step; facts of other steps change nothing. */
export function evolveStep(events: StepEvents, step: StepState, event: StoredEvent): StepState {
  if (events.Started.is(event)) return { ...step, state: 'running', attempt: event.data.attempt };
  if (events.Finished.is(event)) return { ...step, state: 'finished', interruptions: 0 };
  if (events.Failed.is(event)) return { ...step, state: 'failed', interruptions: 0 };
  if (events.Interrupted.is(event)) {
    const died = event.data.reason === 'host-died';
    return { ...step, state: 'interrupted', interruptions: step.interruptions + (died ? 1 : 0) };
  }
  return step;
}

export function foldStep(events: StepEvents, history: readonly StoredEvent[]): StepState {
  return history.reduce<StepState>(
    (state, event) => evolveStep(events, state, event),
    INITIAL_STEP_STATE,
  );
}
