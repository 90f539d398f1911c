import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { inject } from 'vitest';
import { openDatabase, type Database } from '../shared/database.ts';

/** Migrated once a run by tests/postgres.ts. */
export const templateDatabase = 'template';

export interface TestDatabase {
  readonly database: Database;
  readonly url: string;
  /** Closes `database`, ends all other connections and drops it. */
  drop(): Promise<void>;
}

/** A fresh, migrated database of the caller's own on the run's PostgreSQL; takes about 0.1 s. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const server = inject('databaseUrl');
  await administer(server, `create database ${name} template ${templateDatabase}`);
  const url = withDatabase(server, name);
  const database = openDatabase(url, { name: 'test' });
  return {
    database,
    url,
    async drop() {
      await database.close();
      await drop(server, name);
    },
  };
}

/** PostgreSQL's own autovacuum may be at work there, which only a superuser ends: soon it has gone. */
async function drop(server: string, name: string, tries = 20): Promise<void> {
  try {
    await administer(server, `drop database ${name} with (force)`);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== INSUFFICIENT_PRIVILEGE || tries === 0) throw error;
    await pause(250);
    await drop(server, name, tries - 1);
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

async function administer(url: string, statement: string): Promise<void> {
  const administration = openDatabase(url, { max: 1 });
  try {
    await administration.sql.unsafe(statement);
  } finally {
    await administration.close();
  }
}

/** The URL of another database on the same server. */
export function withDatabase(url: string, name: string): string {
  return url.replace(/\/[^/]*$/, `/${name}`);
}
