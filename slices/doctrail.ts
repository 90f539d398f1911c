import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { claimBlobFolder } from '../shared/blob-marker.ts';
import { blobFolder } from '../shared/blobs.ts';
import type { Config } from '../shared/config.ts';

import { migrate, openDatabase } from '../shared/database.ts';
import { startEmbeddedPostgres } from '../shared/embedded-postgres/index.ts';
import { secretKey } from '../shared/secret-key.ts';
import type { StepSlice } from '../shared/slice.ts';
import { loggerOptions } from '../shared/web/logging.ts';
import { root } from '../shared/web/paths.ts';
import { buildServer } from '../shared/web/server.ts';
import { accessTable } from './access.ts';
import { createDoctrailContainer, type Cradle } from './container.ts';
import { createPageFacts } from './document-board/page-facts.contract.ts';
import { stepSlices } from './slices.ts';

export interface Doctrail {
  /** Where it listens, such as `http://127.0.0.1:3000`; null for a worker. */
  url: string | null;
  cradle: Cradle;
  /** Ends in order: pages are disconnected, work under way is handed back, the database stops last. */
  stop(): Promise<void>;
}

/** Starts everything that the configuration asks for. @throws ConfigError when something cannot be used */
export async function startDoctrail(
  config: Config,
  options: { steps?: readonly StepSlice[]; log?: Logger } = {},
): Promise<Doctrail> {
  const log = options.log ?? pino(loggerOptions(config.logLevel));
  await mkdir(config.dataDir, { recursive: true });
  // Where an earlier life listened: nothing may be told that address before this one listens.
  if (config.role !== 'worker') await rm(join(config.dataDir, 'server.json'), { force: true });
  const embedded = config.databaseUrl
    ? null
    : await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  const databaseUrl = config.databaseUrl ?? embedded?.url ?? '';
  const database = openDatabase(databaseUrl);
  await migrate(database, root('drizzle'));
  secretKey(config);
  await claimBlobFolder(blobFolder(config), database);
  const { cradle } = createDoctrailContainer({
    config,
    log,
    database,
    databaseUrl,
    stepSlices: options.steps ?? stepSlices,
  });
  await cradle.blobs.sweep();
  await cradle.runtime.start();
  const web = config.role === 'worker' ? null : await openWeb(config, cradle);
  return {
    url: web?.url ?? null,
    cradle,
    async stop() {
      await web?.close();
      await cradle.runtime.stop();
      await database.close();
      await embedded?.stop();
    },
  };
}

async function openWeb(config: Config, cradle: Cradle) {
  const { runtime, streams, accounts, database, templates, log } = cradle;
  const app = await buildServer({
    accessTable,
    authenticator: accounts,
    noteRefusal: cradle.refusals.note,
    templates,
    pageFacts: createPageFacts(database),
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    requestsPerMinute: config.requestsPerMinute,
    streamsPerUser: config.streamsPerUser,
    logger: log,
    routes: runtime.slices.map((slice) => (routes) => slice.routes?.(routes, runtime)),
  });
  app.closing.addEventListener('abort', streams.close);
  try {
    const url = await app.listen({ port: config.port, host: config.host });
    // For commands that print a link while the port was chosen by the system.
    await writeFile(join(config.dataDir, 'server.json'), `${JSON.stringify({ url })}\n`);
    return { url, close: () => app.close() };
  } catch (error) {
    await app.close();
    log.error({ err: error }, 'cannot listen');
    throw error;
  }
}
