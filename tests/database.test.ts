import { readFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { createTestDatabase } from './database.ts';

test('each test database is migrated and its own', async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await first.database.sql`create table only_here (id int)`;
  const tables = await second.database.sql`select to_regclass('only_here') as found`;
  expect(tables[0]?.['found']).toBeNull();
  const [migrations] = await second.database.db.execute(
    sql`select count(*)::int as count from drizzle.__drizzle_migrations`,
  );
  expect(migrations?.['count']).toBeGreaterThan(0);
  await Promise.all([first.drop(), second.drop()]);
});

test.each([
  ['0022_board_counts', 'document-board', 'document_board', 'document_counts'],
  ['0023_sla_open', 'sla-tracking', 'sla_tracking', 'sla_open'],
])('%s forgets a rebuild that knows nothing of its table', async (file, name, table, tally) => {
  const { database, drop } = await createTestDatabase();
  const { sql } = database;
  const rebuild = `${name}~rebuild`;
  await sql`DROP TABLE ${sql(tally)}`;
  await sql`CREATE TABLE ${sql(`${table}_rebuild`)} (LIKE ${sql(table)})`;
  await sql`INSERT INTO subscriptions (name) VALUES (${name}), (${rebuild})`;
  await sql.unsafe(await readFile(new URL(`../drizzle/${file}.sql`, import.meta.url), 'utf8'));
  const left = await sql`SELECT name FROM subscriptions WHERE name LIKE ${`${name}%`}`;
  expect(left.map((row) => row['name'])).toEqual([name]);
  const [found] =
    await sql`SELECT to_regclass(${`${table}_rebuild`}) AS rebuilt, to_regclass(${tally}) AS tally`;
  expect(found).toEqual({ rebuilt: null, tally });
  await drop();
});
