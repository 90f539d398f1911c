import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../shared/database.ts';
import type { Random } from './random.ts';
import { until } from './until.ts';

/** No life of a server that is to be killed lasts longer, in milliseconds; steps that must end come on top. */
export const LONGEST_LIFE_MS = 1_500;

/**
 * Some servers are killed while they start; never two in a row, so that no step dies three times in
 * a row, which by the rules is the document's failure.
 */
export function planOf(kills: number, random: Random) {
  const early: boolean[] = [];
  for (let kill = 0; kill < kills; kill += 1) early.push(!early.at(-1) && random.next() < 0.25);
  return early.map((is, index) => ({ early: is, nextIsEarly: early[index + 1] ?? false }));
}

/** Some time after the start, or right after an event of some type was stored. */
export async function momentToKill({ sql }: Database, random: Random): Promise<void> {
  const [before] = await sql`SELECT coalesce(max(position), 0) AS position FROM events`;
  const type = random.pick(momentTypes);
  if (type === null) await pause(random.whole(0, LONGEST_LIFE_MS));
  else {
    const deadline = performance.now() + LONGEST_LIFE_MS;
    const seen = () => sql`
      SELECT 1 FROM events WHERE position > ${String(before?.['position'])} AND type LIKE ${type} LIMIT 1`;
    while ((await seen()).length === 0 && performance.now() < deadline) await pause(2);
  }
}

/** Resolves when no step that was interrupted so often is still to end. */
export async function stepsToEnd({ sql }: Database, deaths: number): Promise<void> {
  await until(`steps interrupted ${deaths} times to end`, async () => {
    const running = await sql`
      SELECT 1 FROM events i WHERE type LIKE '%Interrupted' AND NOT EXISTS (
        SELECT 1 FROM events f WHERE f.stream = i.stream
          AND f.type = replace(i.type, 'Interrupted', 'Finished'))
      GROUP BY stream, type HAVING count(*) >= ${deaths}`;
    return running.length === 0;
  });
}

const momentTypes = [
  null,
  null,
  'DocumentReceived',
  'InspectionStarted',
  '%Started',
  'ClassificationStarted',
  'PublicationStarted',
  '%Finished',
  'DocumentCompleted',
] as const;
