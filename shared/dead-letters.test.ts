import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../tests/crash/until.ts';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import {
  Counted,
  countersProjection,
  newId,
  noBlobs,
  Opened,
  setClock,
  silent,
  startKernel,
  type TestKernel,
} from '../tests/kernel.ts';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { documentStream } from './event.ts';
import { LIVE_CHANNEL } from './checkpoint.ts';
import { projectionSubscription } from './projection.ts';
import { reactorSubscription, type Reactor } from './reactor.ts';
import { createRecentEvents } from './recent-events.ts';
import { createRebuilds, rebuildName } from './rebuild.ts';
import type { Subscription } from './subscription.ts';
import { createWorkQueue, type JobRequest, type WorkQueue } from './work-queue.ts';

const NOON = Date.UTC(2030, 0, 1, 12);
/** Long enough that nothing is found by looking: only by being told. */
const NEVER_MS = 600_000;

let test: TestDatabase;
let kernel: TestKernel;
let queue: WorkQueue;
let dead: DeadLetters;
/** Streams that both subscriptions cannot digest, and what they have digested. */
let broken: Set<string>;
let seen: string[];
const stops: (() => Promise<void>)[] = [];

const subscription = (name: string): Subscription => ({
  name,
  kind: 'reactor',
  types: new Set(['Counted']),
  async handle(_tx, events, locked) {
    await locked;
    const bad = events.find((event) => broken.has(event.stream));
    if (bad) throw new Error(`cannot digest ${name}`);
    seen.push(...events.map((event) => `${name} ${event.stream} ${event.version}`));
  },
});
const subscriptions = [subscription('first'), subscription('second')];
const counters = projectionSubscription(countersProjection, { blobs: noBlobs });

beforeEach(async () => {
  test = await createTestDatabase();
  broken = new Set();
  seen = [];
  await setClock(test.database, NOON);
  queue = createWorkQueue({
    database: test.database,
    url: test.url,
    log: silent,
    retries: { retryLimit: 2, retryDelay: 0, retryBackoff: false },
  });
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await test.drop();
});

async function start(running: Subscription[], pollMs = NEVER_MS): Promise<void> {
  kernel = await startKernel(test.url, () => running, { pollMs });
  stops.push(kernel.stop);
  dead = deadLetters(running);
}

/** As of a process that only shows pages: it runs no subscription. */
const deadLetters = (known: Subscription[]) =>
  createDeadLetters({ database: test.database, store: kernel.store, queue, subscriptions: known });

/** A document whose stream fails: opened, and counted so many times. */
async function poison(times: number): Promise<string> {
  const id = newId();
  broken.add(documentStream(id));
  const counts = Array.from({ length: times }, (_, index) => Counted({ by: index }));
  await kernel.tell(id, Opened({ name: 'poison' }), ...counts);
  return documentStream(id);
}

const documentIn = (stream: string) => stream.slice('document-'.length);
const level = () => Promise.all(subscriptions.map(({ name }) => kernel.level(name)));
const untilHandled = (count: number) =>
  until(`${count} handled`, async () => seen.length === count);

