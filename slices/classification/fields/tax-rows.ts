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

/**
 * Rows such as `21 % 41,31 8,68 49,99` or `Razem: 257,59 59,24 316,83`: three neighbouring amounts
 * of which the first two add up to the third, the second no more than a tax can be.
 */
export function findTaxRows(reading: Reading): Candidates {
  const candidates: Candidates = { net: [], tax: [], total: [] };
  if (!reading.lines.some(({ text }) => TAX_WORDS.test(text))) return candidates;
  for (const { text, page } of reading.lines) {
    const amounts = findAmounts(text, reading).filter(({ explicit }) => explicit);
    const [net, tax, total] = amounts.slice(-3);
    if (net === undefined || tax === undefined || total === undefined) continue;
    if (!isTaxRow(net.cents, tax.cents, total.cents)) continue;
    const weight = hasRate(text, tax.cents / net.cents) ? RATED_ROW : PLAIN_ROW;
    const source = sourceOf(text);
    candidates.net.push({ cents: net.cents, weight, page, source });
    candidates.tax.push({ cents: tax.cents, weight, page, source });
    candidates.total.push({ cents: total.cents, weight, page, source });
  }
  return candidates;
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
