import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { migrate, openDatabase } from '../../shared/database.ts';
import { startEmbeddedPostgres } from '../../shared/embedded-postgres/index.ts';
import { withDatabase } from '../database.ts';

/** A PostgreSQL and a folder of the bench's own, in the state in which the product runs them: fsync is on. */
export interface Workbench {
  /** Below the folder for temporary files, whose disk is the one that is measured. */
  readonly folder: string;
  /** A share of a full count, as `--scale` says; 1 at least. */
  count(full: number): number;
  /** Seconds that an operation is repeated for in each round. */
  readonly seconds: number;
  /** A fresh database with the product's schema. */
  createDatabase(): Promise<string>;
  /** Ends something when the bench is over, the last first. */
  after(end: () => Promise<unknown>): void;
}

export interface OpenWorkbench extends Workbench {
  /** Of PostgreSQL, as `SHOW` tells them. */
  settings(): Promise<Record<string, string>>;
  /** Ends what the bench told to end. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const SHOWN = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'shared_buffers',
  'max_connections',
];
const log = { debug() {}, info() {}, warn: console.warn, error: console.error };

/** @param options.scale share of the full counts and times, from 0 to 1 */
export async function openWorkbench({ scale }: { scale: number }): Promise<OpenWorkbench> {
  const folder = await mkdtemp(join(tmpdir(), 'doctrail-bench-'));
  const settings = { max_connections: '300' };
  const server = await startEmbeddedPostgres({ dataDir: folder, log, settings });
  const administration = openDatabase(server.url, { max: 1 });
  const ends: (() => Promise<unknown>)[] = [];
  let databases = 0;

  async function clear(): Promise<void> {
    for (const end of ends.splice(0).toReversed()) await end();
    // Some pools say that they are closed a little before they are, and throw when the server goes.
    for (;;) {
      const [row] = await administration.sql<{ others: number }[]>`
        SELECT count(*)::int AS others FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
      if (row?.others === 0) return;
      await pause(50);
    }
  }

  return {
    folder,
    count: (full) => Math.max(1, Math.round(full * scale)),
    seconds: Math.max(0.5, 3 * scale),
    async createDatabase() {
      const name = `bench_${(databases += 1)}`;
      await administration.sql`CREATE DATABASE ${administration.sql(name)}`;
      const url = withDatabase(server.url, name);
      const database = openDatabase(url, { max: 2 });
      await migrate(database, new URL('../../drizzle', import.meta.url).pathname);
      await database.close();
      return url;
    },
    after: (end) => void ends.push(end),
    async settings() {
      const shown = await Promise.all(
        SHOWN.map((name) => administration.sql.unsafe<Record<string, string>[]>(`SHOW ${name}`)),
      );
      return Object.assign({}, ...shown.map(([row]) => row)) as Record<string, string>;
    },
    clear,
    async close() {
      await clear();
      await administration.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