describe('parked streams', () => {
  it('are listed with what waits behind them, those parked first before the others', async () => {
    await start(subscriptions);
    const early = await poison(2);
    await level();
    await setClock(test.database, NOON + 60_000);
    const late = await poison(1);
    await level();
    // The first of these is of a type that nobody wants.
    await kernel.tell(documentIn(early), Opened({ name: 'again' }), Counted({ by: 9 }));
    await level();
    const history = await kernel.store.read(early);
    const { total, streams } = await dead.streams(3);
    expect(total).toBe(4);
    expect(streams).toHaveLength(3);
    expect(streams[0]).toEqual({
      subscription: 'first',
      kind: 'reactor',
      stream: early,
      position: history[1]?.position,
      eventId: history[1]?.id,
      eventType: 'Counted',
      error: expect.stringMatching(/^Error: cannot digest first\n +at /),
      attempts: 1,
      parkedAt: new Date(NOON),
      nextTryAt: new Date(NOON + 1_000),
      waiting: 2,
    });
    expect(streams[1]).toMatchObject({ subscription: 'second', stream: early });
    expect(streams[2]).toMatchObject({ stream: late, waiting: 0 });
  });

  it('are listed and run with the types of their read model while that is rebuilt', async () => {
    await start([counters]);
    const id = newId();
    const [opened] = await kernel.tell(id, Opened({ name: 'a' }), Counted({ by: 1 }));
    await kernel.level('counters');
    const name = rebuildName('counters');
    await test.database
      .sql`INSERT INTO subscriptions (name, position) SELECT ${name}, max(position) FROM events`;
    await test.database.sql`
      INSERT INTO parked_streams (subscription, stream, position, error)
      VALUES (${name}, ${documentStream(id)}, ${opened?.position ?? 0}, 'an error')`;
    expect((await dead.streams(10)).streams).toMatchObject([
      { subscription: name, kind: 'projection', eventType: 'Opened', waiting: 1, nextTryAt: null },
    ]);
    expect(await dead.runAgain(name, documentStream(id))).toBe('asked');
    expect((await dead.preview(name, documentStream(id)))?.length).toBe(2);
  });

  it('are previewed as the events that would be run, in order', async () => {
    await start(subscriptions);
    const stream = await poison(2);
    await level();
    // Who holds the checkpoint keeps the subscription from passing what comes now.
    const holder = await test.database.sql.reserve();
    await holder`BEGIN`;
    await holder`SELECT FROM subscriptions WHERE name = 'first' FOR UPDATE`;
    await kernel.tell(documentIn(stream), Counted({ by: 9 }));
    await kernel.level('second');
    const history = await kernel.store.read(stream);
    expect(await dead.preview('first', stream)).toEqual(history.slice(1, 3));
    expect(await dead.preview('second', stream)).toEqual(history.slice(1));
    expect((await dead.streams(2)).streams.map(({ waiting }) => waiting)).toEqual([1, 2]);
    await holder`ROLLBACK`;
    holder.release();
    expect(await dead.preview('first', documentStream(newId()))).toBeNull();
    expect(await dead.preview('nothing', stream)).toBeNull();
  });

  it('are run again at once when somebody asks, whichever process is asked', async () => {
    await start(subscriptions);
    const stream = await poison(2);
    await level();
    const told: string[] = [];
    await kernel.database.sql.listen(LIVE_CHANNEL, (what) => void told.push(what));
    broken.clear();
    expect(await dead.runAgain('second', stream)).toBe('asked');
    await untilHandled(2);
    expect(seen).toEqual([`second ${stream} 2`, `second ${stream} 3`]);
    await until('it to be told', async () => told.filter((what) => what === 'parked').length === 2);
    expect(await dead.runAgain('second', stream)).toBe('not-parked');
    expect(await dead.runAgain('nothing', stream)).toBe('not-parked');
    expect((await dead.streams(10)).streams).toMatchObject([{ subscription: 'first', stream }]);
  });

  it('stay parked with the new error when somebody runs them again in vain', async () => {
    await start([subscription('first')]);
    const stream = await poison(1);
    await kernel.level('first');
    await test.database.sql`UPDATE parked_streams SET error = 'an older error'`;
    await dead.runAgain('first', stream);
    await until('the attempt', async () => (await dead.streams(1)).streams[0]?.attempts === 2);
    expect((await dead.streams(1)).streams).toMatchObject([
      { nextTryAt: null, attempts: 2, error: expect.stringContaining('cannot digest first') },
    ]);
  });

  it('are all run again in the order of their positions, of one subscription or of all', async () => {
    await start(subscriptions);
    const streams = [await poison(1), await poison(1), await poison(1)];
    await level();
    // The order in which they lie in the table says nothing.
    await test.database
      .sql`UPDATE parked_streams SET attempts = 4, next_try_at = NULL WHERE stream = ${streams[0] ?? ''}`;
    broken.clear();
    expect(await dead.runAllAgain('second')).toBe(3);
    await untilHandled(3);
    expect(seen).toEqual(streams.map((stream) => `second ${stream} 2`));
    expect(await dead.runAllAgain(null)).toBe(3);
    await untilHandled(6);
    expect(seen.slice(3)).toEqual(streams.map((stream) => `first ${stream} 2`));
    expect(await dead.runAllAgain(null)).toBe(0);
    await until('nothing parked', async () => (await dead.streams(0)).total === 0);
  });

  it('of a reactor store its facts once when they are run again', async () => {
    let works = false;
    const reactor: Reactor = {
      name: 'answering',
      on: [Counted],
      states: [Opened],
      react(_history, event) {
        // The first event is answered; the second one fails, and the third waits behind it.
        if (!works && event.data['by'] === 1) throw new Error('cannot answer');
        return { events: [Opened({ name: `answer ${String(event.data['by'])}` })] };
      },
    };
    kernel = await startKernel(
      test.url,
      ({ store, recent }) => [reactorSubscription(reactor, { store, queue, recent })],
      { pollMs: NEVER_MS },
    );
    stops.push(kernel.stop);
    const { store } = kernel;
    const recent = createRecentEvents();
    dead = deadLetters([reactorSubscription(reactor, { store, queue, recent })]);
    const id = newId();
    await kernel.tell(id, Counted({ by: 0 }), Counted({ by: 1 }), Counted({ by: 2 }));
    await until('it to be parked', async () => (await dead.streams(0)).total === 1);
    expect(await kernel.store.read(documentStream(id))).toHaveLength(4);
    works = true;
    await dead.runAgain('answering', documentStream(id));
    await until('nothing parked', async () => (await dead.streams(0)).total === 0);
    const names = async () =>
      (await kernel.store.read(documentStream(id))).slice(3).map((event) => event.data['name']);
    expect(await names()).toEqual(['answer 0', 'answer 1', 'answer 2']);
  });

  it('of a rebuild end as the live ones when the fold was mended and all were run again', async () => {
    let mended = true;
    const fragile = {
      ...countersProjection,
      folds: countersProjection.folds.map((fold): (typeof countersProjection.folds)[number] => ({
        ...fold,
        apply(row, event, blobs) {
          if (!mended && broken.has(event.stream)) throw new Error('cannot fold');
          return fold.apply(row, event, blobs);
        },
      })),
    };
    // A swap that has to wait is tried again at the next poll.
    await start([projectionSubscription(fragile, { blobs: noBlobs })], 200);
    const { database, bus } = kernel;
    const rebuilds = createRebuilds({
      database,
      bus,
      blobs: noBlobs,
      projections: [fragile],
      log: silent,
    });
    await rebuilds.resume();
    const rows = () => database.sql`SELECT id, name, count FROM counters ORDER BY id`;
    const rebuild = async () => {
      await rebuilds.start('counters');
      await until('the swap', async () => {
        const name = rebuildName('counters');
        return (await database.sql`SELECT FROM subscriptions WHERE name = ${name}`).length === 0;
      });
    };
    await kernel.tell(newId(), Opened({ name: 'good' }), Counted({ by: 1 }));
    const streams = [await poison(2), await poison(3)];
    await kernel.level('counters');
    const live = await rows();
    expect(live).toHaveLength(3);
    mended = false;
    await rebuild();
    expect(await rows()).toHaveLength(1);
    expect((await dead.streams(10)).streams).toMatchObject(
      streams.map((stream) => ({
        subscription: 'counters',
        stream,
        nextTryAt: new Date(NOON + 1_000),
      })),
    );
    mended = true;
    expect(await dead.runAllAgain('counters')).toBe(2);
    await until('nothing parked', async () => (await dead.streams(0)).total === 0);
    expect(await rows()).toEqual(live);
    await rebuild();
    expect(await rows()).toEqual(live);
  });
});

