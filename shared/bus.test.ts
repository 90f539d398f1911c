import { asc } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import {
  Counted,
  counters,
  countersProjection,
  level,
  newId,
  noBlobs,
  Opened,
  silent,
  startKernel,
  type TestKernel,
} from '../tests/kernel.ts';
import { documentStream, type StoredEvent } from './event.ts';
import { projectionSubscription } from './projection.ts';
import { reactorSubscription, type Reactor } from './reactor.ts';
import { createRebuilds } from './rebuild.ts';
import type { Subscription } from './subscription.ts';
import type { JobRequest, WorkQueue } from './work-queue.ts';

let test: TestDatabase;
const kernels: TestKernel[] = [];
beforeAll(async () => {
  test = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(kernels.splice(0).map((kernel) => kernel.stop()));
});
afterAll(() => test.drop());

async function kernel(...subscriptions: Parameters<typeof startKernel>[1][]): Promise<TestKernel> {
  const started = await startKernel(test.url, (parts) =>
    subscriptions.flatMap((make) => make(parts)),
  );
  kernels.push(started);
  return started;
}

const projection = () => [projectionSubscription(countersProjection, { blobs: noBlobs })];
const rows = (from: TestKernel) =>
  from.database.db.select().from(counters).orderBy(asc(counters.id));
const rowOf = async (from: TestKernel, id: string) =>
  (await rows(from)).find((row) => row.id === id);

describe('projections', () => {
  it('fold what was stored before and what comes', async () => {
    const id = newId();
    const one = await kernel(projection);
    await one.tell(id, Opened({ name: 'a' }), Counted({ by: 2 }));
    await one.tell(id, Counted({ by: 3 }));
    await one.level('counters');
    expect(await rowOf(one, id)).toMatchObject({ name: 'a', count: 5 });
  });

  it('fold every event once with three processes on one database', async () => {
    const processes = await Promise.all([
      kernel(projection),
      kernel(projection),
      kernel(projection),
    ]);
    const ids = Array.from({ length: 30 }, newId);
    await Promise.all(
      ids.map(async (id, index) => {
        const teller = processes[index % 3];
        await teller?.tell(id, Opened({ name: id }));
        for (let count = 0; count < 10; count += 1) await teller?.tell(id, Counted({ by: 1 }));
      }),
    );
    const [first] = processes;
    if (!first) throw new Error('No process.');
    await first.level('counters');
    for (const id of ids) expect((await rowOf(first, id))?.count).toBe(10);
  });

  it('raise the revision of a row with every change', async () => {
    const id = newId();
    const one = await kernel(projection);
    await one.tell(id, Opened({ name: 'a' }));
    await one.level('counters');
    const before = await rowOf(one, id);
    await one.tell(id, Counted({ by: 1 }));
    await one.level('counters');
    expect((await rowOf(one, id))?.revision).toBeGreaterThan(before?.revision ?? Infinity);
  });

  it('equal their rebuild, which swaps in while events go on', async () => {
    const one = await kernel(projection);
    const rebuilds = createRebuilds({
      database: one.database,
      bus: one.bus,
      blobs: noBlobs,
      projections: [countersProjection],
      log: silent,
    });
    await rebuilds.resume();
    await one.tell(newId(), Opened({ name: 'before' }), Counted({ by: 1 }));
    await one.level('counters');
    await one.database.sql`UPDATE counters SET count = -1`;
    const told: Promise<unknown>[] = [];
    expect(await rebuilds.start('counters')).toBe('started');
    for (let count = 0; count < 20; count += 1)
      told.push(one.tell(newId(), Opened({ name: `${count}` }), Counted({ by: 7 })));
    await Promise.all(told);
    await untilGone(one, 'counters~rebuild');
    await one.level('counters');
    const rebuilt = await rows(one);
    expect(rebuilt.some((row) => row.count === -1)).toBe(false);
    expect(rebuilt.filter((row) => row.count === 7).length).toBeGreaterThanOrEqual(20);
    expect(await rebuilds.start('nothing')).toBe('unknown');
  });
});

