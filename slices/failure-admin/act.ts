import { documentStream, type NewEvent, type StoredEvent } from '../../shared/event.ts';
import { VersionConflict, type EventStore } from '../../shared/event-store.ts';
import type { Step } from '../../shared/steps/step.ts';
import { conflict, notFound } from '../../shared/web/problem.ts';
import type { ActorNames } from '../accounts/actor-names.contract.ts';
import { refuseErased } from '../erasure/erased.contract.ts';
import { courseOf, stepOf, type Course } from '../pipeline/course.contract.ts';
import { StepGivenUp } from '../retry-policy/events.ts';
import { refusalOf, type Action } from './actions.contract.ts';
import {
  DocumentCancelled,
  ReprocessingRequested,
  StepRetryRequested,
  StepSkipped,
} from './events.ts';
import { RETRY_GROUP } from './read-model.ts';

/** Who asks, and why. */
export interface Asking {
  actor: string;
  reason: string;
  /** The retry of a whole group that it belongs to, and the event's id there. */
  ofGroup?: { retry: string; id: string };
}

export interface Administration {
  /**
   * Does an action to a document, decided on its newest history: of two who ask at once the second
   * is told so.
   * @throws Problem 404 without such a document or step, 409 when it no longer applies, 410 once erased
   */
  act(document: string, action: Action, asking: Asking): Promise<StoredEvent>;
}

export function createAdministration(
  steps: readonly Step[],
  store: EventStore,
  actorNames: ActorNames,
): Administration {
  async function decideAndAppend(document: string, action: Action, asking: Asking) {
    const stream = documentStream(document);
    const history = await store.read(stream);
    const course = courseOf(steps, history);
    const [first] = history;
    if (!first) throw notFound('There is no document with this id. Check the address.');
    await refuseErased(history, actorNames);
    const { reason, ofGroup } = asking;
    if (!isPlanned(course, action))
      throw notFound('This document has no such step. Its page lists the steps it has.');
    const refusal = refusalOf(steps, course, action);
    if (refusal !== null) throw conflict(refusal);
    const [stored] = await store.append({
      stream,
      expected: history.length,
      events: [{ ...eventOf(action, course, reason), ...(ofGroup ? { id: ofGroup.id } : {}) }],
      metadata: {
        correlation: ofGroup?.retry ?? first.metadata.correlation,
        causation: causeOf(history)?.id ?? null,
        actor: asking.actor,
        command: ofGroup ? RETRY_GROUP : commandName(action),
      },
    });
    if (!stored) throw new Error('What was appended was not given back.');
    return stored;
  }

  return {
    async act(document, action, asking) {
      for (;;) {
        try {
          return await decideAndAppend(document, action, asking);
        } catch (error) {
          if (!(error instanceof VersionConflict)) throw error;
        }
      }
    },
  };

  /** What somebody answers to when they act: the newest failure. */
  function causeOf(history: readonly StoredEvent[]): StoredEvent | undefined {
    return history.findLast((event) => steps.some(({ events }) => events.Failed.is(event)));
  }
}

function isPlanned(course: Course, action: Action): boolean {
  if (action.do === 'cancel') return true;
  return stepOf(course, action.do === 'reprocess' ? action.fromStep : action.step) !== undefined;
}

/** The fact that an action states. */
export function eventOf(action: Action, course: Course, reason: string): NewEvent {
  switch (action.do) {
    case 'retry':
      return StepRetryRequested({ step: action.step, reason });
    case 'skip':
      return StepSkipped({ step: action.step, reason });
    case 'give-up': {
      const attempts = stepOf(course, action.step)?.attempt ?? 1;
      return StepGivenUp({ step: action.step, attempts, why: 'requested', reason });
    }
    case 'cancel':
      return DocumentCancelled({ reason });
    case 'reprocess':
      return ReprocessingRequested({ fromStep: action.fromStep, reason });
    default:
      return action satisfies never;
  }
}

/** As the manifest names it. */
function commandName(action: Action): string {
  switch (action.do) {
    case 'retry':
    case 'skip':
      return `${action.do} step`;
    case 'give-up':
      return 'give up step';
    case 'cancel':
    case 'reprocess':
      return `${action.do} document`;
    default:
      return action satisfies never;
  }
}
