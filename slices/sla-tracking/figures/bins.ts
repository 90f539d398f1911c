/** Within a power of two, so many bins: one is at most 1/32 of its values wide. */
const BINS = 32;

/**
 * The bin of a duration in a histogram whose bins grow with their values (as in HdrHistogram, by
 * whole numbers alone): a longer one is never in an earlier bin, and below 64 each has its own.
 *
 * @param took whole milliseconds, 0 or more
 */
export function binOf(took: number): number {
  let shift = 0;
  while (took >= 2 * BINS * 2 ** shift) shift += 1;
  return shift * BINS + Math.floor(took / 2 ** shift);
}
