import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sql as drizzleSql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { connect, migrate, openDatabase } from './database.ts';

const migrations = new URL('../drizzle/', import.meta.url).pathname;

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

test('the raw client keeps its dates, numbers and JSON beside drizzle', async () => {
  const { sql, db } = testDatabase.database;
  const at = new Date('2024-02-29T12:00:00.123Z');
  const [row] = await sql`select ${at}::timestamptz as at, ${sql.json({ a: [1] })}::jsonb as json`;
  expect(row).toEqual({ at, json: { a: [1] } });
  const [same] = await db.execute(drizzleSql`select 1 as one`);
  expect(same).toEqual({ one: 1 });
});

test('connections carry a name and run without a statement timeout', async () => {
  const database = openDatabase(testDatabase.url, { name: 'doctrail-test', max: 1 });
  const [row] = await database.sql`
    select current_setting('application_name') as name, current_setting('statement_timeout') as timeout`;
  await database.close();
  expect(row).toEqual({ name: 'doctrail-test', timeout: '0' });
});

test('a socket folder is understood in both of its spellings', async () => {
  const url = new URL(testDatabase.url);
  const folder = decodeURIComponent(url.hostname);
  const other = `postgres://doctrail@localhost${url.pathname}?host=${encodeURIComponent(folder)}`;
  for (const spelling of [testDatabase.url, other]) {
    const sql = connect(spelling, { max: 1 });
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
    await sql.end();
  }
});

test('an ordinary address keeps its host, port, password and parameters', async () => {
  const sql = connect('postgres://me:p%40ss@db.example:6432/docs?sslmode=require');
  expect(sql.options).toMatchObject({
    host: ['db.example'],
    port: [6432],
    path: false,
    user: 'me',
    pass: 'p@ss',
    database: 'docs',
    ssl: 'require',
  });
  await sql.end();
});

test('every migration is in the journal, in ascending order of time', async () => {
  // The migrator runs what is younger than the last one it ran, so an older entry is never run.
  const journal = JSON.parse(await readFile(join(migrations, 'meta/_journal.json'), 'utf8')) as {
    entries: { idx: number; when: number; tag: string }[];
  };
  const files = (await readdir(migrations)).filter((file) => file.endsWith('.sql'));
  expect(journal.entries.map(({ tag }) => `${tag}.sql`)).toEqual(files.toSorted());
  expect(journal.entries.map(({ idx }) => idx)).toEqual([...journal.entries.keys()]);
  const times = journal.entries.map(({ when }) => when);
  expect(new Set(times).size).toBe(times.length);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('a failed migration leaves nothing behind, and releases the lock', async () => {
  const folder = await writeMigration('create table half (id int); select 1 / 0;');
  const { database } = testDatabase;
  await expect(migrate(database, folder)).rejects.toThrow('select 1 / 0');
  const [row] = await database.sql`
    select to_regclass('half') as half,
      (select count(*)::int from pg_locks where locktype = 'advisory' and database = (
        select oid from pg_database where datname = current_database())) as locks`;
  expect(row).toEqual({ half: null, locks: 0 });
  await rm(folder, { recursive: true });
});

test('processes that start together on an empty database take turns', async () => {
  const { url, drop, database } = await createTestDatabase();
  await database.sql`drop schema drizzle cascade`;
  // Not repeatable, and slow enough for the others to arrive.
  const folder = await writeMigration('select pg_sleep(0.5); create table once_only (id int);');
  const script = `
    import { migrate, openDatabase } from '${new URL('database.ts', import.meta.url).href}';
    const database = openDatabase(process.argv[1]);
    await migrate(database, process.argv[2]);
    await database.close();`;
  const outputs = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, url, folder]);
      const exited = once(child, 'close');
      return { errors: await text(child.stderr), code: (await exited)[0] as number };
    }),
  );
  expect(outputs).toEqual(Array.from({ length: 4 }, () => ({ errors: '', code: 0 })));
  const [row] = await database.sql`select count(*)::int as runs from drizzle.__drizzle_migrations`;
  expect(row).toEqual({ runs: 1 });
  await drop();
  await rm(folder, { recursive: true });
});

/** A folder as drizzle-kit makes it, younger than every real migration. */
async function writeMigration(statements: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doctrail-migrations-'));
  const entry = { idx: 0, version: '7', when: 4e12, tag: '0000_test', breakpoints: true };
  await mkdir(join(folder, 'meta'));
  await writeFile(
    join(folder, 'meta/_journal.json'),
    JSON.stringify({ version: '7', dialect: 'postgresql', entries: [entry] }),
  );
  await writeFile(join(folder, '0000_test.sql'), statements);
  return folder;
}

test('a transaction that sends its last statement without waiting fails with it', async () => {
  const { sql } = testDatabase.database;
  await sql`CREATE TABLE sent (number int)`;
  const failing = sql.begin(async (tx) => {
    await tx`INSERT INTO sent VALUES (1)`;
    tx`INSERT INTO sent VALUES (1 / ${0}::int)`.catch(() => undefined);
  });
  await expect(failing).rejects.toThrow('division by zero');
  await sql.begin(async (tx) => {
    tx`INSERT INTO sent VALUES (2)`.catch(() => undefined);
  });
  expect(await sql`SELECT number FROM sent`).toEqual([{ number: 2 }]);
});

test('nothing of a transaction runs after its end', async () => {
  const { sql } = testDatabase.database;
  const late = await sql.begin(async (tx) => ({ run: () => tx`SELECT 1` }));
  await expect(late.run()).rejects.toThrow('The transaction has ended');
});

test('a statement whose plan has become invalid is not run again outside of its transaction', async () => {
  const { sql } = testDatabase.database;
  await sql`CREATE TABLE grown (number int)`;
  await sql`CREATE TABLE noted (number int)`;
  await sql`CREATE FUNCTION noting() RETURNS SETOF grown LANGUAGE sql AS $$
    INSERT INTO noted VALUES (1); SELECT * FROM grown $$`;
  const single = connect(testDatabase.url, { max: 1 });
  const ask = () =>
    single.begin(async (tx) => {
      tx`SELECT * FROM grown, noting()`.catch(() => undefined);
    });
  await ask();
  expect(await sql`SELECT FROM noted`).toHaveLength(1);
  await sql`ALTER TABLE grown ADD COLUMN name text`;
  await expect(ask()).rejects.toThrow('cached plan must not change result type');
  expect(await sql`SELECT FROM noted`).toHaveLength(1);
  await ask();
  expect(await sql`SELECT FROM noted`).toHaveLength(2);
  await single.end();
});
