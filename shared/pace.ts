import { setTimeout as pause } from 'node:timers/promises';

const TICK_MS = 100;

/**
 * Calls `take` with how many it may take now, at most so many a second, until it says that it took
 * none. @throws the signal's reason when it is aborted
 */
export async function atPace(
  perSecond: number,
  signal: AbortSignal,
  take: (most: number) => Promise<number>,
): Promise<void> {
  const begun = performance.now();
  let taken = 0;
  for (;;) {
    signal.throwIfAborted();
    const allowed = Math.floor(((performance.now() - begun) / 1000) * perSecond) + 1 - taken;
    if (allowed > 0) {
      const count = await take(allowed);
      if (count === 0) return;
      taken += count;
    }
    await pause(TICK_MS, undefined, { signal });
  }
}
