import { DocumentErased } from '../../shared/erased.ts';
import type { StoredEvent } from '../../shared/event.ts';
import type { Step } from '../../shared/steps/step.ts';
import {
  DocumentCancelled,
  ReprocessingRequested,
  StepRetryRequested,
  StepSkipped,
} from '../failure-admin/events.ts';
import { DocumentReceived } from '../receive-document/events.ts';
import { StepGivenUp, StepRetryScheduled } from '../retry-policy/events.ts';
import { DocumentCompleted } from './events.ts';

/** Where one step of a document stands. */
export interface StepCourse {
  slug: string;
  /**
   * - `waiting`: an earlier step is not done
   * - `due`: asked for, not started; `retrying`: the same after a failure
   * - `failed`: not decided on yet; `given-up`: only a person brings it further
   */
  state:
    | 'waiting'
    | 'due'
    | 'running'
    | 'interrupted'
    | 'failed'
    | 'retrying'
    | 'given-up'
    | 'finished'
    | 'skipped';
  /** The newest attempt, interrupted ones included; 0 before the first. */
  attempt: number;
  /** Failures since the budget of retries was opened. */
  failures: number;
  /** Id of the event that asked for it last: the job that runs it names the same. */
  cause: string | null;
  /** When it is tried again; null: at once, an administrator asked for it. */
  dueAt: Date | null;
}

/** The way of a document through its plan, folded from its history. */
export interface Course {
  steps: readonly StepCourse[];
  ended: 'completed' | 'cancelled' | 'erased' | null;
}

const NOT_BEGUN: Course = { steps: [], ended: null };

/** Folds a history; facts that move no step change nothing. */
export function courseOf(steps: readonly Step[], history: readonly StoredEvent[]): Course {
  return history.reduce<Course>((course, event) => evolve(steps, course, event), NOT_BEGUN);
}

export function stepOf(course: Course, slug: string): StepCourse | undefined {
  return course.steps.find((step) => step.slug === slug);
}

export const isDone = ({ state }: StepCourse): boolean =>
  state === 'finished' || state === 'skipped';

/** Whether the work that `cause` asked for is still to be done: nothing newer asked for it or ended it. */
export function isWanted(course: Course, slug: string, cause: string): boolean {
  const step = stepOf(course, slug);
  return (
    course.ended === null &&
    step?.cause === cause &&
    ['due', 'retrying', 'running', 'interrupted'].includes(step.state)
  );
}

function evolve(steps: readonly Step[], course: Course, event: StoredEvent): Course {
  if (DocumentReceived.is(event)) {
    const planned = event.data.plan.map((slug) => waiting(slug));
    return withNextDue({ steps: planned, ended: null }, event);
  }
  // By its type: it has no data, and every event is one without.
  if (event.type === DocumentCompleted.type) return { ...course, ended: 'completed' };
  if (DocumentErased.is(event)) return { ...course, ended: 'erased' };
  if (DocumentCancelled.is(event)) return { ...course, ended: 'cancelled' };
  if (ReprocessingRequested.is(event)) return reprocessed(course, event.data.fromStep, event);
  return evolveByDecision(course, event) ?? evolveByOutcome(steps, course, event);
}

/** What the retry policy or a person decided about one step. */
function evolveByDecision(course: Course, event: StoredEvent): Course | null {
  if (StepRetryScheduled.is(event)) {
    const dueAt = new Date(event.data.dueAt);
    return change(course, event.data.step, { state: 'retrying', cause: event.id, dueAt });
  }
  if (StepRetryRequested.is(event)) {
    const asked = { state: 'retrying', failures: 0, cause: event.id, dueAt: null } as const;
    return change(course, event.data.step, asked);
  }
  if (StepGivenUp.is(event))
    return change(course, event.data.step, { state: 'given-up', dueAt: null });
  if (StepSkipped.is(event))
    return withNextDue(
      change(course, event.data.step, { state: 'skipped', dueAt: null, cause: null }),
      event,
    );
  return null;
}

/** What a step says of itself. */
function evolveByOutcome(steps: readonly Step[], course: Course, event: StoredEvent): Course {
  for (const { slug, events } of steps) {
    if (events.Started.is(event))
      return change(course, slug, { state: 'running', attempt: event.data.attempt, dueAt: null });
    if (events.Interrupted.is(event)) return change(course, slug, { state: 'interrupted' });
    if (events.Finished.is(event))
      return withNextDue(change(course, slug, { state: 'finished' }), event);
    if (events.Failed.is(event)) {
      const failures = (stepOf(course, slug)?.failures ?? 0) + 1;
      return change(course, slug, { state: 'failed', failures });
    }
  }
  return course;
}

function waiting(slug: string, attempt = 0): StepCourse {
  return { slug, state: 'waiting', attempt, failures: 0, cause: null, dueAt: null };
}

function change(course: Course, slug: string, to: Partial<StepCourse>): Course {
  const steps = course.steps.map((step) => (step.slug === slug ? { ...step, ...to } : step));
  return { ...course, steps };
}

/** The first step that is not done is due because of the event, unless it was asked for before. */
function withNextDue(course: Course, { id }: StoredEvent): Course {
  const next = course.steps.find((step) => !isDone(step));
  return next?.state === 'waiting'
    ? change(course, next.slug, { state: 'due', cause: id })
    : course;
}

/** Attempts go on counting: a number never stands for two attempts. */
function reprocessed(course: Course, fromStep: string, event: StoredEvent): Course {
  const from = course.steps.findIndex(({ slug }) => slug === fromStep);
  const steps = course.steps.map((step, index) =>
    from === -1 || index < from ? step : waiting(step.slug, step.attempt),
  );
  return withNextDue({ steps, ended: null }, event);
}
