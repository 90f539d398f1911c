import assert from 'node:assert/strict';
import { pino } from 'pino';
import { loadConfig } from '../../shared/config.ts';
import type { Database } from '../../shared/database.ts';
import { rebuildName, tablesOf } from '../../shared/rebuild.ts';
import { createDoctrailContainer } from '../../slices/container.ts';
import { stepSlices } from '../../slices/slices.ts';
import type { Client } from './client.ts';
import { until } from './until.ts';

/** Rebuilds every read model of the running server. @throws AssertionError when one changes thereby */
export async function proveReadModels(database: Database, client: Client): Promise<number> {
  const readModels = await listReadModels(database);
  let rows = 0;
  for (const readModel of readModels) {
    const { name } = readModel;
    const contents = () =>
      Promise.all(tablesOf(readModel).map((table) => contentOf(database, table)));
    const { live, rebuilt } = await withoutAppends(database, async () => {
      await waitUntilLevel(database, name);
      const live = await contents();
      await client.rebuild(name);
      await until(`the rebuild of ${name}`, () => isRebuilt(database, name));
      return { live, rebuilt: await contents() };
    });
    assert.deepEqual(rebuilt, live, `The read model ${name} differs from its rebuild`);
    rows += live.flat().length;
  }
  return rows;
}

/** Holds up whoever appends, as timers do that nobody stops. */
function withoutAppends<T>(database: Database, look: () => Promise<T>): Promise<T> {
  return database.sql.begin(async (tx) => {
    await tx`LOCK TABLE events IN SHARE MODE`;
    return look();
  }) as Promise<T>;
}

/** Resolves when a subscription, or every one, has handled every event. */
export async function waitUntilLevel({ sql }: Database, subscription?: string): Promise<void> {
  const only = subscription === undefined ? sql`` : sql`WHERE name = ${subscription}`;
  await until(`${subscription ?? 'the subscriptions'} to be level`, async () => {
    const [row] = await sql`
      SELECT bool_and(position >= (SELECT max(position) FROM events)) AS level
      FROM subscriptions ${only}`;
    return row?.['level'] === true;
  });
}

/** As the slices declare them; nothing is started for that. */
async function listReadModels(database: Database) {
  const config = loadConfig({ DATABASE_URL: 'postgres://unused', SECRET_KEY: 'x'.repeat(32) });
  const log = pino({ level: 'silent' });
  const { cradle } = createDoctrailContainer({
    config,
    log,
    database,
    databaseUrl: '',
    stepSlices,
  });
  for (const slice of cradle.slices) await slice.stop?.();
  return cradle.slices.flatMap((slice) => slice.projections ?? []);
}

async function isRebuilt({ sql }: Database, name: string): Promise<boolean> {
  const left = await sql`SELECT 1 FROM subscriptions WHERE name = ${rebuildName(name)}`;
  return left.length === 0;
}

/** Every row as sorted JSON, without what only says when a row was told and what the database derives. */
async function contentOf({ sql }: Database, table: string): Promise<string[]> {
  const generated = await sql<{ name: string }[]>`
    SELECT attname AS name FROM pg_attribute
    WHERE attrelid = ${table}::regclass AND attgenerated <> ''`;
  const left = ['revision', ...generated.map(({ name }) => name)];
  const rows = await sql<{ row: string }[]>`
    SELECT (to_jsonb(t) - ${left}::text[])::text AS row FROM ${sql(table)} t ORDER BY 1`;
  return rows.map(({ row }) => row);
}
