import type { Line } from '../document-text.ts';
import type { PhraseMatch } from '../phrases.ts';
import type { Reading } from './finding.ts';
import { findDatesInTable, findInColumn, findInTable } from './label-blocks.ts';
import { labelsOf, type Fits, type LabelledValue } from './label-index.ts';
import type { LabelName, LabelRule } from './labels.ts';

const INCLUDED =
  /\b(?:inkl|incl|including|inclusive|inc|einschl|einschließlich|inclusief|incluido|incluidos|compresa|compreso|comprise|with|mit|con)\b/i;
const EXCLUDED =
  /\b(?:exkl|excl|excluding|exclusive|ex|ohne|exclusief|without|hors|sin|senza|before)\b/i;
/** A heading stands among the first lines. */
const HEADING_LINES = 60;
const HEADED = 0.9;
const KIND_WORD =
  /(?:rechnung|rechnungskorrektur|gutschrift|quittung|faktura|invoice|facture|avoir|factura|fattura|factuur|fatura)$/;
const NUMBER_WORDS = new Set(['nr', 'no', 'num', 'nummer', 'number', 'numero', 'n']);
/** A label that stands in the middle of a sentence announces little. */
const MID_SENTENCE = 0.7;
const SMALL = new Set<LabelName>(['date', 'seller', 'buyer']);

/** Labels with the words behind, below, or in a column beside them, in reading order. */
export function findLabelledValues(reading: Reading, fits: Fits): LabelledValue[] {
  const { lines } = reading;
  return lines.flatMap((_, at) => [
    ...onLine(lines, at),
    ...inHeading(lines, at),
    ...findInColumn(lines, at, fits),
    ...findInTable(lines, at, fits),
    ...findDatesInTable(lines, at, reading),
  ]);
}

function onLine(lines: Line[], at: number): LabelledValue[] {
  const line = lines[at];
  if (line === undefined) return [];
  const matches = withTaxWords(
    line,
    labelsOf(line).filter((match, at, all) => isMeant(line, match, all[at - 1])),
  );
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

/**
 * "Total € incl. VAT 119.00" holds one label, not two, and "Total (excl. VAT) 100.00" one of the
 * net: words for tax right behind a sum say what is in it.
 */
function withTaxWords(line: Line, matches: PhraseMatch<LabelRule>[]): PhraseMatch<LabelRule>[] {
  const kept: PhraseMatch<LabelRule>[] = [];
  for (const match of matches) {
    const before = kept.at(-1);
    const words =
      match.value.name === 'tax' && (before?.value.name === 'total' || before?.value.name === 'net')
        ? line.text.slice(line.tokens[before.to - 1]?.end, line.tokens[match.to - 1]?.end)
        : '';
    if (before === undefined || words.length > 40 || /\d[.,]\d/.test(words)) kept.push(match);
    else if (INCLUDED.test(words)) kept.splice(-1, 1, { ...before, to: match.to });
    else if (EXCLUDED.test(words)) {
      kept.splice(-1, 1, {
        from: before.from,
        to: match.to,
        value: { ...before.value, name: 'net' },
      });
    } else kept.push(match);
  }
  return kept;
}

/** "Baurechnung Nr. 4711 vom 5.3.2018": any word that ends like a kind, and a number sign. */
function inHeading(lines: Line[], at: number): LabelledValue[] {
  const line = lines[at];
  if (line === undefined || at >= HEADING_LINES) return [];
  const kind = line.tokens.findIndex(({ word }) => KIND_WORD.test(word));
  const sign = line.tokens.findIndex(
    ({ word }, index) => index > kind && index <= kind + 6 && NUMBER_WORDS.has(word),
  );
  // "Rechnung gemäß Bestellung Nr. 4711" tells another number.
  const other = labelsOf(line).some(
    ({ value: { name }, from, to }) => name !== 'documentNumber' && from > kind && to <= sign + 1,
  );
  const start = line.tokens[kind]?.start;
  const end = line.tokens[sign]?.end;
  if (kind === -1 || other || start === undefined || end === undefined) return [];
  const value = withoutMarks(line.text.slice(end));
  const label = line.text.slice(start, end);
  const found = { name: 'documentNumber' as const, strength: HEADED, label, value };
  return [{ ...found, page: line.page, line: at, sameLine: true }];
}

/** Small words such as "to", "from" or "vom" are labels only where they stand like one. */
function isMeant(
  { text, tokens }: Line,
  { value, from, to }: PhraseMatch<LabelRule>,
  previous: PhraseMatch<LabelRule> | undefined,
): boolean {
  // "Verkäufer-Kontoname" names something else.
  if (tokens[to - 1]?.hyphen === true || tokens[from - 1]?.hyphen === true) return false;
  // Nor is anything in an address, such as me@seller.example, a label.
  const start = tokens[from]?.start ?? 0;
  if (/[@.]$/.test(text.slice(Math.max(0, start - 1), start))) return false;
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
