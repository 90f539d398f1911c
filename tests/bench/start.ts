import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '../../shared/database.ts';
import { startEmbeddedPostgres } from '../../shared/embedded-postgres/index.ts';
import { startServer, type ServerEnvironment } from '../crash/server-process.ts';
import { silent } from '../kernel.ts';
import { OURS, type Bench, type Sample } from './bench.ts';
import { fillLog } from './feed.ts';
import type { Workbench } from './workbench.ts';

const FIRST_MS = 3_000;
const LATER_MS = 1_500;

export const start: Bench = {
  about:
    'milliseconds from `npm start` until it says that it runs, with its database in the folder',
  async open(workbench) {
    const events = workbench.count(1_000_000);
    const later = await newFolder(workbench);
    await startOnce(later);
    const full = await newFolder(workbench);
    await startOnce(full);
    await fillFolder(full['DATA_DIR'], events);
    return [
      {
        name: 'in an empty folder',
        unit: 'ms',
        contenders: [{ name: OURS, run: async () => startOnce(await newFolder(workbench)) }],
        marks: [{ figure: 'p50', beside: null, most: FIRST_MS }],
      },
      {
        name: 'again',
        unit: 'ms',
        contenders: [{ name: OURS, run: () => startOnce(later) }],
        marks: [{ figure: 'p50', beside: null, most: LATER_MS }],
      },
      {
        name: `again, with ${events} events`,
        unit: 'ms',
        contenders: [{ name: OURS, run: () => startOnce(full) }],
        marks: [{ figure: 'p50', beside: null, most: LATER_MS }],
      },
    ];
  },
};

const newFolder = async ({ folder }: Workbench) => ({
  DATA_DIR: await mkdtemp(join(folder, 'start-')),
});

async function startOnce(environment: ServerEnvironment): Promise<Sample> {
  const server = await startServer(environment);
  await server.stop();
  return { latencies: [server.startedInMs] };
}

/** Events that every listener has passed. */
async function fillFolder(dataDir: string, events: number): Promise<void> {
  const log = silent;
  const server = await startEmbeddedPostgres({ dataDir, log });
  const sql = connect(server.url, { max: 1 });
  await fillLog(sql, events);
  await sql`UPDATE subscriptions SET position = ${events}`;
  await sql.end();
  await server.stop();
}
