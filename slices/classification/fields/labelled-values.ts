import type { Line } from '../document-text.ts';
import type { PhraseMatch } from '../phrases.ts';
import { findInColumn, findInTable } from './label-blocks.ts';
import { labelsOf, type Fits, type LabelledValue } from './label-index.ts';
import type { LabelName, LabelRule } from './labels.ts';

/** A label that stands in the middle of a sentence announces little. */
const MID_SENTENCE = 0.7;
const SMALL = new Set<LabelName>(['date', 'seller', 'buyer']);

/** Labels with the words behind, below, or in a column beside them, in reading order. */
export function findLabelledValues(lines: Line[], fits: Fits): LabelledValue[] {
  return lines.flatMap((_, at) => [
    ...onLine(lines, at),
    ...findInColumn(lines, at, fits),
    ...findInTable(lines, at, fits),
  ]);
}

function onLine(lines: Line[], at: number): LabelledValue[] {
  const line = lines[at];
  if (line === undefined) return [];
  const matches = labelsOf(line).filter((match, at, all) => isMeant(line, match, all[at - 1]));
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
  return (
    /(?:^|[\t:;|] ?|^[^\p{L}]*)$/u.test(text.slice(0, start).slice(-40)) ||
    /^\.?\s?[:#]/.test(text.slice(end))
  );
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
  return text
    .replace(/^[\s:.*)\]/–—-]+(?!\d)/u, '')
    .replace(/^[\s:.*)]+/, '')
    .trim();
}
