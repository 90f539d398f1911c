import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BusinessCalendar } from './calendar.ts';
import { deadlineOf, elapsedIn } from './deadline.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The slow, obvious answer to "is it open in this minute?": what a clock on the wall shows. */
function openAt({ timeZone, week, holidays, exceptions }: BusinessCalendar) {
  const wall = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  });
  const weekday = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short' });
  return (minute: number) => {
    const [date = '', time = ''] = wall.format(minute).split(', ');
    const exception = exceptions.find((each) => each.date === date);
    const day = weekdays.indexOf(weekday.format(minute)) + 1;
    const regular = holidays.includes(date) ? [] : week.filter((each) => each.day === day);
    return (exception?.hours ?? regular).some(({ from, to }) => from <= time && time < to);
  };
}

/** The beginning of a minute within two days of a change of summer time somewhere, or of a year end. */
const moment = fc
  .tuple(
    fc.constantFrom(
      '2026-03-08T07:00Z',
      '2026-03-29T01:00Z',
      '2026-10-03T15:30Z',
      '2026-10-25T01:00Z',
      '2026-11-01T06:00Z',
      '2027-01-01T00:00Z',
      '2028-02-29T00:00Z',
    ),
    fc.integer({ min: -2 * 24 * 60, max: 2 * 24 * 60 }),
  )
  .map(([near, minutes]) => Date.parse(near) + minutes * MINUTE);

const time = fc
  .integer({ min: 0, max: 24 * 12 })
  .map(
    (five) =>
      `${String(Math.floor(five / 12)).padStart(2, '0')}:${String((five % 12) * 5).padStart(2, '0')}`,
  );
const hours = fc
  .tuple(time, time)
  .filter(([a, b]) => a !== b)
  .map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a }));
const date = fc
  .integer({ min: 0, max: 6 })
  .chain((days) => moment.map((near) => new Date(near + days * DAY).toISOString().slice(0, 10)));

const calendar: fc.Arbitrary<BusinessCalendar> = fc.record({
  kind: fc.constant('business'),
  timeZone: fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Pacific/Chatham',
  ),
  week: fc.array(
    fc.tuple(fc.integer({ min: 1, max: 7 }), hours).map(([day, each]) => ({ day, ...each })),
    { minLength: 1, maxLength: 12 },
  ),
  holidays: fc.array(date, { maxLength: 4 }),
  exceptions: fc.uniqueArray(fc.record({ date, hours: fc.array(hours, { maxLength: 2 }) }), {
    maxLength: 4,
    selector: (each) => each.date,
  }),
});

describe('deadlines and elapsed time', () => {
  it('are what counting minute by minute gives', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        calendar,
        moment,
        fc.integer({ min: 1, max: 2 * 24 * 60 }),
        fc.integer({ min: 1, max: 20 * 60 }),
        (business, start, minutes, target) => {
          const isOpen = openAt(business);
          let open = 0;
          let due: number | undefined;
          const end = start + minutes * MINUTE;
          for (let minute = start; minute < end; minute += MINUTE) {
            if (!isOpen(minute)) continue;
            open += 1;
            if (open === target) due = minute + MINUTE;
          }
          expect(elapsedIn(business, new Date(start), new Date(end))).toBe(open * MINUTE);
          const deadline = deadlineOf(business, new Date(start), target * MINUTE).getTime();
          if (due === undefined) expect(deadline).toBeGreaterThan(end);
          else expect(deadline).toBe(due);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('belong together to the millisecond', () => {
    fc.assert(
      fc.property(
        calendar,
        moment,
        fc.integer({ min: 1, max: 40 * DAY }),
        fc.integer({ min: 1, max: 8 * 60 * MINUTE }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (business, at, later, target, part) => {
          const start = new Date(at + 17);
          const due = deadlineOf(business, start, target);
          // Weeks without an open hour end at the horizon; all others use up the target exactly.
          const used = elapsedIn(business, start, due);
          expect(used === target || due.getTime() - start.getTime() > 3_652 * DAY).toBe(true);
          const between = new Date(start.getTime() + Math.floor(later * part));
          const end = new Date(start.getTime() + later);
          expect(elapsedIn(business, start, between) + elapsedIn(business, between, end)).toBe(
            elapsedIn(business, start, end),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
