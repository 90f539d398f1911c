import type { EventDefinition, StoredEvent } from '../../shared/event.ts';
import { documentOf } from '../../shared/event.ts';
import type { Reaction, Reactor } from '../../shared/reactor.ts';
import type { Slice } from '../../shared/slice.ts';
import { stepQueue, type Step } from '../../shared/steps/step.ts';
import { ReprocessingRequested, StepRetryRequested, StepSkipped } from '../failure-admin/events.ts';
import { DocumentReceived } from '../receive-document/events.ts';
import { StepRetryScheduled } from '../retry-policy/events.ts';
import { courseOf, isDone } from './course.contract.ts';
import { DocumentCompleted } from './events.ts';

/** Starts the next step of a document's plan when one is done, and says when all are. */
export function pipeline({ steps }: { steps: readonly Step[] }): Slice {
  return {
    name: 'pipeline',
    summary: 'Takes a document through the steps of its plan, one after the other.',
    events: [DocumentCompleted],
    reactors: [nextStep(steps)],
  };
}

function nextStep(steps: readonly Step[]): Reactor {
  const finished: EventDefinition[] = steps.map((step) => step.events.Finished);
  return {
    name: 'next-step',
    on: [
      DocumentReceived,
      ...finished,
      StepRetryScheduled,
      StepRetryRequested,
      StepSkipped,
      ReprocessingRequested,
    ],
    states: [DocumentCompleted],
    react: (history, event) => decideNextStep(steps, history, event),
  };
}

/**
 * The step that the event asked for is enqueued unless it has started, for its due time where it
 * has one; a plan of which every step is done is complete. The plan is the document's own, as it
 * was stored: a step added later is for later documents.
 */
export function decideNextStep(
  steps: readonly Step[],
  history: readonly StoredEvent[],
  { id: cause, stream }: StoredEvent,
): Reaction {
  const document = documentOf(stream);
  const course = courseOf(steps, history);
  if (!document || course.ended !== null || !history.some(DocumentReceived.is)) return {};
  if (course.steps.every(isDone)) return { events: [DocumentCompleted({})] };
  const due = course.steps.find(
    (step) => step.cause === cause && (step.state === 'due' || step.state === 'retrying'),
  );
  if (!due) return {};
  return {
    jobs: [
      {
        queue: stepQueue(due.slug),
        key: document,
        data: { document, cause },
        ...(due.dueAt ? { due: due.dueAt } : {}),
      },
    ],
  };
}
