import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../tests/crash/until.ts';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { connect } from './database.ts';
import { isOutage } from './outage.ts';

let test: TestDatabase;
let other: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  other = await createTestDatabase();
});
afterAll(async () => {
  await test.drop();
  await other.drop();
});

const nameOf = ({ url }: TestDatabase) =>
  new URL(url.replace(/@[^/]*\//, '@host/')).pathname.slice(1);

/** Ends every connection to the test's database, as a restart of the server does. */
const cutAll = () =>
  other.database.sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = ${nameOf(test)}`;

async function isAsleep(pid: number | undefined): Promise<boolean> {
  const [row] = await other.database.sql<{ asleep: boolean }[]>`
    SELECT wait_event = 'PgSleep' AS asleep FROM pg_stat_activity WHERE pid = ${pid ?? 0}`;
  return row?.asleep === true;
}

const allowConnections = (allowed: boolean) =>
  other.database.sql.unsafe(`ALTER DATABASE ${nameOf(test)} ALLOW_CONNECTIONS ${allowed}`);

/** Asks again while connections that were cut are still being noticed. */
async function afterOutage<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isOutage(error)) throw error;
      await new Promise(setImmediate);
    }
  }
}

// Without shared/patches the first of these ends the whole process: the driver writes to a socket
// that is gone, outside of any promise, or never writes again on that connection.
describe('a lost connection', () => {
  it('fails what is under way in a transaction, as an outage, and nothing later', async () => {
    const { sql } = test.database;
    for (let round = 0; round < 20; round += 1) {
      const lost = sql.begin(async (tx) => {
        await tx`SELECT 1`;
        await cutAll();
        await Promise.allSettled([tx`SELECT 2`, tx`SELECT ${'x'.repeat(5_000)}::text`]);
        await tx`SELECT 3`;
      });
      const error: unknown = await lost.catch((caught: unknown) => caught);
      expect(isOutage(error), String(error)).toBe(true);
      expect(await afterOutage(() => sql`SELECT 4 AS four`)).toMatchObject([{ four: 4 }]);
    }
  });

  it('lets nothing of its transaction run later, in a session of its own', async () => {
    const { sql } = test.database;
    await sql`CREATE TABLE notes (round int)`;
    for (let round = 0; round < 20; round += 1) {
      const lost = sql.begin(async (tx) => {
        await tx`INSERT INTO notes VALUES (${round})`;
        await cutAll();
        // Others get the connection again while this transaction still believes in it.
        await Promise.all(Array.from({ length: 10 }, () => afterOutage(() => sql`SELECT 1`)));
        await tx`INSERT INTO notes VALUES (${round})`;
      });
      expect(isOutage(await lost.catch((caught: unknown) => caught))).toBe(true);
    }
    expect(await afterOutage(() => sql`SELECT * FROM notes`)).toHaveLength(0);
  });

  it('leaves no connection of the pool that never answers again', async () => {
    const { sql } = test.database;
    for (let round = 0; round < 5; round += 1) {
      const busy = Array.from({ length: 20 }, () => sql`SELECT pg_sleep(0.05)`.catch(() => null));
      await cutAll();
      await Promise.all(busy);
    }
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => afterOutage(() => sql`SELECT 1 AS one`)),
    );
    expect(answers).toHaveLength(40);
  });

  it('is no reason to wait while the server refuses new ones', async () => {
    const single = connect(test.url, { max: 1 });
    try {
      const [session] = await single<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
      const busy = single`SELECT pg_sleep(60)`.catch((error: unknown) => error);
      await until('the query to run', () => isAsleep(session?.pid));
      await allowConnections(false);
      await cutAll();
      expect(isOutage(await busy)).toBe(true);
      await expect(single`SELECT 1`).rejects.toThrow('not currently accepting connections');
    } finally {
      await allowConnections(true);
      await single.end();
    }
  });
});
