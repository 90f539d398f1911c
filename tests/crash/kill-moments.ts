import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../shared/database.ts';
import type { Random } from './random.ts';
import type { ServerProcess } from './server-process.ts';
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

/**
 * When to kill: some time after the start (null), or when an event was stored whose type is like
 * this, of at least the attempt where there is one, and up to `laterMs` after it.
 */
type Moment = { type: string; attempt?: number; laterMs?: number } | null;
export type Moments = readonly [Moment, ...Moment[]];

/** Resolves at one of the moments, or when the longest life is over before it comes. */
export async function momentToKill(
  { sql }: Database,
  random: Random,
  moments: Moments = ofAnyDocument,
): Promise<void> {
  const [before] = await sql`SELECT coalesce(max(position), 0) AS position FROM events`;
  const moment = random.pick(moments);
  if (moment === null) return pause(random.whole(0, LONGEST_LIFE_MS));
  const { type, attempt = 0, laterMs = 0 } = moment;
  const deadline = performance.now() + LONGEST_LIFE_MS;
  const seen = () => sql`
    SELECT 1 FROM events WHERE position > ${String(before?.['position'])} AND type LIKE ${type}
      AND coalesce((data ->> 'attempt')::int, 0) >= ${attempt} LIMIT 1`;
  while ((await seen()).length === 0 && performance.now() < deadline) await pause(2);
  await pause(random.whole(0, laterMs));
}

/**
 * Freezes the server at a time when no step is still to end that was interrupted so often since its
 * last outcome; frozen, so that none begins between this look and the kill.
 */
export async function freezeBetweenDeaths(
  { sql }: Database,
  server: Pick<ServerProcess, 'signal'>,
  deaths: number,
): Promise<void> {
  await until(`steps interrupted ${deaths} times to end`, async () => {
    server.signal('SIGSTOP');
    // What it had asked of the database before is done by then.
    await pause(50);
    const running = await sql`
      SELECT 1 FROM events i WHERE type LIKE '%Interrupted' AND NOT EXISTS (
        SELECT 1 FROM events o WHERE o.stream = i.stream AND o.version > i.version AND o.type IN
          (replace(i.type, 'Interrupted', 'Finished'), replace(i.type, 'Interrupted', 'Failed'),
            'DocumentCancelled'))
      GROUP BY stream, type HAVING count(*) >= ${deaths}`;
    if (running.length === 0) return true;
    server.signal('SIGCONT');
    return false;
  });
}

const ofAnyDocument: Moments = [
  null,
  null,
  { type: 'DocumentReceived' },
  { type: 'InspectionStarted' },
  { type: '%Started' },
  { type: 'ClassificationStarted' },
  { type: 'PublicationStarted' },
  { type: '%Finished' },
  { type: 'DocumentCompleted' },
];
