import { OURS, type BenchCase, type Mark, type Sample } from './bench.ts';

/** The median of the rounds, and their range. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

export interface ContenderResult {
  name: string;
  rate: Spread | null;
  /** Milliseconds, over every operation of all rounds; null where none was timed. */
  p50: number | null;
  p99: number | null;
  /** How many operations were timed. */
  operations: number;
  others: Readonly<Record<string, Spread>>;
}

export interface MarkResult extends Mark {
  /** The one divided by the other's, round by round; or the one alone. */
  value: Spread;
  reached: boolean;
}

export interface CaseResult {
  name: string;
  unit: string;
  contenders: ContenderResult[];
  marks: MarkResult[];
}

/** The value below which a share of all lies, by nearest rank. @param share from 0 to 1 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[Math.floor(middle)],
    sorted[Math.ceil(middle)],
  ];
  return {
    median: (low + high) / 2,
    least: sorted[0] ?? Number.NaN,
    most: sorted.at(-1) ?? Number.NaN,
  };
}

/** The rounds of one contender. */
function contenderResult(name: string, rounds: readonly Sample[]): ContenderResult {
  const rates = rounds.flatMap(({ rate }) => rate ?? []);
  const latencies = rounds.flatMap(({ latencies = [] }) => latencies);
  const names = new Set(rounds.flatMap(({ others = {} }) => Object.keys(others)));
  const other = (figure: string) =>
    spreadOf(rounds.flatMap((round) => round.others?.[figure] ?? []));
  return {
    name,
    rate: rates.length > 0 ? spreadOf(rates) : null,
    p50: latencies.length > 0 ? percentile(latencies, 0.5) : null,
    p99: latencies.length > 0 ? percentile(latencies, 0.99) : null,
    operations: latencies.length,
    others: Object.fromEntries([...names].map((figure) => [figure, other(figure)])),
  };
}

/** All rounds of a case, by contender. @throws Error when a mark names a figure that nobody measured */
export function caseResult(
  { name, unit, contenders, marks }: BenchCase,
  rounds: ReadonlyMap<string, readonly Sample[]>,
): CaseResult {
  return {
    name,
    unit,
    contenders: contenders.map((each) => contenderResult(each.name, rounds.get(each.name) ?? [])),
    marks: marks.map((mark) => markResult(mark, rounds)),
  };
}

function markResult(mark: Mark, rounds: ReadonlyMap<string, readonly Sample[]>): MarkResult {
  const ours = rounds.get(mark.of ?? OURS) ?? [];
  const theirs = mark.beside === null ? null : (rounds.get(mark.beside) ?? []);
  const values = ours.map((round, index) => {
    const other = theirs?.[index];
    return figureOf(round, mark.figure) / (other ? figureOf(other, mark.figure) : 1);
  });
  const value = spreadOf(values);
  const { least = -Infinity, most = Infinity } = mark;
  return { ...mark, value, reached: value.median >= least && value.median <= most };
}

function figureOf({ rate, latencies, others }: Sample, figure: string): number {
  if (figure === 'rate' && rate !== undefined) return rate;
  if (figure === 'p50' && latencies) return percentile(latencies, 0.5);
  if (figure === 'p99' && latencies) return percentile(latencies, 0.99);
  const other = others?.[figure];
  if (other === undefined) throw new Error(`Nobody measured ${figure}.`);
  return other;
}
