import type { FigureQueries, Cause, Decided, Durations } from '../figures/queries.ts';
import { before, type Period } from '../figures/period.ts';
import { DOCUMENT_CLOCK } from '../clocks/clock.ts';

/** The figures of a period that concern the whole, to be compared with those of another. */
export interface Totals {
  /** Documents that came to their end. */
  completed: number;
  met: number;
  missed: number;
  /** Of whole documents, in milliseconds; null when none ended. */
  took: Pick<Durations, 'p50' | 'p95' | 'p99'> | null;
}

export interface Figures {
  period: Period;
  target: string | null;
  durations: readonly Durations[];
  decided: readonly Decided[];
  causes: readonly Cause[];
  totals: Totals;
  /** Of the period before. */
  compared: Totals;
}

/** Gathers what a period shows, and the totals of the one before it. */
export async function readFigures(
  queries: FigureQueries,
  period: Period,
  target: string | null,
): Promise<Figures> {
  const earlier = before(period);
  const [durations, decided, causes, documentsBefore, decidedBefore] = await Promise.all([
    queries.durations(period, target),
    queries.decided(period, target),
    queries.causes(period, target),
    queries.documents(earlier, target),
    queries.decided(earlier, target),
  ]);
  const documents = durations.find(({ clock, start }) => clock === DOCUMENT_CLOCK && !start);
  const totals = totalsOf(documents ?? null, decided);
  const compared = totalsOf(documentsBefore, decidedBefore);
  return { period, target, durations, decided, causes, totals, compared };
}

function totalsOf(documents: Durations | null, decided: readonly Decided[]): Totals {
  const promises = decided.filter(({ clock }) => clock === DOCUMENT_CLOCK);
  return {
    completed: documents?.ended ?? 0,
    met: promises.reduce((sum, { met }) => sum + met, 0),
    missed: promises.reduce((sum, { missed }) => sum + missed, 0),
    took: documents,
  };
}

/** The share of promises that were kept, between 0 and 1; null when none was decided. */
export const shareMet = ({ met, missed }: { met: number; missed: number }): number | null =>
  met + missed === 0 ? null : met / (met + missed);
