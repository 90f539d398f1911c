import type { Field } from '../classification.ts';
import { findAmounts } from './amounts.ts';
import { sourceOf, type Reading } from './finding.ts';
import type { LabelledValue } from './label-index.ts';

/** The currency that stands with the total, or that most amounts and labels name. */
export function findCurrency(values: LabelledValue[], reading: Reading, totals: Field[]): Field[] {
  const named = values.find(({ name, value }) => name === 'currency' && /^[A-Z]{3}\b/.test(value));
  const code = named?.value.slice(0, 3);
  if (named !== undefined && code !== undefined && isCurrency(code)) {
    return [
      {
        name: 'currency',
        value: code,
        page: named.page,
        source: sourceOf(named.label, named.value),
        confidence: 0.95,
      },
    ];
  }
  const votes = new Map<string, { count: number; page: number; source: string }>();
  for (const { text, page } of reading.lines) {
    for (const { currency, start, end } of findAmounts(text, reading)) {
      if (currency === null) continue;
      const vote = votes.get(currency) ?? { count: 0, page, source: text.slice(start, end) };
      vote.count += totals.some((field) => field.source.includes(text.slice(start, end))) ? 3 : 1;
      votes.set(currency, vote);
    }
  }
  if (votes.size === 0) return loneCode(reading);
  const all = [...votes.values()].reduce((sum, { count }) => sum + count, 0);
  return [...votes].map(([value, { count, page, source }]) => ({
    name: 'currency',
    value,
    page,
    source: sourceOf(source),
    confidence: 0.9 * (count / all),
  }));
}

function loneCode({ lines }: Reading): Field[] {
  for (const { text, page } of lines) {
    const code = /\b(?:EUR|USD|GBP|CHF|PLN|SEK|NOK|DKK|CZK|INR|CAD|AUD)\b|(?:^|[\s/(])(€)/.exec(
      text,
    );
    if (code === null) continue;
    const value = code[1] === undefined ? code[0] : 'EUR';
    return [
      { name: 'currency', value, page, source: sourceOf(text.slice(0, 80)), confidence: 0.6 },
    ];
  }
  return [];
}

function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf('currency').includes(code) || code === 'DEM';
}
