import { Temporal } from 'temporal-polyfill';
import type { BusinessCalendar, Calendar } from './calendar.ts';
import { deadlineOf, HORIZON_MS } from './deadline.ts';
import { timeOf } from './openings.ts';

/** Longest target (milliseconds): a leap year of the calendar's time. */
export const MAX_TARGET_MS = 366 * 86_400_000;

/**
 * Why a target cannot be promised in a calendar, as a sentence for who wrote them; null when it can.
 *
 * @param start when it shall hold from: a calendar's holidays are days of some year
 */
export function calendarFault(calendar: Calendar, targetMs: number, start: Date): string | null {
  if (targetMs < 1 || targetMs > MAX_TARGET_MS)
    return 'A target is more than 0 and at most 366 days.';
  if (calendar.kind === 'always') return null;
  const fault = hoursFault(calendar) ?? datesFault(calendar) ?? zoneFault(calendar);
  if (fault) return fault;
  const latest = start.getTime() + HORIZON_MS;
  return deadlineOf(calendar, start, targetMs).getTime() < latest
    ? null
    : 'This calendar has too few working hours: the target would not be used up within ten years.';
}

function hoursFault({ week, exceptions }: BusinessCalendar): string | null {
  if (week.length === 0)
    return 'This calendar has no working hours: give at least one day of the week some.';
  const all = [...week, ...exceptions.flatMap(({ hours }) => hours)];
  const wrong = all.find(({ from, to }) => timeOf(from) >= timeOf(to));
  return wrong
    ? `Working hours end after they begin, unlike ${wrong.from} to ${wrong.to}: split at midnight what lasts longer.`
    : null;
}

function datesFault({ holidays, exceptions }: BusinessCalendar): string | null {
  const dates = [...holidays, ...exceptions.map(({ date }) => date)];
  const wrong = dates.find((date) => !isDate(date));
  if (wrong !== undefined) return `There is no day ${wrong}.`;
  const twice = exceptions.find(({ date }, index) =>
    exceptions.slice(0, index).some((other) => other.date === date),
  );
  return twice ? `${twice.date} stands twice among the exceptions.` : null;
}

/** A parsed 30 February is some day of March. */
function isDate(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function zoneFault({ timeZone }: BusinessCalendar): string | null {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone);
    return null;
  } catch {
    return `There is no time zone "${timeZone}": give its IANA name, such as Europe/Berlin.`;
  }
}
