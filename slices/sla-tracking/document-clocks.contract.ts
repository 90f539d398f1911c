import type { StoredEvent } from '../../shared/event.ts';
import type { Step } from '../../shared/steps/step.ts';
import { rest, stateOf, type SlaState } from './clocks/clock.ts';
import type { Phase } from './clocks/phase.ts';
import { trackingFold, type Tracking } from './clocks/tracking.ts';

export { DOCUMENT_CLOCK } from './clocks/clock.ts';
export type { Phase } from './clocks/phase.ts';

/** One clock of one run of a document, as its page shows it. */
export interface DocumentClock {
  /** 1 when it was received, one more for every reprocessing. */
  run: number;
  /** `document`, or the slug of a step. */
  name: string;
  /** Null: nothing was promised, or it was stopped in time. */
  state: SlaState | null;
  /** Null: its step may not run yet. */
  startedAt: Date | null;
  targetMs: number | null;
  dueAt: Date | null;
  /** Null while it runs. */
  endedAt: Date | null;
  /** It ended because nobody waits any more: cancelled, or processed again. */
  stopped: boolean;
  /** Of a step: milliseconds in each phase up to now; null of the document. */
  spent: Readonly<Record<Phase, number>> | null;
}

/** The clocks of a document from its history: those of the newest run first, in the order of the plan. */
export function documentClocks(steps: readonly Step[]) {
  const { evolve } = trackingFold(steps);
  return (history: readonly StoredEvent[], now: Date): DocumentClock[] => {
    const tracking = history.reduce<Tracking | undefined>(evolve, undefined);
    const clocks = (tracking?.clocks ?? []).map((clock) => {
      const { run, name, targetMs, stopped, work } = clock;
      return {
        run,
        name,
        state: stateOf(clock),
        startedAt: dateOf(clock.startedAt),
        targetMs,
        dueAt: dateOf(clock.dueAt),
        endedAt: dateOf(clock.endedAt),
        stopped,
        spent: work && rest(work, now.getTime()).spent,
      };
    });
    return clocks.toSorted((one, other) => other.run - one.run);
  };
}

const dateOf = (at: number | null): Date | null => (at === null ? null : new Date(at));
