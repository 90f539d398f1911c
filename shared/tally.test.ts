import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/postgres-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import {
  Counted,
  countersProjection,
  newId,
  noBlobs,
  Opened,
  silent,
  startKernel,
  type TestKernel,
} from '../tests/kernel.ts';
import { connect } from './database.ts';
import { projectionSubscription, type Projection } from './projection.ts';
import { createRebuilds } from './rebuild.ts';
import { handleWithin } from './subscription.ts';

type Counter = typeof countersProjection extends Projection<infer Row> ? Row : never;

/** How many counters of a name stand at a number; those that stand at zero are not counted. */
const counted: Projection<Counter> = {
  ...countersProjection,
  tallies: [
    {
      tableName: 'standing',
      table: (name) =>
        pgTable(
          name,
          { name: text().notNull(), at: integer().notNull(), count: integer().notNull() },
          (table) => [primaryKey({ columns: [table.name, table.at] })],
        ),
      of: ({ name, count }) => (count === 0 ? [] : [{ name, at: count }]),
    },
  ],
};

let test: TestDatabase;
let kernel: TestKernel;
beforeEach(async () => {
  test = await createTestDatabase();
  await test.database.sql`
    CREATE TABLE standing (name text, at int, count int NOT NULL, PRIMARY KEY (name, at))`;
  kernel = await startKernel(test.url, () => [projectionSubscription(counted, { blobs: noBlobs })]);
});
afterEach(async () => {
  await kernel.stop();
  await test.drop();
});

const standing = async () => {
  await kernel.level('counters');
  return test.database.sql`SELECT name, at, count FROM standing ORDER BY name, at`;
};

describe('a tally', () => {
  it('counts rows by what they are now, and forgets what none of them is', async () => {
    const [one, other, third] = [newId(), newId(), newId()];
    for (const id of [one, other]) await kernel.tell(id, Opened({ name: 'a' }), Counted({ by: 2 }));
    await kernel.tell(third, Opened({ name: 'b' }));
    expect(await standing()).toEqual([{ name: 'a', at: 2, count: 2 }]);
    await kernel.tell(one, Counted({ by: 3 }));
    await kernel.tell(third, Counted({ by: 1 }));
    expect(await standing()).toEqual([
      { name: 'a', at: 2, count: 1 },
      { name: 'a', at: 5, count: 1 },
      { name: 'b', at: 1, count: 1 },
    ]);
    await kernel.tell(other, Counted({ by: 3 }));
    await kernel.tell(third, Counted({ by: -1 }));
    expect(await standing()).toEqual([{ name: 'a', at: 5, count: 2 }]);
  });

  it('is the same after a rebuild, and goes on from there', async () => {
    const ids = Array.from({ length: 20 }, newId);
    await Promise.all(
      ids.map((id, index) =>
        kernel.tell(id, Opened({ name: `n${index % 3}` }), Counted({ by: index % 4 })),
      ),
    );
    const before = await standing();
    const rebuilds = createRebuilds({
      database: kernel.database,
      bus: kernel.bus,
      blobs: noBlobs,
      projections: [counted],
      log: silent,
    });
    await rebuilds.resume();
    await test.database.sql`UPDATE standing SET count = count + 1`;
    await rebuilds.start('counters');
    while ((await test.database.sql`SELECT FROM subscriptions WHERE name <> 'counters'`).length > 0)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await standing()).toEqual(before);
    await kernel.tell(ids[0] ?? '', Counted({ by: 100 }));
    expect((await standing()).find(({ at }) => at === 100)).toMatchObject({ count: 1 });
  });

  it('takes as many statements for a hundred rows as for one', async () => {
    const statements: string[] = [];
    const sql = connect(test.url, {
      debug: (_connection, statement) => statements.push(statement),
    });
    const subscription = projectionSubscription(counted, { blobs: noBlobs });
    const statementsFor = async (rows: number) => {
      const ids = Array.from({ length: rows }, newId);
      const told = await Promise.all(
        ids.map((id) => kernel.tell(id, Opened({ name: 'a' }), Counted({ by: 1 }))),
      );
      await kernel.level('counters');
      statements.length = 0;
      const checkpoint = { position: 0, revision: 0 };
      await handleWithin(drizzle(sql), subscription, told.flat(), checkpoint);
      return statements.length;
    };
    // The first statements of a connection ask for the types of the database.
    await statementsFor(1);
    expect(await statementsFor(100)).toBe(await statementsFor(1));
    await sql.end();
  });
});
