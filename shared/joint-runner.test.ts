import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../tests/crash/until.ts';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { Counted, newId, Opened, startKernel, type TestKernel } from '../tests/kernel.ts';
import type { StoredEvent } from './event.ts';
import { createSignal } from './signal.ts';
import type { Subscription, Transaction } from './subscription.ts';

let test: TestDatabase;
let kernel: TestKernel;
beforeEach(async () => {
  test = await createTestDatabase();
  await test.database.sql`
    CREATE TABLE heard (listener text, position bigint, batch text DEFAULT pg_current_xact_id()::text)`;
});
afterEach(async () => {
  await kernel.stop();
  await test.drop();
});

const hear = (tx: Transaction, listener: string, { position }: StoredEvent) =>
  tx.execute(sql`INSERT INTO heard (listener, position) VALUES (${listener}, ${position})`);

/** Writes down what it hears, and in which transaction. */
const listener = (name: string, rest: Partial<Subscription> = {}): Subscription => ({
  name,
  kind: 'reactor',
  types: new Set([Opened.type, Counted.type]),
  async handle(tx, events, locked) {
    await locked;
    for (const event of events) await hear(tx, name, event);
  },
  ...rest,
});

async function listen(...subscriptions: Subscription[]): Promise<void> {
  return listenWith({ retryDelays: [] }, ...subscriptions);
}

async function listenWith(
  options: { retryDelays: readonly number[] },
  ...subscriptions: Subscription[]
): Promise<void> {
  kernel = await startKernel(test.url, () => subscriptions, options);
  await tell();
}

/** One more event, heard by all; in which transactions, by listener. */
async function tell(document = newId()): Promise<Map<string, string>> {
  const [event] = await kernel.tell(document, Opened({ name: 'a' }));
  const listeners = await test.database.sql<{ name: string }[]>`SELECT name FROM subscriptions`;
  await Promise.all(listeners.map(({ name }) => kernel.level(name)));
  const rows = await test.database.sql<{ listener: string; batch: string }[]>`
    SELECT listener, batch FROM heard WHERE position = ${event?.position ?? 0}`;
  expect(new Set(rows.map((row) => row.listener)).size).toBe(rows.length);
  return new Map(rows.map((row) => [row.listener, row.batch]));
}

/** Tells until these hear an event together: right after the start, some are still on their own. */
async function untilTogether(...names: string[]): Promise<Map<string, string>> {
  for (;;) {
    const heard = await tell();
    const batches = names.map((name) => heard.get(name));
    if (batches[0] !== undefined && new Set(batches).size === 1) return heard;
  }
}

