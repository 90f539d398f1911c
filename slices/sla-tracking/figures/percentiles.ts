/** The percentiles that are told, as fractions. */
export const FRACTIONS = [0.5, 0.95, 0.99] as const;

/** How many values there are of each bin; one bin may be named several times. */
export interface Bins {
  bins: readonly number[];
  counts: readonly number[];
}

/** Where the value of a percentile lies. */
export interface Place {
  bin: number;
  /** The how-manieth of its bin's values it is, from 1. */
  rank: number;
}

/**
 * Where the values lie that PostgreSQL's percentile_disc gives at {@link FRACTIONS}: it takes the
 * first value at or before which there are at least so many of all.
 *
 * @returns how many values there are, and one place a fraction; none when there is no value
 */
export function percentilesOf(parts: readonly Bins[]): { count: number; places: Place[] } {
  const counts = new Map<number, number>();
  for (const { bins, counts: many } of parts)
    for (const [index, bin] of bins.entries())
      counts.set(bin, (counts.get(bin) ?? 0) + (many[index] ?? 0));
  const ordered = [...counts].toSorted(([one], [other]) => one - other);
  const count = ordered.reduce((sum, [, each]) => sum + each, 0);
  const places: Place[] = [];
  let before = 0;
  for (const [bin, each] of ordered) {
    const ranks = FRACTIONS.map((fraction) => Math.ceil(fraction * count) - before);
    places.push(...ranks.filter((rank) => rank > 0 && rank <= each).map((rank) => ({ bin, rank })));
    before += each;
  }
  return { count, places };
}
