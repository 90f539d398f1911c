import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { silent } from '../tests/kernel.ts';
import { createWorkQueue, type JobContext, type WorkQueue } from './work-queue.ts';

let test: TestDatabase;
let queue: WorkQueue;
beforeEach(async () => {
  test = await createTestDatabase();
  queue = createWorkQueue({ database: test.database, url: test.url, log: silent });
  await queue.start(['letters'], true);
});
afterEach(async () => {
  await queue.stop();
  await test.drop();
});

const job = (cause: number, key = `key ${cause}`) => ({
  queue: 'letters',
  key,
  cause,
  data: { number: cause },
});
const enqueue = (...jobs: object[]) =>
  test.database.db.transaction((tx) => queue.enqueue(tx, jobs as ReturnType<typeof job>[]));

/** A worker of one place whose jobs last until they are told to end. */
async function oneByOne() {
  const begun: { number: number; context: JobContext; end: () => void }[] = [];
  const waiting: (() => void)[] = [];
  queue.work<{ number: number }>('letters', 1, async ({ number }, context) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    begun.push({ number, context, end: resolve });
    for (const look of waiting.splice(0)) look();
    await promise;
  });
  return async (count: number) => {
    while (begun.length < count) await new Promise<void>((look) => void waiting.push(look));
    return begun;
  };
}

it('does another job in the place that one which only waits has lent', async () => {
  const untilBegun = await oneByOne();
  await enqueue(job(1), job(2), job(3));
  const [first] = await untilBegun(1);
  first?.context.lendPlace?.();
  first?.context.lendPlace?.();
  const [, second] = await untilBegun(2);
  // Lent once: the third begins when one of them has ended, and no earlier.
  expect((await queue.status())[0]).toMatchObject({ active: 2, waiting: 1 });
  second?.end();
  const [, , third] = await untilBegun(3);
  third?.end();
  first?.end();
});

it('counts what is due of some keys, apart from what is not', async () => {
  const later = { ...job(3, 'a'), due: new Date(Date.now() + 3_600_000) };
  await enqueue(job(1, 'a'), job(2, 'a'), later, job(4, 'b'), job(5, 'c'));
  const due = await test.database.db.transaction((tx) => queue.due(tx, 'letters', ['a', 'b']));
  expect(due).toBe(3);
});