describe('failed jobs', () => {
  const QUEUE = 'step-mending';
  let works: boolean;
  let done: string[];

  beforeEach(async () => {
    works = false;
    done = [];
    stops.push(queue.stop);
    await queue.start([QUEUE], true);
    await start([]);
    queue.work<{ name: string }>(QUEUE, 2, async ({ name }) => {
      if (!works && name !== 'good') throw new Error(`cannot do ${name}`);
      done.push(name);
    });
  });

  async function enqueue(...jobs: [key: string, name: string, cause: number][]): Promise<void> {
    const requests: JobRequest[] = jobs.map(([key, name, cause]) => ({
      queue: QUEUE,
      key,
      data: { name },
      cause,
    }));
    await test.database.db.transaction((tx) => queue.enqueue(tx, requests));
    queue.wake([QUEUE]);
  }

  const untilFailed = (count: number) =>
    until(`${count} failed`, async () => (await dead.jobs(0)).total === count);
  const untilDone = (count: number) => until(`${count} done`, async () => done.length === count);

  it('are listed with their error and what waits behind them, and run again before that', async () => {
    await enqueue(['a', 'bad', 1], ['a', 'next', 2], ['b', 'good', 3]);
    await untilFailed(1);
    await untilDone(1);
    const { jobs } = await dead.jobs(10);
    expect(jobs).toEqual([
      {
        queue: QUEUE,
        id: expect.any(String),
        document: 'a',
        data: { name: 'bad' },
        error: expect.stringMatching(/^Error: cannot do bad\n +at /),
        attempts: 3,
        failedAt: expect.any(Date),
        waiting: 1,
      },
    ]);
    const id = jobs[0]?.id ?? '';
    works = true;
    expect(await dead.retryJob(QUEUE, id)).toBe('asked');
    await untilDone(3);
    expect(done).toEqual(['good', 'bad', 'next']);
    expect(await dead.retryJob(QUEUE, id)).toBe('not-failed');
    expect(await dead.retryJob(QUEUE, newId())).toBe('not-failed');
    expect(await dead.retryJob('nothing', 'nothing')).toBe('not-failed');
    expect((await dead.jobs(10)).total).toBe(0);
  });

  it('fail again when they are run once more in vain, and are all run again together', async () => {
    await enqueue(['a', 'one', 1], ['b', 'two', 2]);
    await untilFailed(2);
    const [first] = (await dead.jobs(1)).jobs;
    await dead.retryJob(QUEUE, first?.id ?? '');
    await until('the attempt', async () =>
      (await dead.jobs(10)).jobs.some(({ id, attempts }) => id === first?.id && attempts === 4),
    );
    works = true;
    expect(await dead.retryAllJobs()).toBe(2);
    await untilDone(2);
    expect(done.toSorted()).toEqual(['one', 'two']);
    expect(await dead.retryAllJobs()).toBe(0);
  });
});
