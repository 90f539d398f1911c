import { randomUUID } from 'node:crypto';
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
      await administer(server, `drop database ${name} with (force)`);
    },
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const administration = openDatabase(url, { max: 1 });
  await administration.sql.unsafe(statement);
  await administration.close();
}

/** The URL of another database on the same server. */
export function withDatabase(url: string, name: string): string {
  return url.replace(/\/[^/]*$/, `/${name}`);
}
