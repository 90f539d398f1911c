import { asc } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../tests/crash/until.ts';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import {
  Counted,
  counters,
  countersProjection,
  level,
  newId,
  noBlobs,
  Opened,
  setClock,
  silent,
  startKernel,
  type TestKernel,
} from '../tests/kernel.ts';
import { createBus } from './bus.ts';
import { documentStream, type StoredEvent } from './event.ts';
import { eventCatalogue } from './event-catalogue.ts';
import { createEventStore } from './event-store.ts';
import { createFeed } from './feed.ts';
import { LIVE_CHANNEL } from './checkpoint.ts';
import { projectionSubscription } from './projection.ts';
import { reactorSubscription, type Reactor } from './reactor.ts';
import { createRebuilds } from './rebuild.ts';
import { createRecentEvents } from './recent-events.ts';
import type { Subscription } from './subscription.ts';
import type { JobRequest, WorkQueue } from './work-queue.ts';

let test: TestDatabase;
const kernels: TestKernel[] = [];
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(kernels.splice(0).map((kernel) => kernel.stop()));
  await test.drop();
});

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

describe('the bus', () => {
  /** A kernel that counts how often it reads the log. */
  async function counting() {
    const one = await kernel();
    const reads: string[] = [];
    const feed = createFeed(one.database.sql, eventCatalogue([Opened, Counted]));
    const bus = createBus({
      database: one.database,
      store: one.store,
      feed: {
        ...feed,
        after: (position, limit) => {
          reads.push(`after ${position}`);
          return feed.after(position, limit);
        },
      },
      recent: createRecentEvents(),
      subscriptions: projection(),
      log: silent,
      pollMs: 60_000,
    });
    await bus.start();
    await until('what was there to be read', async () => reads.length > 0);
    return { one, bus, reads };
  }

  it('reads little of what this process appends: nothing, unless its answer comes late', async () => {
    const { one, bus, reads } = await counting();
    reads.length = 0;
    for (let count = 0; count < 50; count += 1) await one.tell(newId(), Opened({ name: 'a' }));
    await one.level('counters');
    await bus.stop();
    expect(reads.length).toBeLessThan(25);
    expect(await rows(one)).toHaveLength(50);
  });

  it('reads what another process has appended, and what lies in between', async () => {
    const { one, bus } = await counting();
    const two = await kernel();
    for (let count = 0; count < 20; count += 1) {
      await two.tell(newId(), Opened({ name: 'b' }));
      await one.tell(newId(), Opened({ name: 'a' }));
    }
    await one.level('counters');
    await bus.stop();
    expect(await rows(one)).toHaveLength(40);
  });

  it('folds nothing again that another process has folded, which has read on', async () => {
    const one = await kernel(projection);
    const feed = createFeed(one.database.sql, eventCatalogue([Opened, Counted]));
    let readable = 0;
    let looks = 0;
    const behind = createBus({
      database: one.database,
      // Of its own: it tells nothing from memory.
      store: createEventStore(one.database.sql, eventCatalogue([Opened, Counted])),
      feed: {
        ...feed,
        after: async (position, limit) => {
          looks += 1;
          const page = await feed.after(position, limit);
          const events = page.events.filter((event) => event.position <= readable);
          return { events, position: events.at(-1)?.position ?? position };
        },
      },
      recent: createRecentEvents(),
      subscriptions: projection(),
      log: silent,
      pollMs: 10,
    });
    const lookAround = async () => {
      const before = looks;
      await until('it to look around', async () => looks > before + 10);
    };
    const id = newId();
    await one.tell(id, Opened({ name: 'a' }));
    await one.level('counters');
    await behind.start();
    const told = await one.tell(id, Counted({ by: 2 }), Counted({ by: 3 }));
    await one.level('counters');
    for (const { position } of told) {
      readable = position;
      await lookAround();
      expect(behind.position()).toBe(position);
    }
    await behind.stop();
    expect(await rowOf(one, id)).toMatchObject({ count: 5 });
  });

  it('goes on past a position that was drawn and never stored', async () => {
    const { one, bus } = await counting();
    const head = bus.position();
    await one.database.sql`SELECT nextval('event_position')`;
    await one.tell(newId(), Opened({ name: 'a' }));
    await until('it to be read', async () => bus.position() > head);
    await one.level('counters');
    await bus.stop();
    expect(await rows(one)).toHaveLength(1);
  });
});

