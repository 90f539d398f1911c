import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../shared/config.ts';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../shared/embedded-postgres/index.ts';

/**
 * Makes the data folder and starts the database in it; null where the configuration names another.
 *
 * @throws ConfigError when another process has the folder, or it cannot be used
 */
export async function startOwnDatabase(
  { dataDir, databaseUrl, role }: Config,
  options: Omit<EmbeddedPostgresOptions, 'dataDir'>,
): Promise<EmbeddedPostgres | null> {
  await mkdir(dataDir, { recursive: true });
  // Where an earlier life listened: nothing may be told that address before this one listens.
  if (role !== 'worker') await rm(join(dataDir, 'server.json'), { force: true });
  return databaseUrl ? null : startEmbeddedPostgres({ dataDir, ...options });
}
