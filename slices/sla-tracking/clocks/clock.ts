import type { Calendar } from '../calendar/calendar.ts';
import { deadlineOf } from '../calendar/deadline.ts';
import type { Phase } from './phase.ts';

/** The clock of the whole document; every other has the slug of its step. */
export const DOCUMENT_CLOCK = 'document';

/** How a promise stands, in the words of the API. */
export const slaStates = ['on-track', 'at-risk', 'breached', 'met', 'met-late'] as const;
export type SlaState = (typeof slaStates)[number];

/** Something to say at a time: so many percent of the target are used up, 100: all, it is breached. */
export interface Mark {
  percent: number;
  /** Milliseconds since 1970, as all times here. */
  dueAt: number;
}

export const BREACH = 100;

/** What the time of a step goes into; `phase` is what it is in now, null before and after. */
export interface Work {
  phase: Phase | null;
  since: number | null;
  /** Milliseconds, around the clock whatever the calendar. */
  spent: Record<Phase, number>;
}

/** One clock of one run of a document. */
export interface Clock {
  run: number;
  /** `document`, or the slug of a step. */
  name: string;
  startedAt: number | null;
  /** Null: nothing is promised, or not known yet. */
  targetMs: number | null;
  dueAt: number | null;
  endedAt: number | null;
  /** It ended because nobody waits any more: cancelled, or processed again. */
  stopped: boolean;
  /** What there is still to be said, by time. */
  pending: Mark[];
  /** The most percent that was warned at. */
  warned: number | null;
  breached: { step: string | null; phase: Phase | null } | null;
  /** Of a step. */
  work: Work | null;
}

/** What is promised of a run, as its SlaTargetsFixed says. */
export interface Promised {
  run: number;
  target: string;
  calendar: Calendar;
  /** Percentages. */
  warnings: number[];
}

export function newClock(run: number, name: string, startedAt: number | null): Clock {
  const spent = { waiting: 0, working: 0, retrying: 0, failed: 0 };
  return {
    run,
    name,
    startedAt,
    targetMs: null,
    dueAt: null,
    endedAt: null,
    stopped: false,
    pending: [],
    warned: null,
    breached: null,
    work: name === DOCUMENT_CLOCK ? null : { phase: null, since: null, spent },
  };
}

export const isRunning = ({ startedAt, endedAt }: Clock): boolean =>
  startedAt !== null && endedAt === null;

/** Winds a clock that has started and has a target: from now on it is known when it falls due. */
export function wind(clock: Clock, promised: Promised | undefined): Clock {
  const { startedAt, targetMs } = clock;
  if (startedAt === null || targetMs === null || clock.dueAt !== null || !promised) return clock;
  const start = new Date(startedAt);
  const at = (percent: number): Mark => ({
    percent,
    dueAt: deadlineOf(promised.calendar, start, (targetMs * percent) / 100).getTime(),
  });
  const breach = at(BREACH);
  const pending = [...promised.warnings.map(at), breach];
  return withoutFuture({ ...clock, dueAt: breach.dueAt, pending });
}

/** Ends a clock that runs. What fell due before is still to be said; at the same moment, it is in time. */
export function end(clock: Clock, at: number, stopped = false): Clock {
  if (!isRunning(clock)) return clock;
  return withoutFuture({
    ...clock,
    endedAt: at,
    stopped,
    work: clock.work && rest(clock.work, at),
  });
}

function withoutFuture(clock: Clock): Clock {
  const { endedAt, pending } = clock;
  if (endedAt === null) return clock;
  return { ...clock, pending: pending.filter(({ dueAt }) => dueAt < endedAt) };
}

/** Enters a phase; the time since the last one goes to that. */
export function enter(clock: Clock, phase: Phase, at: number): Clock {
  if (!clock.work || clock.endedAt !== null) return clock;
  return {
    ...clock,
    startedAt: clock.startedAt ?? at,
    work: { ...rest(clock.work, at), phase, since: at },
  };
}

/** The phases with their time up to a moment. */
export function rest({ phase, since, spent }: Work, at: number): Work {
  if (phase === null || since === null) return { phase: null, since: null, spent };
  const took = Math.max(0, at - since);
  return { phase: null, since: null, spent: { ...spent, [phase]: spent[phase] + took } };
}

/** How the promise of a clock stands; null when there is none, or when it was stopped in time. */
export function stateOf(clock: Clock): SlaState | null {
  const { dueAt, endedAt } = clock;
  if (dueAt === null) return null;
  if (endedAt === null)
    return clock.breached ? 'breached' : clock.warned === null ? 'on-track' : 'at-risk';
  return stateAtEnd(endedAt, dueAt, clock.stopped);
}

/** At the very moment it is due is in time. What was stopped is owed no more, unless it was late before. */
export function stateAtEnd(endedAt: number, dueAt: number, stopped: boolean): SlaState | null {
  if (stopped) return endedAt > dueAt ? 'breached' : null;
  return endedAt > dueAt ? 'met-late' : 'met';
}
