import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import {
  countersProjection,
  level,
  newId,
  noBlobs,
  Opened,
  silent,
  startKernel,
  type TestKernel,
} from '../tests/kernel.ts';
import { projectionSubscription } from './projection.ts';
import { createRebuilds, rebuildName, type Rebuilds } from './rebuild.ts';

let test: TestDatabase;
let kernel: TestKernel;
let rebuilds: Rebuilds;
const REBUILD = rebuildName('counters');

beforeEach(async () => {
  test = await createTestDatabase();
  kernel = await startKernel(test.url, () => [
    projectionSubscription(countersProjection, { blobs: noBlobs }),
  ]);
  rebuilds = createRebuilds({
    database: kernel.database,
    bus: kernel.bus,
    blobs: noBlobs,
    projections: [countersProjection],
    log: silent,
  });
});
afterEach(async () => {
  await kernel.stop();
  await test.drop();
});

const sql = () => test.database.sql;

async function untilSwapped(): Promise<void> {
  while ((await sql()`SELECT FROM subscriptions WHERE name = ${REBUILD}`).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('a rebuild', () => {
  it('ends above every revision of either table, so that no page takes it for old', async () => {
    await rebuilds.resume();
    await kernel.tell(newId(), Opened({ name: 'a' }));
    await kernel.level('counters');
    const holder = await sql().reserve();
    await holder`BEGIN`;
    await holder`SELECT FROM subscriptions WHERE name = 'counters' FOR UPDATE`;
    await rebuilds.start('counters');
    await level(test.database, REBUILD);
    // As if it had been brought level in many small batches.
    await sql()`UPDATE counters_rebuild SET revision = 500`;
    await sql()`UPDATE subscriptions SET revision = 500 WHERE name = ${REBUILD}`;
    await holder`COMMIT`;
    holder.release();
    await untilSwapped();
    const [row] = await sql()`
      SELECT revision::int, reload_below::int AS below FROM subscriptions WHERE name = 'counters'`;
    expect(row).toEqual({ revision: 501, below: 501 });
  });

  it('that was asked for while nobody listened is found when the connection is back', async () => {
    await rebuilds.resume();
    await kernel.tell(newId(), Opened({ name: 'a' }));
    await kernel.level('counters');
    // Told by nobody, as when the connection that listens is away.
    await sql()`CREATE TABLE counters_rebuild (LIKE counters INCLUDING ALL)`;
    await sql()`INSERT INTO subscriptions (name) VALUES (${REBUILD})`;
    await sql()`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query ILIKE 'listen%'`;
    await untilSwapped();
    expect(await sql()`SELECT name FROM counters`).toEqual([{ name: 'a' }]);
  });

  it('takes a copy of an earlier one that was given up for what it is', async () => {
    await rebuilds.resume();
    await kernel.tell(newId(), Opened({ name: 'a' }));
    await sql()`CREATE TABLE counters_rebuild (nothing integer)`;
    await rebuilds.start('counters');
    await untilSwapped();
    await kernel.level('counters');
    expect(await sql()`SELECT name FROM counters`).toEqual([{ name: 'a' }]);
  });
});
