import type { Step } from '../../shared/steps/step.ts';
import { stepTitle } from '../document-board/board-row.contract.ts';
import type { Course } from '../pipeline/course.contract.ts';
import { applicableActions, type Action } from './actions.contract.ts';

/** An action as the macro `action` shows it: a button that opens a form, which asks for a reason. */
export interface ActionView {
  /** Unique on its page, and stays the same when the page is rendered again. */
  id: string;
  icon: string;
  label: string;
  /** What it does, in a sentence. */
  explains: string;
  /** Where the form is sent. */
  href: string;
  /** One of these has to be chosen. */
  choice: { name: string; label: string; options: { value: string; text: string }[] } | null;
  /** A time that has to be said, in UTC: `2026-01-31T10:00`. */
  time?: { name: string; label: string; value: string };
  /** false: it is done without saying why. */
  asksReason?: boolean;
  /** What the form says beside that, without being asked for. */
  fields?: Readonly<Record<string, string>>;
}

/** What an administrator may do to a document now, as its pages offer it. */
export function actionViews(
  steps: readonly Step[],
  course: Course,
  document: string,
): ActionView[] {
  const titles = new Map(steps.map(({ slug, title }) => [slug, title]));
  const name = (slug: string) => stepTitle(slug, titles);
  const actions = applicableActions(steps, course);
  const again = actions.filter((action) => action.do === 'reprocess');
  const others = actions.filter((action) => action.do !== 'reprocess');
  const views = others.map((action) => viewOf(action, document, name));
  if (again.length === 0) return views;
  const options = again.map(({ fromStep }) => ({ value: fromStep, text: name(fromStep) }));
  return [
    ...views,
    {
      id: 'act-reprocess',
      icon: 'rebuild',
      label: 'Process again',
      explains:
        'Runs the chosen step and all that follow once more. What was found before stays in the history.',
      href: `/documents/${document}/reprocess`,
      choice: { name: 'fromStep', label: 'From', options },
    },
  ];
}

function viewOf(
  action: Exclude<Action, { do: 'reprocess' }>,
  document: string,
  name: (slug: string) => string,
): ActionView {
  const base = { id: `act-${action.do}`, choice: null };
  switch (action.do) {
    case 'retry':
      return {
        ...base,
        icon: 'retrying',
        label: 'Retry now',
        explains: `Runs ${name(action.step)} again at once, with a new budget of retries.`,
        href: `/documents/${document}/steps/${action.step}/retry`,
      };
    case 'skip':
      return {
        ...base,
        icon: 'skipped',
        label: `Skip ${name(action.step).toLowerCase()}`,
        explains: `Goes on without ${name(action.step)}; steps that need its result may then fail.`,
        href: `/documents/${document}/steps/${action.step}/skip`,
      };
    case 'give-up':
      return {
        ...base,
        icon: 'failed',
        label: 'Give up',
        explains: `Stops trying ${name(action.step)}: the document counts as failed.`,
        href: `/documents/${document}/steps/${action.step}/give-up`,
      };
    case 'cancel':
      return {
        ...base,
        icon: 'cancelled',
        label: 'Cancel document',
        explains: 'Stops processing the document for good. What was found so far stays.',
        href: `/documents/${document}/cancel`,
      };
    default:
      return action satisfies never;
  }
}
