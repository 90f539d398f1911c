import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { Counted, Opened } from '../tests/kernel.ts';
import { stressFeed } from '../tests/stress/feed-stress.ts';
import { documentStream } from './event.ts';
import { eventCatalogue } from './event-catalogue.ts';
import { createEventStore } from './event-store.ts';
import { createFeed, type Page } from './feed.ts';
import { newId } from './ids.ts';

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

/** A feed over a log of so many events, and how often that was read. */
async function feedOf(count: number) {
  const log = await createTestDatabase();
  const { sql } = log.database;
  const catalogue = eventCatalogue([Opened, Counted]);
  const store = createEventStore(sql, catalogue);
  const stream = documentStream(newId());
  const metadata = { correlation: stream, causation: null, actor: 'user:test', command: 'count' };
  const append = (times: number) => {
    const events = Array.from({ length: times }, () => Counted({ by: 1 }));
    return store.append({ stream, expected: null, events, metadata });
  };
  await append(count);
  let reads = 0;
  const counting = new Proxy(sql, {
    apply(target, self, args: Parameters<typeof sql>) {
      if (String(args[0]).includes('FROM events')) reads += 1;
      return Reflect.apply(target, self, args) as unknown;
    },
  });
  onTestFinished(() => log.drop());
  return { feed: createFeed(counting, catalogue), append, reads: () => reads };
}
const positions = ({ events }: Page) => events.map(({ position }) => position);
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('feed', () => {
  it('reads a page once for those who lag together, and the next one ahead', async () => {
    const { feed, reads } = await feedOf(25);
    const askAll = (after: number) =>
      Promise.all(Array.from({ length: 5 }, () => feed.between(after, 25, 10)));
    for (const page of [...(await askAll(0)), ...(await askAll(0))])
      expect(positions(page)).toEqual(range(1, 10));
    expect(reads()).toBe(2);
    for (const page of await askAll(10)) expect(positions(page)).toEqual(range(11, 20));
    expect(reads()).toBe(3);
  });

  it('keeps no page that was not full', async () => {
    const { feed, append } = await feedOf(25);
    const before = await feed.between(20, 25, 10);
    await append(10);
    const after = await feed.between(20, 35, 10);
    expect([before, after].map(positions)).toEqual([range(21, 25), range(21, 30)]);
    expect([before.position, after.position]).toEqual([25, 30]);
  });

  it('keeps only a few pages, the newest', async () => {
    const { feed, reads } = await feedOf(80);
    for (let after = 0; after < 80; after += 10) await feed.between(after, 80, 10);
    expect(reads()).toBe(8);
    await feed.between(60, 80, 10);
    expect(reads()).toBe(8);
    await feed.between(0, 10, 10);
    expect(reads()).toBe(9);
  });

  it('loses, inverts and stalls nothing: 12 writers, rollbacks, early writes, a foreign long transaction', async () => {
    const outcome = await stressFeed({
      url: test.url,
      foreignUrl: other.url,
      writers: 12,
      appendsEach: 150,
    });
    expect(outcome).toMatchObject({ lost: 0, inverted: 0, doubled: 0 });
    expect(outcome.read).toBeGreaterThan(1_000);
    expect(outcome.rolledBack).toBeGreaterThan(50);
    // The foreign transaction is open all the time: a reader that waited for it would never see an event.
    expect(outcome.longestStallMs).toBeLessThan(2_000);
  });
});
