import type { Calendar } from './calendar.ts';
import { openings, type Span } from './openings.ts';

const DAY = 86_400_000;
/** No deadline lies further ahead than this, whatever is closed meanwhile (milliseconds). */
export const HORIZON_MS = 3_653 * DAY;

/**
 * When a target is used up: the first moment at which so much of the calendar's time has passed.
 *
 * @param targetMs milliseconds of the calendar's time
 * @returns ten years after the start at the latest, even if the calendar has less time until then
 */
export function deadlineOf(calendar: Calendar, start: Date, targetMs: number): Date {
  const latest = start.getTime() + HORIZON_MS;
  let left = targetMs;
  for (const { from, to } of spans(calendar, start.getTime(), latest)) {
    if (to - from >= left) return new Date(from + left);
    left -= to - from;
  }
  return new Date(latest);
}

/** How much of the calendar's time lies between two moments, in milliseconds; 0 when `to` comes first. */
export function elapsedIn(calendar: Calendar, from: Date, to: Date): number {
  let elapsed = 0;
  for (const span of spans(calendar, from.getTime(), to.getTime())) elapsed += span.to - span.from;
  return elapsed;
}

function spans(calendar: Calendar, from: number, to: number): Iterable<Span> {
  if (from >= to) return [];
  return calendar.kind === 'always' ? [{ from, to }] : openings(calendar, from, to);
}
