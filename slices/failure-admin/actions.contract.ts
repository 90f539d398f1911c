import type { Step } from '../../shared/steps/step.ts';
import { stepTitle } from '../document-board/board-row.contract.ts';
import { isDone, stepOf, type Course, type StepCourse } from '../pipeline/course.contract.ts';

/** What an administrator may do to a document; `step` is a slug. */
export type Action =
  | { do: 'retry' | 'skip' | 'give-up'; step: string }
  | { do: 'cancel' }
  | { do: 'reprocess'; fromStep: string };

/** Why an action no longer applies, as a sentence that says what to do; null when it does. */
export function refusalOf(steps: readonly Step[], course: Course, action: Action): string | null {
  const titles = new Map(steps.map(({ slug, title }) => [slug, title]));
  const name = (slug: string) => stepTitle(slug, titles);
  if (course.ended === 'cancelled')
    return 'The document was cancelled, which is final. Upload it again to have it processed.';
  switch (action.do) {
    case 'retry':
    case 'skip':
    case 'give-up':
      return refusalOfStep(course, action.do, action.step, name);
    case 'cancel':
      return course.ended === 'completed'
        ? 'The document is completed: there is nothing left to cancel.'
        : null;
    case 'reprocess':
      return refusalOfReprocessing(course, action.fromStep, name);
    default:
      return action satisfies never;
  }
}

type Name = (slug: string) => string;

function refusalOfStep(
  course: Course,
  act: 'retry' | 'skip' | 'give-up',
  slug: string,
  name: Name,
): string | null {
  const step = stepOf(course, slug);
  if (!step || course.ended === 'completed' || isDone(step)) return refusalOfDone(step, name(slug));
  const current = course.steps.find((each) => !isDone(each));
  if (current && current.slug !== slug)
    return `The document has not come to ${name(slug)}: it stands at ${name(current.slug)}.`;
  if (step.state === 'running' || step.state === 'interrupted')
    return `${name(slug)} is running now. Wait for its outcome, or cancel the document.`;
  if (act === 'retry' && step.state === 'due')
    return `${name(slug)} has not failed: it is about to run. Wait for its outcome.`;
  if (act === 'retry' && step.state === 'retrying' && step.dueAt === null)
    return `Somebody was faster: ${name(slug)} is about to run already. Wait for its outcome.`;
  if (act === 'give-up' && step.state === 'given-up')
    return `${name(slug)} was given up before. Retry or skip it, or cancel the document.`;
  if (act === 'give-up' && step.state === 'due')
    return `${name(slug)} has not failed: it is about to run. Cancel the document to stop it.`;
  return null;
}

function refusalOfDone(step: StepCourse | undefined, title: string): string {
  if (step?.state === 'skipped')
    return `${title} was skipped. Reprocess the document from it to run it after all.`;
  if (step?.state === 'finished')
    return `${title} has finished. Reprocess the document from it to run it once more.`;
  return `${title} is not a step of this document.`;
}

function refusalOfReprocessing(course: Course, fromStep: string, name: Name): string | null {
  const from = course.steps.findIndex(({ slug }) => slug === fromStep);
  if (from === -1) return `${name(fromStep)} is not a step of this document.`;
  const at = course.steps.findIndex((step) => !isDone(step));
  const current = course.steps[at];
  if (!current) return null;
  if (at < from)
    return `The document has not come to ${name(fromStep)}: it stands at ${name(current.slug)}.`;
  return current.state === 'given-up' || (current.state === 'retrying' && current.dueAt !== null)
    ? null
    : `${name(current.slug)} is about to run or running. Wait for its outcome, then ask again.`;
}

/** Everything that an administrator may do now, in the order in which it is offered. */
export function applicableActions(steps: readonly Step[], course: Course): Action[] {
  const current = course.steps.find((step) => !isDone(step));
  const ofStep = current
    ? (['retry', 'skip', 'give-up'] as const).map((act) => ({ do: act, step: current.slug }))
    : [];
  const again = course.steps.map(({ slug }) => ({ do: 'reprocess' as const, fromStep: slug }));
  return [...ofStep, { do: 'cancel' as const }, ...again].filter(
    (action) => refusalOf(steps, course, action) === null,
  );
}
