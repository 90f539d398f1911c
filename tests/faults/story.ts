import type { StoredEvent } from '../../shared/event.ts';
import { StepGivenUp, StepRetryScheduled } from '../../slices/retry-policy/events.ts';

/**
 * A history event by event, short enough to compare: `InspectionFailed 1 parser-timeout`. Without
 * notifications and promised times, which come when they come.
 */
export function storyOf(history: readonly StoredEvent[]): string[] {
  return history.filter(isOfProcessing).map((event) => {
    if (StepRetryScheduled.is(event)) {
      const { step, attempt, retry, retries } = event.data;
      return `retry of ${step} as attempt ${attempt}, ${retry} of ${retries}`;
    }
    if (StepGivenUp.is(event)) return `given up ${event.data.step}: ${event.data.why}`;
    const { attempt, error } = event.data as { attempt?: number; error?: { code: string } };
    return [event.type, attempt, error?.code].filter((part) => part !== undefined).join(' ');
  });
}

/** Whether it is about the document's way through its steps. */
export const isOfProcessing = ({ type }: { type: string }): boolean =>
  !/^(Notification|Sla)/.test(type);

/** What a retry was scheduled for, and when its attempt began. */
export interface Timing {
  failedAt: number;
  dueAt: number;
  startedAt: number | null;
}

/** Of every scheduled retry, in order; milliseconds. */
export function timingsOf(history: readonly StoredEvent[]): Timing[] {
  return history.filter(StepRetryScheduled.is).map(({ data, metadata, version }) => {
    const failed = history.find(({ id }) => id === metadata.causation);
    const started = history.find(
      (event) =>
        event.version > version &&
        event.type.endsWith('Started') &&
        event.data['attempt'] === data.attempt,
    );
    return {
      failedAt: failed?.storedAt.getTime() ?? Number.NaN,
      dueAt: Date.parse(data.dueAt),
      startedAt: started?.storedAt.getTime() ?? null,
    };
  });
}
