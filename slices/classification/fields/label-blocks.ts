import type { Line } from '../document-text.ts';
import { labelsOf, type Fits, type LabelledValue } from './label-index.ts';

/** A column of labels beside a column of values is looked for up to this height. */
const MAX_RUN = 12;

/**
 * PDF text often lists a column of labels ("Date:", "Due date:", "Total:") as a block, with the
 * block of their values after or before it. Of all ways to lay the values beside the labels the
 * one wins in which most of them fit.
 */
export function findInColumn(lines: Line[], at: number, fits: Fits): LabelledValue[] {
  if (!endsWithColon(lines[at]) || endsWithColon(lines[at - 1])) return [];
  let height = 1;
  while (height < MAX_RUN && endsWithColon(lines[at + height])) height += 1;
  if (height < 2) return [];
  const labels = lines.slice(at, at + height);
  // Values before the labels end right above them, but the last labels may have none.
  const starts = [at + height, ...labels.map((_, row) => at - height + row)];
  const options = starts.map((start) =>
    labels.flatMap((label, row) =>
      start < at && start + row >= at ? [] : columnValue(lines, label, at + row, start + row, fits),
    ),
  );
  return options.reduce((best, option) => (option.length > best.length ? option : best), []);
}

/**
 * A line of nothing but column headings ("Invoice no.  Date  Customer no.") above a line with as
 * many values.
 */
export function findInTable(lines: Line[], at: number, fits: Fits): LabelledValue[] {
  const line = lines[at];
  const next = lines[at + 1];
  if (line === undefined || next === undefined || /\d/.test(line.text)) return [];
  const matches = labelsOf(line);
  const covered = matches.reduce((sum, { from, to }) => sum + to - from, 0);
  if (matches.length < 2 || covered < line.tokens.length) return [];
  const cells = next.text.includes('\t') ? next.text.split('\t') : next.text.split(' ');
  // Where blanks inside the values hide the columns, the first value is still below the first label.
  const columns = cells.length === matches.length ? matches : matches.slice(0, 1);
  return columns.flatMap(({ value: { name, strength }, from, to }, column) => {
    const value = cells[column] ?? '';
    if (!fits(name, value)) return [];
    const label = line.text.slice(line.tokens[from]?.start, line.tokens[to - 1]?.end);
    return [{ name, strength, label, value, page: line.page, line: at, sameLine: true }];
  });
}

function columnValue(
  lines: Line[],
  label: Line,
  line: number,
  valueAt: number,
  fits: Fits,
): LabelledValue[] {
  const rule = labelsOf(label)[0]?.value;
  const value = lines[valueAt];
  if (rule === undefined || value === undefined || endsWithColon(value)) return [];
  if (value.page !== label.page || !fits(rule.name, value.text)) return [];
  const { name, strength } = rule;
  return [
    {
      name,
      strength,
      label: label.text,
      value: value.text,
      page: label.page,
      line,
      sameLine: true,
    },
  ];
}

function endsWithColon(line: Line | undefined): boolean {
  return line !== undefined && line.text.length <= 40 && line.text.endsWith(':');
}
