import { describe, expect, it } from 'vitest';
import type { BusinessCalendar, Calendar } from './calendar.ts';
import { deadlineOf, elapsedIn, HORIZON_MS } from './deadline.ts';

const HOUR = 3_600_000;
const always: Calendar = { kind: 'always' };

const daily = (days: number[], from: string, to: string) => days.map((day) => ({ day, from, to }));

/** Monday to Friday, nine to five. */
const office: BusinessCalendar = {
  kind: 'business',
  timeZone: 'Europe/Berlin',
  week: daily([1, 2, 3, 4, 5], '09:00', '17:00'),
  holidays: ['2026-12-25', '2027-01-01'],
  exceptions: [{ date: '2026-01-24', hours: [{ from: '10:00', to: '12:00' }] }],
};
const everyDay = (timeZone: string, from: string, to: string): BusinessCalendar => ({
  ...office,
  timeZone,
  week: daily([1, 2, 3, 4, 5, 6, 7], from, to),
  holidays: [],
});

const deadline = (calendar: Calendar, start: string, hours: number) =>
  deadlineOf(calendar, new Date(start), hours * HOUR)
    .toISOString()
    .replace(':00.000Z', 'Z');
const hoursIn = (calendar: Calendar, from: string, to: string) =>
  elapsedIn(calendar, new Date(from), new Date(to)) / HOUR;

describe('a deadline around the clock', () => {
  it('is the start and the target, whatever clocks on walls do', () => {
    expect(deadline(always, '2026-03-28T23:30Z', 48)).toBe('2026-03-30T23:30Z');
    expect(deadline(always, '2028-02-28T12:00Z', 24)).toBe('2028-02-29T12:00Z');
  });
});

describe('a deadline in working hours', () => {
  it.each([
    ['inside of a day', '2026-01-15T09:00Z', 2, '2026-01-15T11:00Z'],
    ['at closing time, not at the next opening', '2026-01-15T15:00Z', 1, '2026-01-15T16:00Z'],
    ['on the next day', '2026-01-15T15:00Z', 2, '2026-01-16T09:00Z'],
    ['after a weekend', '2026-01-16T15:00Z', 2, '2026-01-19T09:00Z'],
    ['counted from the opening when it starts before', '2026-01-15T03:00Z', 2, '2026-01-15T10:00Z'],
    ['counted from Monday when it starts on Sunday', '2026-01-18T12:00Z', 2, '2026-01-19T10:00Z'],
    ['after a holiday and a year end', '2026-12-31T15:00Z', 2, '2027-01-04T09:00Z'],
    ['on a Saturday that is an exception', '2026-01-23T15:00Z', 2, '2026-01-24T10:00Z'],
    ['on a leap day', '2028-02-28T15:00Z', 2, '2028-02-29T09:00Z'],
    ['an hour of UTC earlier in summer time', '2026-03-27T15:00Z', 2, '2026-03-30T08:00Z'],
    ['an hour of UTC later after it', '2026-10-23T14:00Z', 2, '2026-10-26T09:00Z'],
    // 250 days, less the two hours of that Saturday.
    ['fifty weeks later', '2026-01-05T08:00Z', 2_000, '2026-12-18T14:00Z'],
  ])('lies %s', (_where, start, hours, expected) => {
    expect(deadline(office, start, hours)).toBe(expected);
  });

  it('lets an exception open a holiday, and close a working day', () => {
    const opened = {
      ...office,
      exceptions: [{ date: '2027-01-01', hours: [{ from: '09:00', to: '10:00' }] }],
    };
    expect(deadline(opened, '2026-12-31T15:00Z', 2)).toBe('2027-01-01T09:00Z');
    const closed = { ...office, exceptions: [{ date: '2026-01-16', hours: [] }] };
    expect(deadline(closed, '2026-01-15T15:00Z', 2)).toBe('2026-01-19T09:00Z');
  });

  it('takes hours that overlap, touch or stand in disorder as what they cover', () => {
    const week = [
      { day: 4, from: '14:00', to: '15:00' },
      { day: 4, from: '09:00', to: '11:00' },
      { day: 4, from: '10:00', to: '12:00' },
      { day: 4, from: '12:00', to: '13:00' },
    ];
    expect(hoursIn({ ...office, week }, '2026-01-15T00:00Z', '2026-01-16T00:00Z')).toBe(5);
  });

  it('goes over midnight where two days touch', () => {
    const night = [
      { day: 4, from: '22:00', to: '24:00' },
      { day: 5, from: '00:00', to: '06:00' },
    ];
    expect(deadline({ ...office, week: night }, '2026-01-15T20:00Z', 8)).toBe('2026-01-16T05:00Z');
  });
});

