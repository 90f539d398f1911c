import type { Field } from '../classification.ts';
import { findAmounts, formatAmount, type Amount } from './amounts.ts';
import { sourceOf, type Reading } from './finding.ts';
import type { LabelledValue } from './labelled-values.ts';
import { findTaxRows } from './tax-rows.ts';

/** An amount that may be the net, the tax or the total; `weight` is 0 to 1. */
export interface Candidate {
  cents: number;
  currency: string | null;
  weight: number;
  page: number;
  source: string;
}

export interface Candidates {
  net: Candidate[];
  tax: Candidate[];
  total: Candidate[];
}

/** What was found; `addUp` is true where net and tax, both printed, make up the total. */
export interface Totals {
  fields: Field[];
  addUp: boolean;
}

/** Three amounts of which two make up the third; the tax may be missing where it is zero. */
interface Triple {
  net: Candidate;
  tax: Candidate | null;
  total: Candidate;
  score: number;
}

/** Of each list this many are compared with each other, so the search stays small. */
const MAX_CANDIDATES = 14;
/** Rounding of several rates may cost a cent each. */
const TOLERANCE = 2;
const CHECKED = 0.97;
const UNCHECKED = 0.75;
/** What net and total with the difference as printed tax gains over single finds. */
const TRIPLE_BONUS = 1.2;

/** Net, tax and total: the candidates that add up, or else the best labelled ones, less surely. */
export function findTotals(values: LabelledValue[], reading: Reading): Totals {
  const candidates = collect(values, reading);
  const triple = bestTriple(candidates);
  if (triple !== null) {
    const { net, tax, total } = triple;
    const parts = { net, ...(tax === null ? {} : { tax }), total };
    const fields = Object.entries(parts).map(([name, part]) => asField(name, part, CHECKED));
    return { fields, addUp: tax !== null };
  }
  const fields = (['net', 'tax', 'total'] as const).flatMap((name) => {
    const best = candidates[name].toSorted((a, b) => b.weight - a.weight)[0];
    return best === undefined ? [] : [asField(name, best, UNCHECKED * best.weight)];
  });
  return { fields, addUp: false };
}

/** The currency that stands with the total, or that most amounts and labels name. */
export function findCurrency(values: LabelledValue[], reading: Reading, totals: Field[]): Field[] {
  const named = values.find(({ name, value }) => name === 'currency' && /^[A-Z]{3}\b/.test(value));
  const code = named?.value.slice(0, 3);
  if (named !== undefined && code !== undefined && isCurrency(code)) {
    return [{ name: 'currency', value: code, page: named.page, source: sourceOf(named.label, named.value), confidence: 0.95 }];
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
  const all = [...votes.values()].reduce((sum, { count }) => sum + count, 0);
  const [best] = [...votes].toSorted(([, a], [, b]) => b.count - a.count);
  if (best === undefined) return loneCode(reading);
  const [value, { count, page, source }] = best;
  return [{ name: 'currency', value, page, source: sourceOf(source), confidence: 0.9 * (count / all) }];
}

function loneCode({ lines }: Reading): Field[] {
  for (const { text, page } of lines) {
    const code = /\b(?:EUR|USD|GBP|CHF|PLN|SEK|NOK|DKK|CZK|INR|CAD|AUD)\b|(?:^|[\s/(])(€)/.exec(text);
    if (code === null) continue;
    const value = code[1] === undefined ? code[0] : 'EUR';
    return [{ name: 'currency', value, page, source: sourceOf(text.slice(0, 80)), confidence: 0.6 }];
  }
  return [];
}

function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf('currency').includes(code) || code === 'DEM';
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
      currency: amount.currency,
      weight: strength * (amount.explicit ? 1 : 0.6) * (sameLine ? 1 : 0.85),
      page,
      source: sourceOf(label, value.value),
    });
  }
  return candidates;
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

function bestTriple(candidates: Candidates): Triple | null {
  const nets = strongest(candidates.net);
  const totals = strongest(candidates.total);
  const taxes = strongest(candidates.tax);
  const summed = sumOfRates(taxes);
  let best: Triple | null = null;
  for (const net of nets) {
    for (const total of totals) {
      const tax = matching(net, total, summed === null ? taxes : [...taxes, summed]);
      const added = tax === null ? 0 : tax.weight + TRIPLE_BONUS;
      const score = net.weight + total.weight + added;
      const adds = tax !== null || (net.cents === total.cents && taxes.length === 0);
      const plausible = net.cents !== 0 && total.cents !== 0;
      if (adds && plausible && score > (best?.score ?? 0)) best = { net, tax, total, score };
    }
  }
  return best;
}

function matching(net: Candidate, total: Candidate, taxes: Candidate[]): Candidate | null {
  return (
    taxes.find(({ cents }) => Math.abs(net.cents + cents - total.cents) <= TOLERANCE && Math.abs(cents) <= Math.abs(net.cents)) ??
    null
  );
}

/** Where each rate has its own line, their sum is the tax. */
function sumOfRates(taxes: Candidate[]): Candidate | null {
  const distinct = [...new Map(taxes.map((tax) => [tax.cents, tax])).values()];
  const [first] = distinct;
  if (first === undefined || distinct.length < 2 || distinct.length > 4) return null;
  const cents = distinct.reduce((sum, tax) => sum + tax.cents, 0);
  const source = distinct.map((tax) => tax.source).join(' + ');
  return { ...first, cents, weight: first.weight * 0.9, source: sourceOf(source) };
}

function strongest(candidates: Candidate[]): Candidate[] {
  const byCents = new Map<number, Candidate>();
  for (const candidate of candidates) {
    const known = byCents.get(candidate.cents);
    if (known === undefined || known.weight < candidate.weight) byCents.set(candidate.cents, candidate);
  }
  return [...byCents.values()].toSorted((a, b) => b.weight - a.weight).slice(0, MAX_CANDIDATES);
}

function asField(name: string, candidate: Candidate, confidence: number): Field {
  const { cents, page, source } = candidate;
  return { name, value: formatAmount(cents), page, source, confidence };
}
