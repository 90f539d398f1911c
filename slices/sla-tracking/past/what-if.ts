import type { Calendar } from '../calendar/calendar.ts';
import { deadlineOf } from '../calendar/deadline.ts';
import { isRunning, stateAtEnd, type Clock, type SlaState } from '../clocks/clock.ts';
import type { EventMark, TrackedDocument, TrackedPage } from './tracked-by-time.ts';

/** What would have become of promises, had they been others. */
export interface Question {
  /** Documents received from here on … */
  from: Date;
  /** … up to here, not included. */
  to: Date;
  /** `document`, or the slug of a step. */
  clock: string;
  targetMs: number;
  calendar: Calendar;
}

/** How a promise stands, or stood; `null` where there is none, or nobody waits any more. */
export type Verdict = SlaState | null;

export interface Difference {
  id: string;
  fileName: string | null;
  issued: Verdict;
  asked: Verdict;
  issuedDueAt: Date | null;
  askedDueAt: Date;
}

export interface Answer {
  documents: number;
  /** How often each pair came: as it was issued, and as it is asked. */
  pairs: { issued: Verdict; asked: Verdict; count: number }[];
  /** The first that are judged otherwise. */
  differences: Difference[];
  /** Null when all were looked at; otherwise when the last one that was looked at was received. */
  stoppedAt: Date | null;
}

/** More documents, or more milliseconds, are not spent on one question. */
export interface Bounds {
  documents: number;
  ms: number;
}

const PAGE = 1_000;
const DIFFERENCES = 20;

/**
 * Judges the clocks of a past period again by another target or calendar, beside what was issued
 * then. It reads, page by page, and states nothing.
 *
 * @param now for clocks that still run, milliseconds since 1970
 */
export async function answer(
  { clock, targetMs, calendar, from, to }: Question,
  pages: TrackedPage,
  { now, bounds }: { now: number; bounds: Bounds },
): Promise<Answer> {
  const latest = performance.now() + bounds.ms;
  const pairs = new Map<string, Answer['pairs'][number]>();
  const differences: Difference[] = [];
  let documents = 0;
  let mark: EventMark | null = null;

  function judge(document: TrackedDocument): void {
    for (const each of document.clocks) {
      if (each.name !== clock || each.startedAt === null) continue;
      const askedDueAt = deadlineOf(calendar, new Date(each.startedAt), targetMs);
      const issued = verdictOf(each, each.dueAt, now);
      const asked = verdictOf(each, askedDueAt.getTime(), now);
      const key = `${issued} ${asked}`;
      pairs.set(key, { issued, asked, count: (pairs.get(key)?.count ?? 0) + 1 });
      if (issued === asked || differences.length === DIFFERENCES) continue;
      const issuedDueAt = each.dueAt === null ? null : new Date(each.dueAt);
      const { id, fileName } = document;
      differences.push({ id, fileName, issued, asked, issuedDueAt, askedDueAt });
    }
  }

  const answered = (stoppedAt: Date | null): Answer => ({
    documents,
    pairs: [...pairs.values()].toSorted((one, other) => other.count - one.count),
    differences,
    stoppedAt,
  });

  for (;;) {
    const page: TrackedDocument[] = await pages({ from, to }, mark, PAGE);
    page.forEach(judge);
    documents += page.length;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return answered(null);
    mark = last.mark;
    if (documents >= bounds.documents || performance.now() > latest)
      return answered(last.mark.storedAt);
  }
}

/** How a clock stands by a deadline; warnings are left out, so what runs in time is on track. */
export function verdictOf(clock: Clock, dueAt: number | null, now: number): Verdict {
  if (dueAt === null) return null;
  if (isRunning(clock)) return now > dueAt ? 'breached' : 'on-track';
  return stateAtEnd(clock.endedAt ?? now, dueAt, clock.stopped);
}
