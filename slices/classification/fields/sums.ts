import { sourceOf } from './finding.ts';

/** An amount that may be the net, the tax or the total; `weight` is 0 to 1. */
export interface Candidate {
  cents: number;
  weight: number;
  page: number;
  source: string;
}

export interface Candidates {
  net: Candidate[];
  tax: Candidate[];
  total: Candidate[];
}

/** An amount that no known label announces may be what two labelled ones make up. */
const UNLABELLED = 0.3;

/** Three amounts of which two make up the third; the tax may be missing where it is zero. */
export interface Triple {
  net: Candidate;
  tax: Candidate | null;
  total: Candidate;
  score: number;
}

/** Of each list this many are compared with each other, so the search stays small. */
const MAX_CANDIDATES = 14;
/** Rounding of several rates may cost a cent each. */
const TOLERANCE = 2;
/** What net and total with the difference as printed tax gains over single finds. */
const TRIPLE_BONUS = 1.2;

/** The surest candidates that add up; null where none do. `printed`: every amount by its cents. */
export function bestTriple(
  candidates: Candidates,
  printed: ReadonlyMap<number, Candidate> = new Map(),
): Triple | null {
  const taxes = strongest(candidates.tax);
  const summed = sumOfRates(taxes);
  const labelled = { net: strongest(candidates.net), total: strongest(candidates.total) };
  const sums = pairsOf(labelled.net, taxes, (net, tax) => net + tax);
  const differences = pairsOf(labelled.total, taxes, (total, tax) => total - tax);
  const totals = [...labelled.total, ...unlabelled(sums, printed)];
  const nets = [...labelled.net, ...unlabelled(differences, printed)];
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

function pairsOf(
  some: Candidate[],
  others: Candidate[],
  reckon: (one: number, other: number) => number,
): number[] {
  return some.flatMap((one) =>
    others.flatMap(({ cents }) => (cents === 0 ? [] : [reckon(one.cents, cents)])),
  );
}

function unlabelled(cents: number[], printed: ReadonlyMap<number, Candidate>): Candidate[] {
  return [...new Set(cents)].flatMap((amount) => {
    const found = printed.get(amount);
    return found === undefined ? [] : [{ ...found, weight: UNLABELLED }];
  });
}

function matching(net: Candidate, total: Candidate, taxes: Candidate[]): Candidate | null {
  return (
    taxes.find(
      ({ cents }) =>
        Math.abs(net.cents + cents - total.cents) <= TOLERANCE &&
        Math.abs(cents) <= Math.abs(net.cents),
    ) ?? null
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
    if (known === undefined || known.weight < candidate.weight)
      byCents.set(candidate.cents, candidate);
  }
  return [...byCents.values()].toSorted((a, b) => b.weight - a.weight).slice(0, MAX_CANDIDATES);
}
