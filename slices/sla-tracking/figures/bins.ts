/**
 * Within a power of two, so many bins: one is at most an eighth of its values wide. More of them make
 * a long period slow to rank, fewer leave more durations to be looked through in one.
 */
const BINS = 8;

/**
 * The bin of a duration in a histogram whose bins grow with their values (as in HdrHistogram, by
 * whole numbers alone): a longer one is never in an earlier bin, and below 16 each has its own.
 *
 * @param took whole milliseconds, 0 or more
 */
export function binOf(took: number): number {
  let shift = 0;
  while (took >= 2 * BINS * 2 ** shift) shift += 1;
  return shift * BINS + Math.floor(took / 2 ** shift);
}
