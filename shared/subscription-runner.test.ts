import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { newId, silent } from '../tests/kernel.ts';
import { passCheckpoints } from './checkpoint.ts';
import type { StoredEvent } from './event.ts';
import type { Page } from './feed.ts';
import { createSubscriptionRunner, type SubscriptionRunner } from './subscription-runner.ts';

let test: TestDatabase;
let runner: SubscriptionRunner;
let handled: number[];
const NAME = 'listener';

beforeEach(async () => {
  test = await createTestDatabase();
  handled = [];
  await test.database.sql`INSERT INTO subscriptions (name) VALUES (${NAME})`;
});
afterEach(async () => {
  await runner.stop();
  await test.drop();
});

const event = (position: number, stream: string): StoredEvent => ({
  position,
  id: newId(),
  stream,
  version: position,
  type: 'Said',
  schemaVersion: 1,
  data: {},
  metadata: { correlation: stream, causation: null, actor: 'user:test', command: 'say' },
  storedAt: new Date(),
});

function start(log: readonly StoredEvent[], read = (page: Page) => page): Promise<void> {
  const level = Promise.withResolvers<void>();
  const newest = log.at(-1)?.position ?? 0;
  runner = createSubscriptionRunner({
    database: test.database,
    log: silent,
    pass: (over) => passCheckpoints(test.database.sql, [over]),
    readStream: async (stream) => log.filter((each) => each.stream === stream),
    readLog: {
      head: () => newest,
      beginBatch: () => () => undefined,
      pageAfter: async (position) =>
        read({ events: log.filter((each) => each.position > position), position: newest }),
    },
    subscription: {
      name: NAME,
      kind: 'reactor',
      types: new Set(['Said']),
      async handle(_tx, events, locked) {
        await locked;
        handled.push(...events.map(({ position }) => position));
      },
    },
  });
  runner.whenLevel(async () => {
    level.resolve();
    return true;
  });
  return level.promise;
}

describe('a subscription', () => {
  it('waits longer each time while the log cannot be read, and goes on where it was', async () => {
    let failures = 4;
    const begun = performance.now();
    await start([event(1, 'a'), event(2, 'b')], (page) => {
      if (failures-- > 0) throw new Error('an event of a shape that nobody knows');
      return page;
    });
    expect(handled).toEqual([1, 2]);
    // Once more at once, to look for a stream; then after 100, 200 and 400 ms.
    expect(performance.now() - begun).toBeGreaterThan(650);
  });

  it('leaves a stream alone that another process has parked at this very moment', async () => {
    const { sql } = test.database;
    // The gate stands where a statement has its snapshot and not yet its lock.
    await sql.unsafe(`
      CREATE FUNCTION gate() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN
        PERFORM pg_advisory_lock_shared(42); PERFORM pg_advisory_unlock_shared(42); RETURN true;
      END $$;
      ALTER TABLE subscriptions RENAME TO ungated;
      CREATE VIEW subscriptions AS SELECT * FROM ungated WHERE gate();`);
    const keeper = await sql.reserve();
    await keeper`SELECT pg_advisory_lock(42)`;
    const level = start([event(1, 'parked'), event(2, 'parked'), event(3, 'other')]);
    await untilSomebodyWaits();
    await sql.begin(async (tx) => {
      await tx`INSERT INTO parked_streams (subscription, stream, position, error)
        VALUES (${NAME}, 'parked', 1, 'by another process')`;
      await tx`UPDATE ungated SET position = 1`;
    });
    await keeper`SELECT pg_advisory_unlock(42)`;
    keeper.release();
    await level;
    expect(handled).toEqual([3]);
  });
});

async function untilSomebodyWaits(): Promise<void> {
  const { sql } = test.database;
  while (
    (
      await sql`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
    ).length === 0
  )
    await new Promise((resolve) => setTimeout(resolve, 10));
}
