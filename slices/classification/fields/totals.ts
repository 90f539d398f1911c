import type { Field } from '../classification.ts';
import { findAmounts, formatAmount, type Amount } from './amounts.ts';
import { sourceOf, type Reading } from './finding.ts';
import type { LabelledValue } from './label-index.ts';
import { bestTriple, type Candidate, type Candidates } from './sums.ts';
import { findTaxRows } from './tax-rows.ts';

/** What was found; `addUp` is true where net and tax, both printed, make up the total. */
export interface Totals {
  fields: Field[];
  addUp: boolean;
}

const CHECKED = 0.97;
const UNCHECKED = 0.75;

/** Net, tax and total: the candidates that add up, then the labelled ones, less surely. */
export function findTotals(values: LabelledValue[], reading: Reading): Totals {
  const candidates = collect(values, reading);
  const needed = candidates.tax.length > 0;
  const triple = bestTriple(candidates, needed ? printedAmounts(reading) : undefined);
  const checked = (['net', 'tax', 'total'] as const).flatMap((name) => {
    const part = triple?.[name] ?? null;
    return part === null ? [] : [asField(name, part, CHECKED)];
  });
  const unchecked = (['net', 'tax', 'total'] as const).flatMap((name) =>
    candidates[name].map((each) => asField(name, each, UNCHECKED * each.weight)),
  );
  return { fields: [...checked, ...unchecked], addUp: triple !== null && triple.tax !== null };
}

/** The first place of every amount that ends a line, as sums do. */
function printedAmounts(reading: Reading): Map<number, Candidate> {
  const printed = new Map<number, Candidate>();
  for (const { text, page } of reading.lines) {
    const last = findAmounts(text, reading).at(-1);
    if (last?.explicit !== true || printed.has(last.cents) || last.end < text.length - 2) continue;
    printed.set(last.cents, { cents: last.cents, weight: 0, page, source: sourceOf(text) });
  }
  return printed;
}

function collect(values: LabelledValue[], reading: Reading): Candidates {
  const candidates: Candidates = findTaxRows(reading);
  for (const value of values) {
    const { name, strength, page, label, sameLine } = value;
    if (name !== 'net' && name !== 'tax' && name !== 'total') continue;
    const amount = amountOf(value, reading);
    if (amount === null) continue;
    candidates[name].push({
      cents: amount.cents,
      weight: weigh(strength, amount, sameLine),
      page,
      source: sourceOf(label, value.value),
    });
  }
  return candidates;
}

function weigh(strength: number, { cents, explicit }: Amount, sameLine: boolean): number {
  // A tax may well be zero; a balance of nothing is what remains to be paid.
  const plausible = cents === 0 ? 0.5 : 1;
  return strength * plausible * (explicit ? 1 : 0.6) * (sameLine ? 1 : 0.85);
}

/** Of several amounts behind a label the last: rate and base stand before what they result in. */
function amountOf({ value, sameLine, name }: LabelledValue, reading: Reading): Amount | null {
  const amounts = findAmounts(value, reading);
  const explicit = amounts.filter((amount) => amount.explicit);
  if (explicit.length > 0) return explicit.at(-1) ?? null;
  const [only] = amounts;
  // A bare number is an amount only where nothing else stands behind the label.
  if (only === undefined || amounts.length > 1 || !sameLine || name === 'tax') return null;
  return value.length <= only.end + 4 && only.start === 0 && only.cents < 1e9 ? only : null;
}

function asField(name: string, candidate: Candidate, confidence: number): Field {
  const { cents, page, source } = candidate;
  return { name, value: formatAmount(cents), page, source, confidence };
}
