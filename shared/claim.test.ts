import * as fc from 'fast-check';
import { PgBoss, type Job } from 'pg-boss';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { silent } from '../tests/kernel.ts';
import { createWorkQueue } from './work-queue.ts';

// How pg-boss claims jobs of a queue in which those of one key run one after the other: our patch of it
// (shared/patches) reads no more than it must, with a key for each job as with many jobs of few keys.

let test: TestDatabase;
let boss: PgBoss;
beforeAll(async () => {
  test = await createTestDatabase();
  const queue = createWorkQueue({ database: test.database, url: test.url, log: silent });
  await queue.start(['letters'], false);
  await queue.stop();
  boss = new PgBoss({ connectionString: test.url, supervise: false, schedule: false });
  await boss.start();
});
// Not DELETE: what is left of rows is read, too.
beforeEach(() => test.database.sql`TRUNCATE pgboss.job`);
afterAll(async () => {
  await boss.stop({ graceful: false });
  await test.drop();
});

const STATES = ['created', 'retry', 'active', 'completed', 'failed'] as const;
type State = (typeof STATES)[number];

interface Row {
  key: string;
  state: State;
  isDue: boolean;
  priority: number;
}

/** One job of a key at most is under way, tried again or failed: the table's index sees to it. */
function possible(rows: readonly Row[]): Row[] {
  const held = new Set<string>();
  return rows.filter(({ key, state }) => {
    if (state === 'created' || state === 'completed') return true;
    if (held.has(key)) return false;
    held.add(key);
    return true;
  });
}

/** Numbers of the jobs that may run, in their order: the first of each key that nothing holds. */
function claimable(rows: readonly Row[]): number[] {
  const numbered = rows.map((row, number) => ({ ...row, number }));
  const heads = [...Map.groupBy(numbered, ({ key }) => key).values()].flatMap((jobs) => {
    if (jobs.some(({ state }) => state === 'active' || state === 'failed')) return [];
    const retried = jobs.find(({ state }) => state === 'retry');
    // What is to be tried again holds its key until it is due.
    const head = retried ?? jobs.find(({ state, isDue }) => state === 'created' && isDue);
    return head?.isDue ? [head] : [];
  });
  return heads
    .toSorted((one, other) => other.priority - one.priority || one.number - other.number)
    .map(({ number }) => number);
}

/** Jobs in the order of their numbers, a millisecond apart. */
async function fill(rows: readonly Row[]): Promise<void> {
  const columns = {
    number: rows.map((_, number) => number),
    key: rows.map(({ key }) => key),
    state: rows.map(({ state }) => state),
    minutes: rows.map(({ isDue }) => (isDue ? -60 : 60)),
    priority: rows.map(({ priority }) => priority),
  };
  await test.database.sql`
    INSERT INTO pgboss.job (name, data, singleton_key, state, start_after, priority, created_on, policy)
    SELECT 'letters', jsonb_build_object('number', number), key, state::pgboss.job_state,
      now() + minutes * interval '1 minute', priority,
      now() - interval '1 day' + number * interval '1 millisecond', 'key_strict_fifo'
    FROM unnest(${columns.number}::int[], ${columns.key}::text[], ${columns.state}::text[],
      ${columns.minutes}::int[], ${columns.priority}::int[]) AS given (number, key, state, minutes, priority)`;
}

const numbersOf = (jobs: readonly Job<{ number: number }>[]) =>
  jobs.map(({ data }) => data.number).toSorted((one, other) => one - other);

it('claims the first job of each key that nothing holds, the oldest before the others', async () => {
  const row = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    state: fc.constantFrom(...STATES),
    isDue: fc.boolean(),
    priority: fc.constantFrom(0, 0, 1),
  });
  const claims = fc.asyncProperty(
    fc.oneof(fc.array(row, { maxLength: 16 }), fc.array(row, { minLength: 60, maxLength: 150 })),
    fc.integer({ min: 1, max: 6 }),
    async (drawn, batchSize) => {
      await test.database.sql`DELETE FROM pgboss.job`;
      const rows = possible(drawn);
      await fill(rows);
      const jobs = await boss.fetch<{ number: number }>('letters', { batchSize });
      const expected = claimable(rows).slice(0, batchSize);
      expect(numbersOf(jobs)).toEqual(expected.toSorted((one, other) => one - other));
    },
  );
  await fc.assert(claims, { numRuns: 150 });
});

it('looks at as many jobs as it claims, however many wait', async () => {
  await fill(waiting(100, 100));
  const few = await blocksOfClaim(4);
  await fill(waiting(5_100, 5_100).slice(100));
  const many = await blocksOfClaim(4);
  expect(many).toBeLessThan(few * 2);
});

it('looks once at the jobs of a few keys, however many wait', async () => {
  await fill(waiting(5_000, 3));
  // A look-up for each of them reads 10,000 and more.
  expect(await blocksOfClaim(4)).toBeLessThan(1_500);
});

/** Jobs that take turns among the keys. */
const waiting = (count: number, keys: number): Row[] =>
  Array.from({ length: count }, (_, number) => ({
    key: `key ${number % keys}`,
    state: 'created',
    isDue: true,
    priority: 0,
  }));

/** Blocks of the database that claiming so many jobs looks at. */
async function blocksOfClaim(batchSize: number): Promise<number> {
  let blocks = 0;
  const db = {
    async executeSql(text: string, values: unknown[] = []) {
      const explain = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`;
      const [plan] = await test.database.sql.unsafe<{ 'QUERY PLAN': { Plan: Plan }[] }[]>(
        explain,
        values as never[],
      );
      blocks += plan?.['QUERY PLAN'][0]?.Plan['Shared Hit Blocks'] ?? 0;
      return { rows: [] };
    },
  };
  await boss.fetch('letters', { batchSize, db });
  return blocks;
}

interface Plan {
  'Shared Hit Blocks': number;
}