describe('changes of summer time inside of working hours', () => {
  const berlin = everyDay('Europe/Berlin', '00:00', '06:00');

  it('loses the hour that does not exist', () => {
    expect(hoursIn(berlin, '2026-03-28T22:00Z', '2026-03-29T10:00Z')).toBe(5);
    expect(deadline(berlin, '2026-03-28T23:00Z', 6)).toBe('2026-03-29T23:00Z');
  });

  it('counts the hour that comes twice', () => {
    expect(hoursIn(berlin, '2026-10-24T22:00Z', '2026-10-25T10:00Z')).toBe(7);
    expect(deadline(berlin, '2026-10-24T22:00Z', 7)).toBe('2026-10-25T05:00Z');
  });

  it('opens at the change when the opening hour does not exist', () => {
    const late = everyDay('Europe/Berlin', '02:30', '04:00');
    expect(hoursIn(late, '2026-03-28T23:00Z', '2026-03-29T22:00Z')).toBe(1);
    expect(deadline(late, '2026-03-29T00:00Z', 0.5)).toBe('2026-03-29T01:30Z');
  });

  it('opens twice when the closing hour comes twice', () => {
    const early = everyDay('Europe/Berlin', '00:00', '02:30');
    expect(hoursIn(early, '2026-10-24T22:00Z', '2026-10-25T22:00Z')).toBe(3);
    expect(deadline(early, '2026-10-24T22:00Z', 3)).toBe('2026-10-25T01:30Z');
  });

  it('knows zones that change by half an hour, and those that never change', () => {
    const lordHowe = everyDay('Australia/Lord_Howe', '00:00', '06:00');
    expect(deadline(lordHowe, '2026-10-03T13:30Z', 5.5)).toBe('2026-10-03T19:00Z');
    const kolkata = everyDay('Asia/Kolkata', '09:00', '17:00');
    expect(deadline(kolkata, '2026-03-29T00:00Z', 2)).toBe('2026-03-29T05:30Z');
  });

  it('knows the day that Samoa left out', () => {
    const apia = everyDay('Pacific/Apia', '09:00', '17:00');
    // From Thursday 09:00 to Saturday 17:00 on the wall, with no Friday between.
    expect(hoursIn(apia, '2011-12-29T19:00Z', '2011-12-31T03:00Z')).toBe(16);
  });
});

describe('the end of all patience', () => {
  it('is ten years after the start', () => {
    const start = new Date('2026-01-15T09:00Z');
    const rare = { ...office, week: [{ day: 1, from: '09:00', to: '09:01' }] };
    const latest = new Date(start.getTime() + HORIZON_MS);
    expect(deadlineOf(rare, start, 366 * 24 * HOUR)).toEqual(latest);
    expect(deadlineOf({ ...office, week: [], exceptions: [] }, start, 1)).toEqual(latest);
  });

  it('is no span backwards', () => {
    expect(hoursIn(always, '2026-01-16T00:00Z', '2026-01-15T00:00Z')).toBe(0);
    expect(hoursIn(office, '2026-01-16T12:00Z', '2026-01-15T12:00Z')).toBe(0);
  });
});
