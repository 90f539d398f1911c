const SPREAD = 0.2;

/**
 * A delay (milliseconds) spread by a fifth either way, so that what failed together does not come
 * back together; below `longestMs`, where that is reached. The same id always gives the same delay.
 */
export function jittered(delayMs: number, longestMs: number, id: string): number {
  // The end of a UUID is random, whatever its version.
  const place = Number.parseInt(id.slice(-8), 16) / 2 ** 32;
  const most = Math.min(delayMs * (1 + SPREAD), longestMs);
  const least = Math.min(delayMs, longestMs) * (1 - SPREAD);
  return Math.round(least + place * (most - least));
}
