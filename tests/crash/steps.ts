import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../shared/database.ts';
import type { ServerProcess } from './server-process.ts';
import { until } from './until.ts';

/** Stops a process (SIGSTOP) when it has steps under way, and makes sure that it has. Returns when. */
export async function stopInTheMiddle(database: Database, server: ServerProcess): Promise<number> {
  await until(`process ${server.pid} to be in the middle of its work`, async () => {
    server.signal('SIGSTOP');
    // What it had asked of the database before is done by then.
    await pause(50);
    if ((await stepsUnderWay(database, server)) > 0) return true;
    server.signal('SIGCONT');
    return false;
  });
  return Date.now();
}

const workerName = ({ pid }: ServerProcess) => `${hostname()}:${pid}`;

export async function countSteps({ sql }: Database, server: ServerProcess): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM events
    WHERE type LIKE '%Started' AND data ->> 'worker' = ${workerName(server)}`;
  return row?.count ?? 0;
}

async function stepsUnderWay({ sql }: Database, server: ServerProcess): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM events s
    WHERE type LIKE '%Started' AND data ->> 'worker' = ${workerName(server)} AND NOT EXISTS (
      SELECT 1 FROM events e WHERE e.stream = s.stream AND e.version > s.version
        AND e.type LIKE replace(s.type, 'Started', '%') AND e.data -> 'attempt' = s.data -> 'attempt')`;
  return row?.count ?? 0;
}

export async function readTakeover({ sql }: Database, killedAt: number) {
  const interrupted = await sql<{ stored_at: Date }[]>`
    SELECT stored_at FROM events WHERE type LIKE '%Interrupted'`;
  const times = interrupted.map(({ stored_at: at }) => at.getTime() - killedAt);
  return { takeoverMs: Math.max(0, ...times), interruptions: times.length };
}
