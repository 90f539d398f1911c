import { durationText, roundText } from '../../../public/time.js';
import { countText, type StepTitles } from '../../document-board/board-row.contract.ts';
import { chartView, type ChartView } from '../chart/chart.ts';
import { DOCUMENT_CLOCK } from '../clocks/clock.ts';
import type { Durations } from '../figures/queries.ts';
import { shareMet, type Figures } from './figures.ts';
import { clockName, partName, shareText } from './words.ts';

/** The charts of a period: how promises were kept, how much came through, how long it took, by step too. */
export function figureCharts(figures: Figures, titles: StepTitles): ChartView[] {
  const clocks = [DOCUMENT_CLOCK, ...titles.keys()];
  return [
    keptChart(figures),
    throughputChart(figures),
    ...clocks.map((clock) => tookChart(figures, clock, titles)),
  ];
}

const partsOf = ({ period }: Figures) =>
  period.starts.map((start) => partName(start, period.grain));

/** One value a part, in order; null where there is none. */
function byPart<T extends { start: Date | null; clock: string }>(
  { period }: Figures,
  rows: readonly T[],
  clock: string,
  valueOf: (row: T) => number | null,
): (number | null)[] {
  const found = new Map(
    rows.filter((row) => row.clock === clock).map((row) => [row.start?.getTime(), row]),
  );
  return period.starts.map((start) => {
    const row = found.get(start.getTime());
    return row ? valueOf(row) : null;
  });
}

function keptChart(figures: Figures): ChartView {
  const share = shareMet(figures.totals);
  return chartView(
    {
      id: 'kept',
      title: 'Promises kept',
      description: `Share of documents that were completed in time. ${share === null ? 'None was due' : shareText(share)} in the last ${figures.period.words}.`,
      unit: 'share',
      shape: 'lines',
      series: [
        { name: 'kept', values: byPart(figures, figures.decided, DOCUMENT_CLOCK, shareMet) },
      ],
      parts: partsOf(figures),
    },
    shareText,
  );
}

function throughputChart(figures: Figures): ChartView {
  const completed = countText(figures.totals.completed, 'document');
  return chartView(
    {
      id: 'throughput',
      title: 'Completed documents',
      description: `${completed} in the last ${figures.period.words}.`,
      unit: 'count',
      shape: 'bars',
      series: [
        {
          name: 'completed',
          values: byPart(figures, figures.durations, DOCUMENT_CLOCK, ({ ended }) => ended),
        },
      ],
      parts: partsOf(figures),
    },
    (value) => value.toLocaleString('en'),
  );
}

const percentiles = ['p50', 'p95', 'p99'] as const;

function tookChart(figures: Figures, clock: string, titles: StepTitles): ChartView {
  const name = clockName(clock, titles);
  const whole = figures.durations.find((row) => row.clock === clock && row.start === null);
  return chartView(
    {
      id: `took-${clock}`,
      title: `${name}: time taken`,
      description: whole
        ? `${textOf(whole)} in the last ${figures.period.words}.`
        : 'Nothing ended in this period.',
      unit: 'duration',
      shape: 'lines',
      series: percentiles.map((percentile) => ({
        name: percentile,
        values: byPart(figures, figures.durations, clock, (row) => row[percentile]),
      })),
      parts: partsOf(figures),
    },
    roundText,
  );
}

const textOf = ({ p50, p95, p99 }: Durations) =>
  `Half took at most ${durationText(p50)}, 95 % at most ${durationText(p95)}, 99 % at most ${durationText(p99)}`;