describe('subscriptions that are level', () => {
  it('handle an event in one transaction, but for those that always go alone', async () => {
    await listen(listener('one'), listener('other'), listener('slow', { alone: true }));
    const heard = await untilTogether('one', 'other');
    expect(heard.get('slow')).not.toBe(heard.get('one'));
  });

  it('wait for no read model where they react', async () => {
    const models = [listener('model', { kind: 'projection' }), listener('counts')];
    await listen(listener('one'), listener('counted', { kind: 'projection' }), ...models);
    const heard = await untilTogether('one', 'counts');
    expect(heard.get('model')).not.toBe(heard.get('one'));
  });

  it('go on each by itself when one fails, and together again after that', async () => {
    const bad = newId();
    const failing = listener('failing', {
      async handle(tx, events, locked) {
        await locked;
        for (const event of events) {
          if (event.stream.endsWith(bad)) throw new Error('I cannot read this.');
          await hear(tx, 'failing', event);
        }
      },
    });
    await listen(listener('one'), failing, listener('other'));
    await untilTogether('one', 'failing', 'other');
    const heard = await tell(bad);
    expect([...heard.keys()].toSorted()).toEqual(['one', 'other']);
    expect(heard.get('one')).not.toBe(heard.get('other'));
    expect(await test.database.sql`SELECT subscription, stream FROM parked_streams`).toEqual([
      { subscription: 'failing', stream: `document-${bad}` },
    ]);
    await untilTogether('one', 'failing', 'other');
  });

  it('write nothing once the transaction of a failure is over', async () => {
    const bad = newId();
    let broken = false;
    const failing = listener('failing', {
      async handle(tx, events, locked) {
        await locked;
        if (broken && events.some(({ stream }) => stream.endsWith(bad))) {
          broken = false;
          throw new Error('Not yet.');
        }
        for (const event of events) await hear(tx, 'failing', event);
      },
    });
    const slow = listener('slow', {
      async handle(tx, events, locked) {
        await locked;
        for (const event of events) {
          // More than one turn behind the failure of the other.
          await tx.execute(sql`SELECT pg_sleep(0.02)`);
          await hear(tx, 'slow', event);
        }
      },
    });
    await listen(slow, failing);
    for (let round = 0; round < 25; round += 1) {
      await untilTogether('slow', 'failing');
      broken = true;
      await tell(bad);
      expect(broken).toBe(false);
    }
    const twice = await test.database.sql`
      SELECT listener, position FROM heard GROUP BY listener, position HAVING count(*) > 1`;
    expect(twice).toEqual([]);
  });

  it('wait for nothing that one has sent when another fails', async () => {
    const bad = newId();
    const isBad = (events: readonly StoredEvent[]) =>
      events.some(({ stream }) => stream.endsWith(bad));
    const failing = listener('failing', {
      async handle(tx, events, locked) {
        await locked;
        if (isBad(events)) await tx.execute(sql`SELECT 1 / 0`);
        for (const event of events) await hear(tx, 'failing', event);
      },
    });
    const sending = listener('sending', {
      async handle(tx, events, locked) {
        await locked;
        // Refused: by then the transaction has failed.
        if (isBad(events)) await tx.execute(sql`SELECT 2`).catch(() => undefined);
        return { writes: events.map(async (event) => void (await hear(tx, 'sending', event))) };
      },
    });
    await listen(failing, sending);
    await untilTogether('failing', 'sending');
    expect([...(await tell(bad)).keys()]).toEqual(['sending']);
  });

  it('leave out one whose parked stream is due, however much there is to do', async () => {
    const bad = newId();
    let broken = true;
    const failing = listener('failing', {
      async handle(tx, events, locked) {
        await locked;
        if (broken && events.some(({ stream }) => stream.endsWith(bad)))
          throw new Error('Not yet.');
        for (const event of events) await hear(tx, 'failing', event);
      },
    });
    const gates: PromiseWithResolvers<void>[] = [];
    const begun = createSignal();
    let isGated = false;
    const gated = listener('gated', {
      async handle(tx, events, locked) {
        await locked;
        if (isGated) {
          const gate = Promise.withResolvers<void>();
          gates.push(gate);
          begun.wake();
          await gate.promise;
        }
        for (const event of events) await hear(tx, 'gated', event);
      },
    });
    await listenWith({ retryDelays: [3_600_000] }, failing, gated);
    await untilTogether('failing', 'gated');
    await tell(bad);
    await untilTogether('failing', 'gated');
    isGated = true;
    await kernel.tell(newId(), Opened({ name: 'first' }));
    await begun.wait(30_000);
    broken = false;
    // While both are busy with the first it falls due, and is looked for in vain.
    await test.database.sql`UPDATE parked_streams SET next_try_at = doctrail_now()`;
    await until('the stream to be due for long', async () => {
      const [row] = await test.database.sql<{ due: boolean }[]>`
        SELECT next_try_at < doctrail_now() - interval '1 second' AS due FROM parked_streams`;
      return row?.due === true;
    });
    // More is there the moment that the first is done.
    const [second] = await kernel.tell(newId(), Opened({ name: 'second' }));
    await until(
      'it to be read',
      async () => kernel.bus.position() >= (second?.position ?? Infinity),
    );
    gates[0]?.resolve();
    await begun.wait(30_000);
    await until('the stream to be handled', async () => {
      const parked = await test.database.sql`SELECT FROM parked_streams`;
      return parked.length === 0;
    });
    isGated = false;
    gates.forEach(({ resolve }) => resolve());
    await tell();
  });
});
