import type { Step } from '../../../../shared/steps/step.ts';
import { notFound } from '../../../../shared/web/problem.ts';
import type { Targets } from '../target.ts';
import { matchingTargetOfForm, targetOfForm, type Form } from './target-form.ts';

/** What may be done to a target; `up` and `down` change which one is asked first. */
export const edits = ['save', 'remove', 'up', 'down'] as const;
export type Edit = (typeof edits)[number];

/** Which target: its place among those that match, the default, or one that is added behind the others. */
export type Place = number | 'default' | 'new';

export const placeOf = (text: string): Place =>
  text === 'default' || text === 'new' ? text : Number(text);

/** The targets after an edit. @throws Problem 404 when there is none at the place, 422 for a form that cannot be read */
export function edited(
  { targets, default: rest }: Targets,
  steps: readonly Step[],
  { place, edit, form }: { place: Place; edit: Edit; form: Form },
): Targets {
  if (place === 'default' && edit === 'save')
    return { targets, default: targetOfForm(steps, form) };
  if (place === 'new' && edit === 'save')
    return { targets: [...targets, matchingTargetOfForm(steps, form)], default: rest };
  const current = typeof place === 'number' ? targets[place] : undefined;
  if (!current || typeof place !== 'number') throw noSuchTarget();
  return {
    targets: at(targets, place, edit, () => matchingTargetOfForm(steps, form)),
    default: rest,
  };
}

export const noSuchTarget = () =>
  notFound('There is no such target any more. The list shows those that there are.');

function at<T>(all: readonly T[], place: number, edit: Edit, changed: () => T): T[] {
  switch (edit) {
    case 'save':
      return all.with(place, changed());
    case 'remove':
      return all.toSpliced(place, 1);
    case 'up':
      return swapped(all, place, place - 1);
    case 'down':
      return swapped(all, place, place + 1);
    default:
      return edit satisfies never;
  }
}

function swapped<T>(all: readonly T[], one: number, other: number): T[] {
  const [a, b] = [all[one], all[other]];
  if (a === undefined || b === undefined) return [...all];
  return all.with(one, b).with(other, a);
}
