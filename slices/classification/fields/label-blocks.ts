import type { Line } from '../document-text.ts';
import { findDates } from './dates.ts';
import type { Reading } from './finding.ts';
import { labelsOf, type Fits, type LabelledValue } from './label-index.ts';
import type { LabelName } from './labels.ts';

const DATES = new Set<LabelName>(['date', 'dueDate']);
const DATE_WORD = /dat[aeou]|fecha|leverdatum/;
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
 * Column headings of which some announce dates ("Your reference  Order date  Due date") above a line
 * with as many dates, whatever else stands in either.
 */
export function findDatesInTable(lines: Line[], at: number, reading: Reading): LabelledValue[] {
  const line = lines[at];
  const next = lines[at + 1];
  if (line === undefined || next === undefined || /\d/.test(line.text)) return [];
  const matches = labelsOf(line);
  if (matches.length < 2 || !matches.some(({ value: { name } }) => DATES.has(name))) return [];
  const dated = matches.filter(
    ({ value: { name }, to }) => DATES.has(name) || DATE_WORD.test(line.tokens[to - 1]?.word ?? ''),
  );
  const dates = findDates(next.text, reading);
  if (dates.length !== dated.length) return [];
  return dated.flatMap(({ value: { name, strength }, from, to }, column) => {
    const date = dates[column];
    if (date === undefined || name === 'other') return [];
    const label = line.text.slice(line.tokens[from]?.start, line.tokens[to - 1]?.end);
    const value = next.text.slice(date.start, date.end);
    return [{ name, strength, label, value, page: line.page, line: at, sameLine: true }];
  });
}

/**
 * A line of nothing but column headings ("Invoice no.  Date  Customer no.") above a line with as
 * many values.
 */
export function findInTable(lines: Line[], at: number, fits: Fits): LabelledValue[] {
  const line = lines[at];
  const next = lines[at + 1];
  if (line === undefined || next === undefined || /\d/.test(line.text)) return [];
  const headings = labelsOf(line);
  const covered = headings.reduce((sum, { from, to }) => sum + to - from, 0);
  if (headings.length < 2 || covered < line.tokens.length) return [];
  const cells = next.text.includes('\t') ? next.text.split('\t') : next.text.split(' ');
  // The date may be missing from the row, or stand elsewhere.
  const dated = cells.some((cell) => fits('date', cell));
  const matches = headings.filter(({ value: { name } }) => dated || !DATES.has(name));
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