async function untilGone(from: TestKernel, subscription: string): Promise<void> {
  while (
    (await from.database.sql`SELECT FROM subscriptions WHERE name = ${subscription}`).length > 0
  ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a subscriber that throws', () => {
  it('parks the stream that fails, and nothing else; the parked one is run again in order', async () => {
    const poison = newId();
    let broken = true;
    const seen: string[] = [];
    const picky: Subscription = {
      name: `picky-${poison}`,
      kind: 'reactor',
      types: new Set(['Opened', 'Counted']),
      async handle(_tx, events: readonly StoredEvent[]) {
        if (broken && events.some((event) => event.stream === documentStream(poison)))
          throw new Error('cannot digest');
        seen.push(...events.map((event) => `${event.stream} ${event.version}`));
      },
    };
    const one = await kernel(() => [picky], projection);
    const good = newId();
    await one.tell(good, Opened({ name: 'good' }));
    await one.tell(poison, Opened({ name: 'poison' }));
    await one.tell(good, Counted({ by: 1 }));
    await one.tell(poison, Counted({ by: 1 }));
    await one.level(picky.name);
    await one.level('counters');
    const parked = await one.database
      .sql`SELECT stream, error FROM parked_streams WHERE subscription = ${picky.name}`;
    expect(parked).toMatchObject([
      { stream: documentStream(poison), error: expect.stringContaining('cannot digest') },
    ]);
    expect(seen).toContain(`${documentStream(good)} 2`);
    expect(seen.join()).not.toContain(poison);
    expect((await rowOf(one, poison))?.count).toBe(1);

    expect(await one.bus.redrive(picky.name, documentStream(poison))).toBe('failed');
    broken = false;
    expect(await one.bus.redrive(picky.name, documentStream(poison))).toBe('handled');
    expect(seen.slice(-2)).toEqual([`${documentStream(poison)} 1`, `${documentStream(poison)} 2`]);
    expect(await one.bus.redrive(picky.name, documentStream(poison))).toBe('not-parked');
  });

  it('parks nothing when the database is away; it goes on when that is back', async () => {
    const id = newId();
    let outages = 2;
    const name = `outage-${id}`;
    const flaky: Subscription = {
      name,
      kind: 'reactor',
      types: new Set(['Opened']),
      async handle() {
        if (outages-- > 0)
          throw Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });
      },
    };
    const one = await kernel(() => [flaky]);
    await one.tell(id, Opened({ name: 'a' }));
    await one.level(name);
    expect(outages).toBeLessThan(0);
    expect(
      await one.database.sql`SELECT FROM parked_streams WHERE subscription = ${name}`,
    ).toHaveLength(0);
  });
});

const doubler = (name: string): Reactor => ({
  name,
  on: [Counted],
  states: [Counted],
  react: (history, event) =>
    Number(event.data['by']) === 1
      ? {
          events: [Counted({ by: 100 + history.length })],
          jobs: [{ queue: 'q', key: event.stream, data: {} }],
        }
      : {},
});

describe('reactors', () => {
  it('store what they decide once, caused by the event, whatever runs again', async () => {
    const name = `doubler-${newId()}`;
    const enqueued: JobRequest[] = [];
    const queue = {
      enqueue: async (_tx, jobs) => void enqueued.push(...jobs),
      wake() {},
    } as Partial<WorkQueue> as WorkQueue;
    const subscription = ({ store }: { store: TestKernel['store'] }) => [
      reactorSubscription(doubler(name), { store, queue }),
    ];
    const one = await kernel(subscription);
    const id = newId();
    const [, cause] = await one.tell(
      id,
      Opened({ name: 'a' }),
      Counted({ by: 1 }),
      Counted({ by: 1 }),
    );
    await one.level(name);
    await one.database.sql`UPDATE subscriptions SET position = 0 WHERE name = ${name}`;
    const two = await kernel(subscription);
    await two.tell(newId(), Opened({ name: 'b' }));
    await level(two.database, name);
    const history = await one.store.read(documentStream(id));
    expect(history.map((event) => event.data['by'])).toEqual([undefined, 1, 1, 103, 104]);
    expect(history[3]?.metadata).toMatchObject({ causation: cause?.id, actor: `system:${name}` });
    expect(
      enqueued.filter((job) => job.key === documentStream(id)).every((job) => job.cause > 0),
    ).toBe(true);
  });
});
