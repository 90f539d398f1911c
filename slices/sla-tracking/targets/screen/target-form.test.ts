import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../calendar/calendar.ts';
import type { MatchingTarget } from '../target.ts';
import { edited } from './edit.ts';
import { matchingTargetOfForm, targetFields, targetOfForm } from './target-form.ts';
import { steps } from '../../../../tests/laundry.ts';

const office: Calendar = {
  kind: 'business',
  timeZone: 'Europe/Berlin',
  week: [
    { day: 1, from: '09:00', to: '12:00' },
    { day: 1, from: '13:00', to: '17:00' },
    { day: 7, from: '00:00', to: '24:00' },
  ],
  holidays: ['2026-12-25'],
  exceptions: [{ date: '2026-12-24', hours: [{ from: '09:00', to: '12:00' }] }],
};
const express: MatchingTarget = {
  name: 'Express',
  source: 'shop',
  label: null,
  documentMs: 90_000,
  stepMs: null,
  steps: { wash: 500, dry: null },
  calendar: office,
};
const targetOf = (form: Record<string, string>) => targetOfForm(steps, form);

describe('the form of a target', () => {
  it('gives back what it shows', () => {
    expect(matchingTargetOfForm(steps, targetFields(express))).toEqual(express);
    const always = { ...express, calendar: { kind: 'always' as const } };
    expect(matchingTargetOfForm(steps, targetFields(always))).toEqual(always);
  });

  it('takes times in minutes, and nothing for no promise', () => {
    expect(
      targetOf({ document: '1.5', step: '', 'step-wash': ' None ', 'step-dry': '0,5' }),
    ).toEqual({
      documentMs: 90_000,
      stepMs: null,
      steps: { wash: null, dry: 30_000 },
      calendar: { kind: 'always' },
    });
  });

  it('takes hours as people write them', () => {
    const form = {
      calendar: 'business',
      timeZone: ' UTC ',
      'day-1': '9:00 – 12:00,13:00 to 17:00',
      special: '\r\n2026-12-25  closed\n2026-12-24 9:00-12:00\n',
    };
    expect(targetOf(form).calendar).toEqual({
      ...office,
      timeZone: 'UTC',
      week: office.week.filter(({ day }) => day === 1),
    });
  });

  it.each([
    [{ document: 'soon' }, '"soon" is no number of minutes'],
    [{ document: '0' }, '"0" is no number of minutes'],
    [{ calendar: 'business', 'day-1': '9 to 5' }, '"9 to 5" is no span of hours'],
    [{ calendar: 'business', special: 'Christmas closed' }, '"Christmas closed" is no special day'],
  ])('says what it cannot read in %o', (form, sentence) => {
    expect(() => targetOf(form)).toThrow(sentence);
  });
});

describe('an edit of the targets', () => {
  const [a, b, c] = ['A', 'B', 'C'].map((name) => ({ ...express, name }));
  const targets = { targets: [a, b, c].filter((each) => each !== undefined), default: express };
  const names = (place: number | 'new', edit: 'save' | 'remove' | 'up' | 'down') =>
    edited(targets, steps, { place, edit, form: targetFields({ ...express, name: 'New' }) })
      .targets.map(({ name }) => name)
      .join('');

  it.each([
    [0, 'down', 'BAC'],
    [2, 'up', 'ACB'],
    [0, 'up', 'ABC'],
    [2, 'down', 'ABC'],
    [1, 'remove', 'AC'],
    [1, 'save', 'ANewC'],
    ['new', 'save', 'ABCNew'],
  ] as const)('of target %s: %s', (place, edit, expected) => {
    expect(names(place, edit)).toBe(expected);
  });

  it('of the default leaves the others as they are', () => {
    const form = { document: '2' };
    const after = edited(targets, steps, { place: 'default', edit: 'save', form });
    expect(after.default.documentMs).toBe(120_000);
    expect(after.targets).toBe(targets.targets);
  });

  it('is refused where there is none', () => {
    expect(() => names(3, 'remove')).toThrow('no such target');
    expect(() => edited(targets, steps, { place: 'default', edit: 'remove', form: {} })).toThrow(
      'no such target',
    );
  });
});
