import type { NewEvent, StoredEvent } from '../../../shared/event.ts';
import { derivedId } from '../../../shared/ids.ts';
import { BREACH, DOCUMENT_CLOCK, rest, type Clock } from '../clocks/clock.ts';
import { phases, type Phase } from '../clocks/phase.ts';
import type { Tracking, TrackingFold } from '../clocks/tracking.ts';
import { SlaBreached, SlaWarningRaised } from '../events.ts';

/** What is to be said of a document, and since when. */
export interface DueFact {
  /** Milliseconds since 1970. */
  dueAt: number;
  fact: NewEvent;
}

/**
 * What has fallen due of a document's clocks and was not said yet, by time. At the very moment that
 * something is due the document may still be in time, so it is said when that moment is over.
 *
 * @param now milliseconds since 1970, by the clock that stamps events
 */
export function decideDue(
  { evolve }: TrackingFold,
  history: readonly StoredEvent[],
  now: number,
): DueFact[] {
  const foldUpTo = (at: number) =>
    history
      .filter(({ storedAt }) => storedAt.getTime() <= at)
      .reduce<Tracking | undefined>(evolve, undefined);
  const clocks = history.reduce<Tracking | undefined>(evolve, undefined)?.clocks ?? [];
  const stream = history[0]?.stream ?? '';
  return clocks
    .flatMap((clock) =>
      clock.pending
        .filter(({ dueAt }) => dueAt < now)
        .map(({ percent, dueAt }) => ({
          dueAt,
          fact: factOf(clock, percent, dueAt, {
            id: derivedId('sla', stream, clock.run, clock.name, percent),
            cause: () => causeOf(clock, foldUpTo(dueAt), dueAt),
          }),
        })),
    )
    .toSorted((one, other) => one.dueAt - other.dueAt);
}

function factOf(
  { run, name, targetMs, startedAt, dueAt: deadline }: Clock,
  percent: number,
  dueAt: number,
  { id, cause }: { id: string; cause: () => Cause },
): NewEvent {
  const times = { startedAt: iso(startedAt), dueAt: iso(dueAt) };
  const about = { run, clock: name, targetMs: targetMs ?? 0, ...times };
  return percent === BREACH
    ? SlaBreached({ ...about, ...cause() }, id)
    : SlaWarningRaised({ ...about, percent, deadline: iso(deadline) }, id);
}

const iso = (time: number | null) => new Date(time ?? 0).toISOString();

interface Cause {
  step: string | null;
  phase: Phase | null;
}

/** The step, and what it went into there, that took most of a clock's time until it was due. */
function causeOf({ run, name }: Clock, then: Tracking | undefined, dueAt: number): Cause {
  const shares = (then?.clocks ?? [])
    .filter((clock) => clock.run === run && (name === DOCUMENT_CLOCK || clock.name === name))
    .flatMap((clock) => {
      const spent = clock.work && rest(clock.work, dueAt).spent;
      return phases.map((phase) => ({ step: clock.name, phase, took: spent?.[phase] ?? 0 }));
    });
  const most = shares.reduce<(typeof shares)[number] | null>(
    (most, share) => (share.took > (most?.took ?? 0) ? share : most),
    null,
  );
  return { step: most?.step ?? null, phase: most?.phase ?? null };
}
