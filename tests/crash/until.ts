import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/**
 * Looks until something is so: what another process does can only be looked at from outside.
 * @throws Error that says what was waited for
 */
export async function until(
  what: string,
  look: () => Promise<boolean>,
  withinMs = 120_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await look())) {
    if (performance.now() > deadline)
      throw new Error(`Waited ${withinMs / 1000} s for ${what}, in vain.`);
    await pause(LOOK_EVERY_MS);
  }
}
