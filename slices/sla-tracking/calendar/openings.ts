import { Temporal } from 'temporal-polyfill';
import type { BusinessCalendar } from './calendar.ts';

/** A span of time, in milliseconds since 1970; `to` is outside. */
export interface Span {
  from: number;
  to: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * When a business is open between two moments, in order: whenever a clock on its wall shows a time
 * within the hours of the day it shows. So hours that a change to summer time leaps over do not
 * exist, and hours that the change back repeats count twice.
 *
 * A time zone is taken as what it is, stretches of equal distance to UTC: inside of one, days are
 * plain arithmetic. Its changes come from temporal-polyfill (6 µs each on Node 24; 700 µs from
 * @js-temporal/polyfill; Node's own Temporal comes with 26).
 */
export function* openings(calendar: BusinessCalendar, from: number, to: number): Generator<Span> {
  const hoursOn = hoursOf(calendar);
  for (const { offset, ...stretch } of stretches(calendar.timeZone, from, to)) {
    const first = Math.floor((stretch.from + offset) / DAY) * DAY;
    for (let day = first; day < stretch.to + offset; day += DAY) {
      for (const hours of hoursOn(day)) {
        const opens = Math.max(stretch.from, day + hours.from - offset);
        const closes = Math.min(stretch.to, day + hours.to - offset);
        if (opens < closes) yield { from: opens, to: closes };
      }
    }
  }
}

/** `offset`: what the wall clock is ahead of UTC, in milliseconds. */
function* stretches(zone: string, from: number, to: number): Generator<Span & { offset: number }> {
  let zoned = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  let begins = from;
  while (begins < to) {
    const next = zoned.getTimeZoneTransition('next');
    const ends = Math.min(next?.epochMilliseconds ?? to, to);
    yield { from: begins, to: ends, offset: zoned.offsetNanoseconds / 1e6 };
    begins = ends;
    zoned = next ?? zoned;
  }
}

/** The hours of a day, which is given by the milliseconds since 1970 at which it would begin in UTC. */
function hoursOf({ week, holidays, exceptions }: BusinessCalendar): (day: number) => Span[] {
  const weekly = Map.groupBy(week, ({ day }) => day);
  const regular = [1, 2, 3, 4, 5, 6, 7].map((day) => spansOf(weekly.get(day) ?? []));
  const closed = holidays.map((date) => ({ date, hours: [] }));
  const special = new Map(
    [...closed, ...exceptions].map(({ date, hours }) => [Date.parse(date), spansOf(hours)]),
  );
  return (day) => special.get(day) ?? regular[weekdayOf(day)] ?? [];
}

/** 0 is Monday; the first day of 1970 was a Thursday. */
const weekdayOf = (day: number) => (((day / DAY + 3) % 7) + 7) % 7;

/** In order; those that overlap or touch are one. */
function spansOf(hours: readonly { from: string; to: string }[]): Span[] {
  const spans: Span[] = [];
  const all = hours.map(({ from, to }) => ({ from: timeOf(from), to: timeOf(to) }));
  for (const span of all.toSorted((a, b) => a.from - b.from)) {
    const last = spans.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else spans.push(span);
  }
  return spans;
}

/** Milliseconds since midnight of `HH:MM`. */
export function timeOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * MINUTE;
}
