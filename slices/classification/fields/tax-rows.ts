import { findAmounts } from './amounts.ts';
import { sourceOf, type Reading } from './finding.ts';
import type { Candidates } from './sums.ts';

/** Words without which three numbers that add up are chance. */
const TAX_WORDS =
  /\b(?:vat|tax|taxes|gst|ust|u?mwst|umsatzsteuer|tva|iva|btw|moms|netto|steuer)\b|\bht\b/i;
const HIGHEST_RATE = 0.28;
/** A row of the table of rates; a row of totals below it, or one whose rate is printed. */
const PLAIN_ROW = 0.6;
const RATED_ROW = 0.75;
/** A row of one rate of several. */
const PART_ROW = 0.3;

/**
 * Rows such as `21 % 41,31 8,68 49,99` or `Razem: 257,59 59,24 316,83`: three neighbouring amounts
 * of which the first two add up to the third, the second no more than a tax can be.
 */
export function findTaxRows(reading: Reading): Candidates {
  const candidates: Candidates = { net: [], tax: [], total: [] };
  if (!reading.lines.some(({ text }) => TAX_WORDS.test(text))) return candidates;
  const rated: Row[] = [];
  for (const { text, page } of reading.lines) {
    const amounts = findAmounts(text, reading).filter(({ explicit }) => explicit);
    const [net, tax, total] = amounts.slice(-3);
    if (net === undefined || tax === undefined || total === undefined) continue;
    if (!isTaxRow(net.cents, tax.cents, total.cents)) continue;
    const row = { net: net.cents, tax: tax.cents, page, source: sourceOf(text) };
    if (hasRate(text, tax.cents / net.cents)) rated.push(row);
    else addRow(candidates, row, PLAIN_ROW);
  }
  // Of several rates none is the whole: that is their sum.
  for (const row of rated) addRow(candidates, row, rated.length > 1 ? PART_ROW : RATED_ROW);
  if (rated.length > 1) addRow(candidates, sumOf(rated), RATED_ROW);
  return candidates;
}

interface Row {
  net: number;
  tax: number;
  page: number;
  source: string;
}

function sumOf(rows: Row[]): Row {
  return {
    net: rows.reduce((sum, { net }) => sum + net, 0),
    tax: rows.reduce((sum, { tax }) => sum + tax, 0),
    page: rows[0]?.page ?? 1,
    source: sourceOf(rows.map(({ source }) => source).join(' + ')),
  };
}

function addRow(candidates: Candidates, { net, tax, page, source }: Row, weight: number): void {
  candidates.net.push({ cents: net, weight, page, source });
  candidates.tax.push({ cents: tax, weight, page, source });
  candidates.total.push({ cents: net + tax, weight, page, source });
}

function isTaxRow(net: number, tax: number, total: number): boolean {
  const sameSign = net * tax > 0;
  return sameSign && net + tax === total && tax / net <= HIGHEST_RATE;
}

function hasRate(text: string, rate: number): boolean {
  return [...text.matchAll(/(\d{1,2}(?:[.,]\d{1,2})?) ?%/g)].some(
    ([, percent = '']) => Math.abs(Number(percent.replace(',', '.')) / 100 - rate) < 0.002,
  );
}
