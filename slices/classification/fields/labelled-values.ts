import type { Line } from '../document-text.ts';
import { PhraseIndex, tokenize, type PhraseMatch } from '../phrases.ts';
import { LABEL_RULES, type LabelName, type LabelRule } from './labels.ts';

/** A label met in the text, with the words that may hold its value. */
export interface LabelledValue {
  name: LabelName;
  /** How surely the label announces the value, 0 to 1. */
  strength: number;
  label: string;
  value: string;
  page: number;
  /** Index of the label's line. */
  line: number;
  /** The value stands on the label's own line. */
  sameLine: boolean;
}

/** Tells whether a text can be the value of a label; decides where values stand below labels. */
export type Fits = (name: LabelName, text: string) => boolean;

/** A label that stands in the middle of a sentence announces little. */
const MID_SENTENCE = 0.7;
/** A column of labels beside a column of values is looked for up to this height. */
const MAX_RUN = 12;

const SMALL = new Set<LabelName>(['date', 'seller', 'buyer']);

const index = new PhraseIndex<LabelRule>();
for (const rule of LABEL_RULES) {
  for (const phrase of rule.phrases.split(',')) index.add(phrase, rule);
}

/** Labels with the words behind, below, or in a column beside them, in reading order. */
export function findLabelledValues(lines: Line[], fits: Fits): LabelledValue[] {
  return lines.flatMap((_, at) => [
    ...onLine(lines, at),
    ...inColumn(lines, at, fits),
    ...inTable(lines, at, fits),
  ]);
}

function onLine(lines: Line[], at: number): LabelledValue[] {
  const line = lines[at];
  if (line === undefined) return [];
  const matches = index
    .findLongest(line.tokens)
    .filter((match, at, all) => isMeant(line, match, all[at - 1]));
  return matches.flatMap(({ value: rule, from, to }, position) => {
    if (rule.name === 'other') return [];
    const start = line.tokens[from]?.start ?? 0;
    const end = line.tokens[to - 1]?.end ?? 0;
    const next = matches[position + 1];
    const until = next === undefined ? line.text.length : line.tokens[next.from]?.start;
    const behind = withoutMarks(line.text.slice(end, until));
    const under = below(lines, at, rule.name, next === undefined && from === 0 && behind === '');
    const sameLine = behind !== '' && (under === '' || /\d/.test(behind));
    return {
      name: rule.name,
      strength: rule.strength * (isApart(line.text, start, end) ? 1 : MID_SENTENCE),
      label: line.text.slice(start, end),
      value: sameLine ? behind : under,
      page: line.page,
      line: at,
      sameLine,
    };
  });
}

/** Small words such as "to", "from" or "vom" are labels only where they stand like one. */
function isMeant(
  { text, tokens }: Line,
  { value, from, to }: PhraseMatch<LabelRule>,
  previous: PhraseMatch<LabelRule> | undefined,
): boolean {
  // "Verkäufer-Kontoname" names something else.
  if (tokens[to - 1]?.hyphen === true || tokens[from - 1]?.hyphen === true) return false;
  if (value.strength >= 0.8 || !SMALL.has(value.name)) return true;
  // "Fällig am 5.3.", "à payer avant le 5 mars": the small word belongs to the label before it.
  if (previous?.to === from && previous.value.name === 'dueDate') return false;
  const end = tokens[to - 1]?.end ?? 0;
  if (value.name === 'date' && /^[\s:.]{1,3}\d/.test(text.slice(end))) return true;
  return value.strength > 0.5 && isApart(text, tokens[from]?.start ?? 0, end);
}

/** The label starts its line or column, or is followed by a colon or a number sign. */
function isApart(text: string, start: number, end: number): boolean {
  return /(?:^|[\t:;|] ?|^[^\p{L}]*)$/u.test(text.slice(0, start).slice(-40)) || /^\.?\s?[:#]/.test(text.slice(end));
}

/** The next line belongs to a label that stands alone; a date alone on it, to a column's heading. */
function below(lines: Line[], at: number, name: LabelName, alone: boolean): string {
  const line = lines[at];
  const next = lines[at + 1];
  if (line === undefined || next === undefined || next.page !== line.page) return '';
  const isDate = (name === 'date' || name === 'dueDate') && /^\d[\d./-]{5,9}$/.test(next.text);
  return alone || (isDate && !/\d/.test(line.text)) ? next.text : '';
}

function withoutMarks(text: string): string {
  return text.replace(/^[\s:.*)\]/–—-]+(?!\d)/u, '').replace(/^[\s:.*)]+/, '').trim();
}

/**
 * PDF text often lists a column of labels ("Date:", "Due date:", "Total:") as a block, with the
 * block of their values after or before it. Of all ways to lay the values beside the labels the
 * one wins in which most of them fit.
 */
function inColumn(lines: Line[], at: number, fits: Fits): LabelledValue[] {
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
function inTable(lines: Line[], at: number, fits: Fits): LabelledValue[] {
  const line = lines[at];
  const next = lines[at + 1];
  if (line === undefined || next === undefined || /\d/.test(line.text)) return [];
  const matches = index.findLongest(line.tokens);
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
  const rule = index.findLongest(label.tokens)[0]?.value;
  const value = lines[valueAt];
  if (rule === undefined || value === undefined || endsWithColon(value)) return [];
  if (value.page !== label.page || !fits(rule.name, value.text)) return [];
  const { name, strength } = rule;
  return [
    { name, strength, label: label.text, value: value.text, page: label.page, line, sameLine: true },
  ];
}

function endsWithColon(line: Line | undefined): boolean {
  return line !== undefined && line.text.length <= 40 && line.text.endsWith(':');
}

/** A text that consists of labels announces something and is itself no value. */
export function isOnlyLabels(text: string): boolean {
  const tokens = tokenize(text);
  return index.findLongest(tokens).reduce((sum, { from, to }) => sum + to - from, 0) === tokens.length;
}
