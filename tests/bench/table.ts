import type { CaseResult, ContenderResult, MarkResult, Spread } from './statistics.ts';

/** A number with three figures that count: `1.23`, `45.6`, `7,890`. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', { maximumFractionDigits: Math.min(digits, 3) });
}

const range = ({ median, least, most }: Spread) =>
  `${short(median)} (${short(least)}–${short(most)})`;

/** A case as lines for a terminal: its contenders, then its marks. */
export function linesOf({ name, unit, contenders, marks }: CaseResult): string[] {
  const extra = [...new Set(contenders.flatMap(({ others }) => Object.keys(others)))];
  const head = [name, unit, 'p50 ms', 'p99 ms', ...extra];
  const rows = contenders.map((each) => rowOf(each, extra));
  return [...aligned([head, ...rows]), ...marks.map((mark) => `  ${sentenceOf(mark)}`), ''];
}

function rowOf({ name, rate, p50, p99, others }: ContenderResult, extra: readonly string[]) {
  const figure = (of: string) => others[of];
  return [
    `  ${name}`,
    rate ? range(rate) : '',
    p50 === null ? '' : short(p50),
    p99 === null ? '' : short(p99),
    ...extra.map((each) => {
      const found = figure(each);
      return found ? range(found) : '';
    }),
  ];
}

/** A mark as a sentence, with what was reached. */
export function sentenceOf({
  figure,
  of,
  beside,
  least,
  most,
  value,
  reached,
}: MarkResult): string {
  const wanted = least === undefined ? `≤ ${short(most ?? NaN)}` : `≥ ${short(least)}`;
  const whose = of === undefined ? '' : ` of ${of}`;
  const times = beside === null ? '' : ` × ${beside}`;
  return `${reached ? 'reached' : 'MISSED '}  ${figure}${whose} ${wanted}${times}: ${range(value)}`;
}

function aligned(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

/** Text inside XML. */
export const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
