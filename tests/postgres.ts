import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PgBoss } from 'pg-boss';
import type { TestProject } from 'vitest/node';
import { migrate, openDatabase } from '../shared/database.ts';
import { startEmbeddedPostgres } from '../shared/embedded-postgres/index.ts';
import { templateDatabase, withDatabase } from './database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the whole run's PostgreSQL; tests want `createTestDatabase()` of tests/database.ts. */
    databaseUrl: string;
  }
}

/** What a crash of the machine would cost is nothing here, and each commit is ten times as fast. */
const careless = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** One PostgreSQL for the whole run, with a migrated template database. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'doctrail-tests-'));
  const server = await startEmbeddedPostgres({
    dataDir,
    log: { debug() {}, info() {}, warn: console.warn, error: console.error },
    settings: { ...careless, max_connections: '300' },
  });
  const tearDown = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true });
  };
  try {
    await createTemplate(server.url);
  } catch (error) {
    await tearDown();
    throw error;
  }
  project.provide('databaseUrl', server.url);
  return tearDown;
}

async function createTemplate(url: string): Promise<void> {
  const administration = openDatabase(url, { max: 1 });
  await administration.sql`create database ${administration.sql(templateDatabase)}`;
  await administration.close();
  const connectionString = withDatabase(url, templateDatabase);
  const template = openDatabase(connectionString, { max: 2 });
  try {
    await migrate(template, new URL('../drizzle', import.meta.url).pathname);
  } finally {
    await template.close();
  }
  // Its schema, which is large, would be made anew in every database.
  const boss = new PgBoss({ connectionString, supervise: false, schedule: false });
  await boss.start();
  await boss.stop({ graceful: false });
}