describe('a subscriber that throws', () => {
  it('parks the stream that fails, and nothing else; the parked one is run again in order', async () => {
    const poison = newId();
    let broken = true;
    const seen: string[] = [];
    const picky: Subscription = {
      name: `picky-${poison}`,
      kind: 'reactor',
      types: new Set(['Opened', 'Counted']),
      async handle(_tx, events: readonly StoredEvent[], locked) {
        await locked;
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

  it('parks a stream with the event that fails, and handles those before it', async () => {
    const poison = newId();
    const seen: number[] = [];
    const picky: Subscription = {
      name: `picky-${poison}`,
      kind: 'reactor',
      types: new Set(['Opened', 'Counted']),
      async handle(_tx, events: readonly StoredEvent[], locked) {
        await locked;
        if (events.some(({ type }) => type === 'Counted')) throw new Error('cannot digest');
        seen.push(...events.map(({ version }) => version));
      },
    };
    const one = await kernel(() => [picky], projection);
    // One append: one batch.
    const facts = [
      Opened({ name: 'a' }),
      Opened({ name: 'b' }),
      Counted({ by: 1 }),
      Opened({ name: 'c' }),
    ];
    const stored = await one.tell(poison, ...facts);
    await one.level(picky.name);
    const parked = await one.database
      .sql`SELECT position::int FROM parked_streams WHERE subscription = ${picky.name}`;
    expect(parked).toEqual([{ position: stored[2]?.position }]);
    expect(seen).toEqual([1, 2]);
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

/** A subscription that cannot digest what is about some documents, and remembers what it could. */
function picky(broken: Set<string>, seen: string[], error = () => new Error('cannot digest')) {
  return (): Subscription[] => [
    {
      name: 'picky',
      kind: 'reactor',
      types: new Set(['Opened', 'Counted']),
      async handle(_tx, events, locked) {
        await locked;
        if (events.some((event) => broken.has(event.stream))) throw error();
        seen.push(...events.map((event) => `${event.stream} ${event.version}`));
      },
    },
  ];
}

interface ParkedRow {
  stream: string;
  attempts: number;
  next: Date | null;
}

const parkedRows = () => test.database.sql<ParkedRow[]>`
  SELECT stream, attempts, next_try_at AS next FROM parked_streams ORDER BY position`;
const attemptsOf = async (id: string) =>
  (await parkedRows()).find((row) => row.stream === documentStream(id))?.attempts ?? 0;
const untilAttempts = (id: string, attempts: number) =>
  until(`attempt ${attempts}`, async () => (await attemptsOf(id)) === attempts);
const MIDNIGHT = Date.UTC(2030, 0, 1);

describe('a stream that fails', () => {
  it('is tried again after 1, 4 and 16 seconds, no earlier, and parked when that fails too', async () => {
    const [poison, other] = [newId(), newId()];
    const broken = new Set([documentStream(poison), documentStream(other)]);
    const seen: string[] = [];
    await setClock(test.database, MIDNIGHT);
    const one = await kernel(picky(broken, seen));
    await one.tell(poison, Opened({ name: 'poison' }));
    await one.tell(other, Opened({ name: 'other' }));
    await one.level('picky');
    let now = MIDNIGHT;
    for (const [index, delay] of [1_000, 4_000, 16_000].entries()) {
      await untilAttempts(poison, index + 1);
      expect((await parkedRows())[0]?.next).toEqual(new Date(now + delay));
      now += delay;
      if (index === 0) {
        // The first that is due is run first: when the other one was run, this one was not due.
        await setClock(test.database, now - 1);
        broken.delete(documentStream(other));
        await test.database.sql`
          UPDATE parked_streams SET next_try_at = doctrail_now() WHERE stream = ${documentStream(other)}`;
        await until('the other', async () => seen.length === 1);
        expect(await attemptsOf(poison)).toBe(1);
      }
      await setClock(test.database, now);
    }
    await untilAttempts(poison, 4);
    expect((await parkedRows())[0]?.next).toBeNull();
  });

  it('is handled by itself once it can be, in order, with what came meanwhile; nobody else waits for it', async () => {
    const [poison, good] = [newId(), newId()];
    const broken = new Set([documentStream(poison)]);
    const seen: string[] = [];
    await setClock(test.database, MIDNIGHT);
    const one = await kernel(picky(broken, seen), projection);
    const told: string[] = [];
    await one.database.sql.listen(LIVE_CHANNEL, (what) => void told.push(what));
    const tellings = async () => {
      // Told on one connection in order: what was told before this has come.
      await one.database.sql.notify(LIVE_CHANNEL, 'end');
      await until('the end', async () => told.includes('end'));
      return told.splice(0).filter((what) => what === 'parked').length;
    };
    await one.tell(poison, Opened({ name: 'poison' }), Counted({ by: 1 }));
    await one.level('picky');
    expect(await tellings()).toBe(1);
    await one.tell(poison, Counted({ by: 2 }));
    await one.tell(good, Opened({ name: 'good' }), Counted({ by: 3 }));
    await Promise.all([one.level('picky'), one.level('counters')]);
    expect(seen).toEqual([`${documentStream(good)} 1`, `${documentStream(good)} 2`]);
    expect((await rowOf(one, poison))?.count).toBe(3);

    await setClock(test.database, MIDNIGHT + 1_000);
    await untilAttempts(poison, 2);
    expect(await tellings()).toBe(1);
    broken.clear();
    await setClock(test.database, MIDNIGHT + 5_000);
    await untilAttempts(poison, 0);
    expect(await tellings()).toBe(1);
    expect(seen.slice(2)).toEqual(
      [1, 2, 3].map((version) => `${documentStream(poison)} ${version}`),
    );
  });

  it('is tried again by whoever runs the subscription after a restart', async () => {
    const poison = newId();
    await setClock(test.database, MIDNIGHT);
    const one = await kernel(picky(new Set([documentStream(poison)]), []));
    await one.tell(poison, Opened({ name: 'poison' }));
    await one.level('picky');
    await kernels.pop()?.stop();
    await setClock(test.database, MIDNIGHT + 1_000);
    const seen: string[] = [];
    await kernel(picky(new Set(), seen));
    await untilAttempts(poison, 0);
    expect(seen).toEqual([`${documentStream(poison)} 1`]);
  });

  it('is tried again once, in the order of positions, with two processes on one database', async () => {
    const ids = Array.from({ length: 20 }, newId);
    const broken = new Set(ids.map(documentStream));
    const seen: string[] = [];
    await setClock(test.database, MIDNIGHT);
    const one = await kernel(picky(broken, seen));
    await kernel(picky(broken, seen));
    for (const id of ids) await one.tell(id, Opened({ name: id }));
    await one.level('picky');
    expect(await parkedRows()).toHaveLength(ids.length);
    broken.clear();
    await setClock(test.database, MIDNIGHT + 1_000);
    await until('all of them', async () => (await parkedRows()).length === 0);
    expect(seen).toEqual(ids.map((id) => `${documentStream(id)} 1`));
  });

  it('loses no try to an outage, and holds up no other that is due', async () => {
    const [poison, other] = [newId(), newId()];
    const broken = new Set([documentStream(poison), documentStream(other)]);
    const seen: string[] = [];
    let error = new Error('cannot digest');
    await setClock(test.database, MIDNIGHT);
    const one = await kernel(picky(broken, seen, () => error));
    await one.tell(poison, Opened({ name: 'poison' }));
    await one.tell(other, Opened({ name: 'other' }));
    await one.level('picky');
    error = Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });
    broken.delete(documentStream(other));
    await setClock(test.database, MIDNIGHT + 1_000);
    await untilAttempts(other, 0);
    expect(await parkedRows()).toMatchObject([{ attempts: 1, next: new Date(MIDNIGHT + 2_000) }]);
    broken.clear();
    await setClock(test.database, MIDNIGHT + 2_000);
    await untilAttempts(poison, 0);
    expect(seen).toEqual([`${documentStream(other)} 1`, `${documentStream(poison)} 1`]);
  });

  it('is not tried again by itself after somebody has run it in vain', async () => {
    const poison = newId();
    const one = await kernel(picky(new Set([documentStream(poison)]), []));
    await one.tell(poison, Opened({ name: 'poison' }));
    await one.level('picky');
    expect(await one.bus.redrive('picky', documentStream(poison))).toBe('failed');
    expect((await parkedRows())[0]?.next).toBeNull();
  });

  it('is looked for once a poll, however much is appended', async () => {
    const one = await kernel();
    let looks = 0;
    const sql = new Proxy(one.database.sql, {
      apply(query, self, args: [readonly string[]]) {
        if (args[0].join('').includes('next_try_at')) looks += 1;
        return Reflect.apply(query, self, args) as unknown;
      },
    });
    const bus = createBus({
      database: { ...one.database, sql },
      store: one.store,
      feed: createFeed(one.database.sql, eventCatalogue([Opened, Counted])),
      recent: createRecentEvents(),
      subscriptions: projection(),
      log: silent,
      pollMs: 60_000,
    });
    await bus.start();
    for (let count = 0; count < 20; count += 1) {
      await one.tell(newId(), Opened({ name: 'a' }));
      await one.level('counters');
    }
    await bus.stop();
    expect(looks).toBe(1);
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
  it('decide on what was read, and anew where more has come meanwhile', async () => {
    const name = `doubler-${newId()}`;
    const queue = { enqueue: async () => {}, wake() {} } as Partial<WorkQueue> as WorkQueue;
    const histories: number[] = [];
    const id = newId();
    const kernels: TestKernel[] = [];
    const reactor: Reactor = {
      ...doubler(name),
      react(history, event, others) {
        histories.push(history.length);
        return doubler(name).react(history, event, others);
      },
    };
    const one = await kernel(({ store, recent }) => {
      const subscription = reactorSubscription(reactor, { store, queue, recent });
      return [
        {
          ...subscription,
          async handle(tx, events, locked) {
            // Somebody else is faster, in another process.
            if (histories.length === 0) await kernels[1]?.tell(id, Counted({ by: 3 }));
            return subscription.handle(tx, events, locked);
          },
        },
      ];
    });
    kernels.push(one, await kernel());
    await one.tell(id, Opened({ name: 'a' }), Counted({ by: 1 }));
    await one.level(name);
    expect(histories.slice(0, 2)).toEqual([2, 3]);
    const history = await one.store.read(documentStream(id));
    expect(history.map(({ data }) => data['by'])).toEqual([undefined, 1, 3, 103]);
  });

  it('store what they decide once, caused by the event, whatever runs again', async () => {
    const name = `doubler-${newId()}`;
    const enqueued: JobRequest[] = [];
    const queue = {
      enqueue: async (_tx, jobs) => void enqueued.push(...jobs),
      wake() {},
    } as Partial<WorkQueue> as WorkQueue;
    const subscription: Parameters<typeof startKernel>[1] = ({ store, recent }) => [
      reactorSubscription(doubler(name), { store, queue, recent }),
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
