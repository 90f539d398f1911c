import type { EventDefinition, StoredEvent } from '../../shared/event.ts';
import { documentOf } from '../../shared/event.ts';
import type { Reaction, Reactor } from '../../shared/reactor.ts';
import type { Slice } from '../../shared/slice.ts';
import { stepQueue, type Step } from '../../shared/steps/step.ts';
import { foldStep } from '../../shared/steps/step-state.ts';
import { DocumentReceived } from '../receive-document/events.ts';
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
    on: [DocumentReceived, ...finished],
    states: [DocumentCompleted],
    react: (history, event) => decideNextStep(steps, history, event),
  };
}

/**
 * The first step of the plan that is not finished is due when it has never started; a plan without
 * one is complete. The plan is the document's own, as it was stored: a step added later is for
 * later documents.
 */
export function decideNextStep(
  steps: readonly Step[],
  history: readonly StoredEvent[],
  cause: StoredEvent,
): Reaction {
  const received = history.find(DocumentReceived.is);
  const document = documentOf(cause.stream);
  if (!received || !document) return {};
  const states = received.data.plan.map((slug) => {
    const step = steps.find((candidate) => candidate.slug === slug);
    return { slug, state: step ? foldStep(step.events, history).state : ('waiting' as const) };
  });
  const next = states.find(({ state }) => state !== 'finished');
  if (!next) return { events: [DocumentCompleted({})] };
  if (next.state !== 'waiting') return {};
  return {
    jobs: [{ queue: stepQueue(next.slug), key: document, data: { document, cause: cause.id } }],
  };
}
