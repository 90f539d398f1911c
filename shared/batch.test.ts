import { drizzle } from 'drizzle-orm/postgres-js';
import type { Sql } from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import {
  Counted,
  countersProjection,
  newId,
  noBlobs,
  Opened,
  startKernel,
  type TestKernel,
} from '../tests/kernel.ts';
import { handleNext, type Member, type Place, type ReadLog } from './batch.ts';
import { connect } from './database.ts';
import type { StoredEvent } from './event.ts';
import { projectionSubscription } from './projection.ts';

let test: TestDatabase;
let kernel: TestKernel;
let sql: Sql;
const statements: string[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  // Nobody listens: the batches are the test's own.
  kernel = await startKernel(test.url, () => []);
  await test.database.sql`CREATE TABLE counters_again (LIKE counters INCLUDING ALL)`;
});
beforeEach(async () => {
  sql = connect(test.url, { max: 1, debug: (_connection, text) => statements.push(text) });
  await test.database.sql`TRUNCATE counters, counters_again, parked_streams`;
  await test.database.sql`DELETE FROM subscriptions`;
  await test.database.sql`INSERT INTO subscriptions (name) VALUES ('counters'), ('again')`;
});
afterEach(() => sql.end());
afterAll(async () => {
  await kernel.stop();
  await test.drop();
});

/** The same read model under two names, each in a table of its own. */
const members = (places: Record<string, Place | null> = {}): Member[] =>
  [countersProjection, { ...countersProjection, name: 'again', tableName: 'counters_again' }].map(
    (projection) => ({
      ...projectionSubscription(projection, { blobs: noBlobs }),
      place: projection.name in places ? (places[projection.name] ?? null) : AT_START,
    }),
  );
const AT_START = { stored: 0, passed: 0 };

/** The log as the bus would have it in memory: events of other positions than the database's. */
function logOf(events: readonly StoredEvent[]): ReadLog {
  const log = events.map((event, index) => ({ ...event, position: index + 1 }));
  return {
    head: () => log.length,
    pageAfter: async (position) => ({ events: log.slice(position), position: log.length }),
    beginBatch: () => () => undefined,
  };
}

async function told(documents: number): Promise<StoredEvent[]> {
  const ids = Array.from({ length: documents }, newId);
  const all = await Promise.all(
    ids.map((id) => kernel.tell(id, Opened({ name: 'a' }), Counted({ by: 2 }))),
  );
  return all.flat();
}

const handle = (log: ReadLog, its = members()) =>
  handleNext({ ...test.database, db: drizzle(sql) }, its, log);

const counted = async (table: string) => {
  const [row] = await test.database.sql`
    SELECT count(*)::int AS rows, sum(count)::int AS sum FROM ${test.database.sql(table)}`;
  return row;
};
const positions = async () => {
  const rows = await test.database.sql<{ position: number }[]>`
    SELECT position::int FROM subscriptions ORDER BY name`;
  return rows.map(({ position }) => position);
};

describe('a batch', () => {
  it('takes as many statements for a hundred events as for two, and few', async () => {
    const log = logOf(await told(1));
    // The first statements of a connection ask for the types of the database.
    await handle(log);
    const countFor = async (documents: number) => {
      await test.database.sql`UPDATE subscriptions SET position = 0`;
      const its = logOf(await told(documents));
      statements.length = 0;
      await handle(its);
      return [...statements];
    };
    // Begin, lock, what is parked, twice the rows, twice their changes, the checkpoints, commit.
    expect(await countFor(1)).toHaveLength(9);
    expect(await countFor(50)).toHaveLength(9);
  });

  it('holds no more than its subscription takes', async () => {
    const [event] = await told(1);
    const log = logOf(Array.from({ length: 2_500 }, () => event as StoredEvent));
    const handled: number[] = [];
    const reactor: Member = {
      name: 'counters',
      kind: 'reactor',
      types: new Set(['Opened']),
      most: 1_000,
      handle: async (_tx, events) => void handled.push(events.length),
      place: AT_START,
    };
    for (let place = AT_START; place.stored < 2_500;) {
      const { position = 0 } = (await handle(log, [{ ...reactor, place }])).get('counters') ?? {};
      place = { stored: position, passed: position };
    }
    expect(handled).toEqual([1_000, 1_000, 500]);
    const { most: _, ...unlimited } = reactor;
    await handle(log, [{ ...unlimited, name: 'again' }]);
    expect(handled.at(-1)).toBe(2_500);
  });

  it('moves all to where the log ends', async () => {
    const moved = await handle(logOf(await told(3)));
    expect(moved).toEqual(
      new Map([
        ['counters', { position: 6, handled: 6 }],
        ['again', { position: 6, handled: 6 }],
      ]),
    );
    expect(await positions()).toEqual([6, 6]);
    for (const table of ['counters', 'counters_again'])
      expect(await counted(table)).toEqual({ rows: 3, sum: 6 });
  });

  it('goes by where the rows say that they are, not by what was believed', async () => {
    const log = logOf(await told(3));
    await handle(log);
    await test.database.sql`UPDATE subscriptions SET position = 2 WHERE name = 'again'`;
    await test.database.sql`TRUNCATE counters_again`;
    const moved = await handle(log, members({ counters: AT_START, again: null }));
    expect(moved).toEqual(
      new Map([
        ['counters', { position: 6, handled: 0 }],
        ['again', { position: 6, handled: 4 }],
      ]),
    );
    expect(await counted('counters')).toEqual({ rows: 3, sum: 6 });
    expect(await counted('counters_again')).toEqual({ rows: 2, sum: 4 });
  });

  it('handles nothing again, however far back it is believed to be', async () => {
    const log = logOf(await told(3));
    await handle(log);
    const behind = { stored: 6, passed: 2 };
    const moved = await handle(log, members({ counters: behind, again: behind }));
    expect(moved.get('counters')).toEqual({ position: 6, handled: 0 });
    expect(await counted('counters')).toEqual({ rows: 3, sum: 6 });
  });

  it('leaves those to another process that it has, one or all', async () => {
    const log = logOf(await told(2));
    const other = connect(test.url, { max: 1 });
    await other.begin(async (tx) => {
      await tx`SELECT FROM subscriptions WHERE name = 'again' FOR UPDATE`;
      expect([...(await handle(log)).keys()]).toEqual(['counters']);
      await tx`SELECT FROM subscriptions WHERE name = 'counters' FOR UPDATE`;
      expect((await handle(log)).size).toBe(0);
    });
    await other.end();
    expect(await counted('counters_again')).toMatchObject({ rows: 0 });
    expect(await positions()).toEqual([0, 4]);
  });

  it('leaves out a stream that is parked, for whom it is parked', async () => {
    const events = await told(2);
    await test.database.sql`
      INSERT INTO parked_streams (subscription, stream, position, error)
      VALUES ('again', ${events[0]?.stream ?? ''}, 1, 'no')`;
    const moved = await handle(logOf(events));
    expect(moved.get('counters')).toEqual({ position: 4, handled: 4 });
    expect(moved.get('again')).toEqual({ position: 4, handled: 2 });
    expect(await counted('counters_again')).toMatchObject({ rows: 1 });
  });
});
