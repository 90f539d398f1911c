import { stringify } from 'csv-stringify/sync';
import type { StepTitles } from '../../document-board/board-row.contract.ts';
import type { Period } from '../figures/period.ts';
import type { Figures } from './figures.ts';
import type { OpenQueries, ToldBreach } from './open-queries.ts';
import { causeText } from './words.ts';

/** A cell that a spreadsheet would take for a formula is told as text: names come from anywhere. */
const csv = (rows: unknown[][]): string => stringify(rows, { escape_formulas: true });

/** A line a clock and part: when it begins, how many ended, percentiles in milliseconds, promises. */
export function figuresCsv({ period, durations, decided }: Figures): string {
  const clocks = [...new Set([...durations, ...decided].map(({ clock }) => clock))].toSorted();
  const lines = clocks.flatMap((clock) =>
    period.starts.map((start) => {
      const isHere = (row: { clock: string; start: Date | null }) =>
        row.clock === clock && row.start?.getTime() === start.getTime();
      const took = durations.find(isHere);
      const promises = decided.find(isHere);
      return [
        start.toISOString(),
        period.grain,
        clock,
        took?.ended ?? 0,
        took?.p50,
        took?.p95,
        took?.p99,
        promises?.met ?? 0,
        promises?.missed ?? 0,
      ];
    }),
  );
  const head = ['from', 'hours', 'clock', 'ended', 'p50Ms', 'p95Ms', 'p99Ms', 'met', 'missed'];
  return csv([head, ...lines]);
}

const PAGE = 1_000;

/** Every breach of a period, the newest first, a page at a time. */
export async function* breachesCsv(
  { breaches }: Pick<OpenQueries, 'breaches'>,
  { from, to }: Period,
  titles: StepTitles,
): AsyncGenerator<string> {
  yield csv([['dueAt', 'documentId', 'fileName', 'clock', 'targetMs', 'cause']]);
  let before: number | null = null;
  for (;;) {
    const page: ToldBreach[] = await breaches(before, PAGE);
    const within = page.filter(({ dueAt }) => dueAt >= from && dueAt < to);
    if (within.length > 0) yield csv(within.map((breach) => lineOf(breach, titles)));
    const last = page.at(-1);
    // What was told before the period was missed before it.
    if (!last || page.length < PAGE || last.storedAt < from) return;
    before = last.position;
  }
}

function lineOf(breach: ToldBreach, titles: StepTitles): unknown[] {
  const { dueAt, document, fileName, clock, targetMs, step, phase } = breach;
  return [dueAt.toISOString(), document, fileName, clock, targetMs, causeText(step, phase, titles)];
}
