import { unprocessable } from '../../../../shared/web/problem.ts';
import type { Calendar } from '../../calendar/calendar.ts';

export const WEEKDAYS = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;

type Hours = { from: string; to: string };
const HOURS = /^(\d{1,2}:\d{2})\s*(?:-|–|to)\s*(\d{1,2}:\d{2})$/;
const CLOSED = 'closed';

/** The fields of a form that say when time counts: hours by day, a line for each special day. */
export function calendarFields(calendar: Calendar): Record<string, string> {
  if (calendar.kind === 'always') return { calendar: 'always', timeZone: 'Europe/Berlin' };
  const days = WEEKDAYS.map((_name, index) => {
    const hours = calendar.week.filter(({ day }) => day === index + 1);
    return [`day-${index + 1}`, hours.map(hoursText).join(', ')];
  });
  return {
    calendar: 'business',
    timeZone: calendar.timeZone,
    ...Object.fromEntries(days),
    special: [
      ...calendar.holidays.map((date) => `${date} ${CLOSED}`),
      ...calendar.exceptions.map(
        ({ date, hours }) => `${date} ${hours.map(hoursText).join(', ') || CLOSED}`,
      ),
    ].join('\n'),
  };
}

/** @throws Problem 422 that quotes what cannot be read */
export function calendarOfForm(form: Readonly<Record<string, string>>): Calendar {
  if (form['calendar'] !== 'business') return { kind: 'always' };
  const week = WEEKDAYS.flatMap((_name, index) =>
    hoursOf(form[`day-${index + 1}`] ?? '').map((hours) => ({ day: index + 1, ...hours })),
  );
  const special = (form['special'] ?? '').split('\n').flatMap((line) => {
    const [, date, rest] = /^(\d{4}-\d{2}-\d{2})\s+(.+)$/.exec(line.trim()) ?? [];
    if (line.trim() === '') return [];
    if (!date || !rest)
      throw unprocessable(
        `"${line.trim()}" is no special day. Write each on a line of its own, such as "2026-12-25 closed" or "2026-12-24 09:00-12:00".`,
      );
    return [{ date, hours: rest.trim() === CLOSED ? [] : hoursOf(rest) }];
  });
  return {
    kind: 'business',
    timeZone: (form['timeZone'] ?? '').trim(),
    week,
    holidays: special.filter(({ hours }) => hours.length === 0).map(({ date }) => date),
    exceptions: special.filter(({ hours }) => hours.length > 0),
  };
}

const hoursText = ({ from, to }: Hours) => `${from}-${to}`;

function hoursOf(text: string): Hours[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter(Boolean).map((part) => {
    const [, from, to] = HOURS.exec(part) ?? [];
    if (!from || !to)
      throw unprocessable(`"${part}" is no span of hours. Write it like 09:00-17:00.`);
    return { from: from.padStart(5, '0'), to: to.padStart(5, '0') };
  });
}
