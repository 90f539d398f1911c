import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../shared/database.ts';
import type { Projection } from '../../shared/projection.ts';

const LOOK_MS = 20;

/**
 * Waits until a read model holds everything up to a position; false when that takes too long. A
 * checkpoint that only passes events of no interest is written once a second, so what lies between
 * is looked at, too.
 */
export async function isLevel(
  { sql }: Database,
  // A read model's row type is its own business.
  // oxlint-disable-next-line typescript/no-explicit-any
  { name, folds }: Pick<Projection<any>, 'name' | 'folds'>,
  position: number,
  withinMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const types = folds.map(({ event }) => event.type);
  const latest = performance.now() + withinMs;
  for (;;) {
    const level = await sql`
      SELECT FROM subscriptions s WHERE s.name = ${name} AND NOT EXISTS (
        SELECT FROM events e WHERE e.position > s.position AND e.position <= ${position}
          AND e.type = ANY (${types}))`;
    if (level.length > 0) return true;
    if (performance.now() > latest) return false;
    await pause(LOOK_MS, undefined, signal ? { signal } : {});
  }
}

const WORK_WAITS_MS = 10_000;

/** The same for work. @throws Error when it takes longer than ten seconds: the queue tries again */
export async function untilLevel(
  database: Database,
  // oxlint-disable-next-line typescript/no-explicit-any
  projection: Pick<Projection<any>, 'name' | 'folds'>,
  position: number,
  signal: AbortSignal,
): Promise<void> {
  if (await isLevel(database, projection, position, WORK_WAITS_MS, signal)) return;
  throw new Error(`The read model ${projection.name} has not come to position ${position}.`);
}
