import { DOCUMENT_CLOCK, stateAtEnd, type SlaState } from './clocks/clock.ts';
import type { SlaTargetsFixed } from './events.ts';

export { slaStates, type SlaState } from './clocks/clock.ts';

/** The promise of a whole document, for the row of whoever shows documents. */
export interface DocumentSla {
  /** What is said for another run is none of this one's. */
  slaRun: number;
  slaState: SlaState | null;
  slaDueAt: Date | null;
  /** Sorts what is due first before what is due later, and that before what is due no more. */
  slaOrder: number;
}

/** `slaOrder` of a document whose clock does not run. */
export const NOT_DUE = Number.MAX_SAFE_INTEGER;

/** Before its targets are fixed, and where there are none. */
export const withoutSla = (run: number): DocumentSla => ({
  slaRun: run,
  slaState: null,
  slaDueAt: null,
  slaOrder: NOT_DUE,
});

/** The targets of a run are fixed, perhaps after its end. */
export function slaFixed(
  sla: DocumentSla,
  { run, dueAt }: Parameters<typeof SlaTargetsFixed>[0],
  end: { at: Date; stopped: boolean } | null,
): DocumentSla {
  if (run !== sla.slaRun || dueAt === null) return sla;
  const due = new Date(dueAt);
  const running: DocumentSla = {
    slaRun: run,
    slaState: 'on-track',
    slaDueAt: due,
    slaOrder: due.getTime(),
  };
  return end ? slaEnded(running, end.at, end.stopped) : running;
}

/** @param stopped it was cancelled, not completed */
export function slaEnded(sla: DocumentSla, at: Date, stopped: boolean): DocumentSla {
  const { slaDueAt } = sla;
  const slaState = slaDueAt && stateAtEnd(at.getTime(), slaDueAt.getTime(), stopped);
  return { ...sla, slaState, slaOrder: NOT_DUE };
}

/** A warning or a breach, of this document's clock while it runs. */
export function slaSaid(
  sla: DocumentSla,
  { run, clock }: { run: number; clock: string },
  slaState: 'at-risk' | 'breached',
): DocumentSla {
  const isOurs = run === sla.slaRun && clock === DOCUMENT_CLOCK && sla.slaOrder !== NOT_DUE;
  return isOurs && sla.slaState !== 'breached' ? { ...sla, slaState } : sla;
}
