import type { Step } from '../../../../shared/steps/step.ts';
import { unprocessable } from '../../../../shared/web/problem.ts';
import type { MatchingTarget, Target } from '../target.ts';
import { calendarFields, calendarOfForm } from './calendar-form.ts';

export type Form = Readonly<Record<string, string>>;
type Steps = readonly Pick<Step, 'slug'>[];

const MINUTE_MS = 60_000;
const NONE = 'none';

/** What the form of a target shows: times in minutes, empty where nothing is promised. */
export function targetFields(target: Target | MatchingTarget): Record<string, string> {
  const steps = Object.entries(target.steps).map(([slug, ms]) => [
    `step-${slug}`,
    ms === null ? NONE : minutes(ms),
  ]);
  return {
    name: 'name' in target ? target.name : '',
    source: 'source' in target ? (target.source ?? '') : '',
    label: 'label' in target ? (target.label ?? '') : '',
    document: minutes(target.documentMs),
    step: minutes(target.stepMs),
    ...Object.fromEntries(steps),
    ...calendarFields(target.calendar),
  };
}

const minutes = (ms: number | null): string => (ms === null ? '' : String(ms / MINUTE_MS));

/** @throws Problem 422 that quotes what cannot be read */
export function targetOfForm(steps: Steps, form: Form): Target {
  return {
    documentMs: timeOf(form['document']),
    stepMs: timeOf(form['step']),
    // An empty field of a step says: like every other.
    steps: Object.fromEntries(
      steps.flatMap(({ slug }) => {
        const text = (form[`step-${slug}`] ?? '').trim();
        return text === '' ? [] : [[slug, text.toLowerCase() === NONE ? null : timeOf(text)]];
      }),
    ),
    calendar: calendarOfForm(form),
  };
}

/** The same with a name, for uploads with a source, a label, or both. */
export function matchingTargetOfForm(steps: Steps, form: Form): MatchingTarget {
  return {
    name: (form['name'] ?? '').trim(),
    source: (form['source'] ?? '').trim() || null,
    label: (form['label'] ?? '').trim() || null,
    ...targetOfForm(steps, form),
  };
}

/** Milliseconds of so many minutes; null for none. */
function timeOf(text = ''): number | null {
  if (text.trim() === '') return null;
  const ms = Math.round(Number(text.trim().replace(',', '.')) * MINUTE_MS);
  if (!(ms >= 1)) throw unprocessable(`"${text.trim()}" is no number of minutes above 0.`);
  return ms;
}
