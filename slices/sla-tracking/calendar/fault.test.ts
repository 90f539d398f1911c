import { describe, expect, it } from 'vitest';
import type { BusinessCalendar } from './calendar.ts';
import { calendarFault } from './fault.ts';

const HOUR = 3_600_000;
const start = new Date('2026-01-15T09:00Z');
const office: BusinessCalendar = {
  kind: 'business',
  timeZone: 'Europe/Berlin',
  week: [{ day: 1, from: '09:00', to: '17:00' }],
  holidays: ['2028-02-29'],
  exceptions: [{ date: '2026-12-24', hours: [] }],
};
const fault = (change: Partial<BusinessCalendar>, target = HOUR) =>
  calendarFault({ ...office, ...change }, target, start);

describe('a target in a calendar', () => {
  it('is good when its time comes', () => {
    expect(fault({})).toBeNull();
    expect(calendarFault({ kind: 'always' }, 366 * 24 * HOUR, start)).toBeNull();
    expect(fault({ week: [{ day: 7, from: '00:00', to: '24:00' }] })).toBeNull();
  });

  it.each([
    ['no working hours', { week: [] }, 'no working hours'],
    [
      'hours that end before they begin',
      { week: [{ day: 1, from: '22:00', to: '06:00' }] },
      '22:00 to 06:00',
    ],
    [
      'an exception of no length',
      { exceptions: [{ date: '2026-12-24', hours: [{ from: '09:00', to: '09:00' }] }] },
      '09:00 to 09:00',
    ],
    ['a day that does not exist', { holidays: ['2026-02-29'] }, 'There is no day 2026-02-29.'],
    [
      'a month that does not exist',
      { exceptions: [{ date: '2026-13-01', hours: [] }] },
      'There is no day 2026-13-01.',
    ],
    [
      'an exception that stands twice',
      { exceptions: [...office.exceptions, ...office.exceptions] },
      'stands twice',
    ],
    ['a time zone that nobody knows', { timeZone: 'Europe/Atlantis' }, 'Europe/Atlantis'],
  ])('is refused with %s', (_what, change, sentence) => {
    expect(fault(change)).toContain(sentence);
  });

  it('is refused when it is nothing, longer than a year, or never used up', () => {
    expect(fault({}, 0)).toContain('366 days');
    expect(fault({}, 366 * 24 * HOUR + 1)).toContain('366 days');
    expect(fault({ week: [{ day: 1, from: '09:00', to: '09:01' }] }, 24 * HOUR)).toContain(
      'too few',
    );
  });
});
