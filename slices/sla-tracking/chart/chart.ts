import { scaleBand, scaleLinear, scaleUtc } from 'd3-scale';
import { line } from 'd3-shape';

/** A figure over time; `values` has one for each part, null where there is nothing to tell. */
export interface Series {
  name: string;
  values: readonly (number | null)[];
}

/** What a chart is measured in: milliseconds, a share between 0 and 1, or things. */
export type Unit = 'duration' | 'share' | 'count';

export interface Chart {
  /** Unique on its page. */
  id: string;
  title: string;
  /** What it shows, for who cannot see it. */
  description: string;
  unit: Unit;
  shape: 'lines' | 'bars';
  series: readonly Series[];
  /** What the parts are called, in order. */
  parts: readonly string[];
}

/** A chart as its template needs it: paths in a box of 1000 × 100, stretched to the page; words beside it. */
export interface ChartView {
  id: string;
  title: string;
  description: string;
  shape: Chart['shape'];
  empty: boolean;
  series: { name: string; number: number; path: string }[];
  /** `d` of the lines across. */
  grid: string;
  /** From the highest to 0, at equal distances. */
  yLabels: string[];
  /** First, middle and last. */
  xLabels: string[];
  rows: { part: string; values: string[] }[];
}

export const WIDTH = 1000;
export const HEIGHT = 100;

/** Draws a chart. The same figures give the same bytes: a live page sends it only when it changes. */
export function chartView(chart: Chart, textOf: (value: number) => string): ChartView {
  const { id, title, description, shape, series, parts, unit } = chart;
  const values = series.flatMap((each) => each.values.filter((value) => value !== null));
  const ticks = ticksOf(unit, Math.max(0, ...values));
  const y = scaleLinear([0, ticks.at(-1) ?? 1], [HEIGHT, 0]);
  const draw = shape === 'lines' ? lineOf : barsOf;
  return {
    id,
    title,
    description,
    shape,
    empty: values.length === 0,
    series: series.map(({ name, values }, index) => ({
      name,
      number: index + 1,
      path: draw(values, y),
    })),
    grid: ticks.map((tick) => `M0,${round(y(tick))}H${WIDTH}`).join(''),
    yLabels: ticks.toReversed().map(textOf),
    xLabels: [0, Math.floor((parts.length - 1) / 2), parts.length - 1].map((at) => parts[at] ?? ''),
    rows: parts.map((part, at) => ({
      part,
      values: series.map(({ values }) => {
        const value = values[at] ?? null;
        return value === null ? '' : textOf(value);
      }),
    })),
  };
}

const round = (value: number) => Math.round(value * 100) / 100;

/** Round values from 0 to one that is not below the highest. Time is round in seconds, minutes, hours. */
function ticksOf(unit: Unit, highest: number): number[] {
  if (unit === 'share') return [0, 0.25, 0.5, 0.75, 1];
  if (unit === 'duration' && highest >= 4_000) {
    const scale = scaleUtc([0, highest], [0, 1]).nice(4);
    return scale.ticks(4).map(Number);
  }
  const scale = scaleLinear([0, Math.max(highest, unit === 'count' ? 4 : 1)], [0, 1]).nice(4);
  return scale.ticks(4);
}

/** A line through what is known; a value that stands alone is a dot. */
function lineOf(values: Series['values'], y: (value: number) => number): string {
  const x = scaleLinear([0, Math.max(1, values.length - 1)], [0, WIDTH]);
  return (
    line<number | null>()
      .defined((value) => value !== null)
      .x((_value, index) => x(index))
      .y((value) => y(value ?? 0))
      .digits(1)([...values]) ?? ''
  );
}

function barsOf(values: Series['values'], y: (value: number) => number): string {
  const x = scaleBand(values.keys(), [0, WIDTH]).paddingInner(0.2);
  const width = round(x.bandwidth());
  return values
    .map((value, index) => {
      const top = round(y(value ?? 0));
      return value ? `M${round(x(index) ?? 0)},${HEIGHT}V${top}h${width}V${HEIGHT}z` : '';
    })
    .join('');
}
