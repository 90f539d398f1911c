import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/database.ts';
import { deliveriesModel, type DeliveryState } from '../delivery/table.ts';
import { endpointsModel } from '../endpoint/read-model.ts';
import { createScreenQueries, type DeliveryCursor, type DeliveryFilter } from './queries.ts';

const id = (number: number) => `0190a6c0-0000-7000-8000-${String(number).padStart(12, '0')}`;
const [kept, removed] = [id(1), id(2)];
const at = new Date('2026-01-01T00:00:00Z');
const all: DeliveryFilter = { endpoint: null, state: null, rule: null };

const endpoint = (which: string, state: 'enabled' | 'removed') => ({
  id: which,
  url: 'https://example.org/',
  description: '',
  rules: [],
  state,
  addedAt: at,
  changedAt: at,
  position: 1,
  revision: 1,
});
const delivery = (to: string, position: number, state: DeliveryState, rule = 'completed') => ({
  id: id(100 + position),
  document: id(100 + position),
  messageId: `msg_${position}`,
  endpoint: to,
  rule,
  type: `document.${rule}`,
  body: '',
  state,
  attempts: 1,
  tried: 1,
  cause: id(3),
  causePosition: 1,
  addressedAt: at,
  position,
  revision: 1,
});

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  const { db } = test.database;
  await db.insert(endpointsModel).values([endpoint(kept, 'enabled'), endpoint(removed, 'removed')]);
  // Every message went to both.
  const positions = [1, 2, 3, 4, 5];
  await db
    .insert(deliveriesModel)
    .values([
      ...positions.map((position) => delivery(kept, position, 'delivered')),
      ...positions.map((position) => delivery(removed, position, 'failed', 'failed-twice')),
      delivery(kept, 6, 'pending'),
      delivery(kept, 7, 'retrying'),
    ]);
});
afterAll(() => test.drop());

async function pages(filter: DeliveryFilter, limit: number): Promise<string[][]> {
  const queries = createScreenQueries(test.database);
  const found: string[][] = [];
  let before: DeliveryCursor | null = null;
  for (;;) {
    const { deliveries, hasMore } = await queries.deliveries(filter, before, limit);
    found.push(deliveries.map((one) => `${one.messageId} ${one.endpoint === kept ? 'k' : 'r'}`));
    const last = deliveries.at(-1);
    if (!hasMore || !last) return found;
    before = last;
  }
}

describe('a page of deliveries', () => {
  it('goes over all endpoints, removed ones too, and shows each delivery once', async () => {
    const found = await pages(all, 4);
    expect(found.map(({ length }) => length)).toEqual([4, 4, 4]);
    expect(found[0]).toEqual(['msg_7 k', 'msg_6 k', 'msg_5 r', 'msg_5 k']);
    expect(found.flat()).toEqual([...new Set(found.flat())]);
    expect(found.flat()).toEqual((await pages(all, 5)).flat());
    expect((await pages(all, 5))[1]?.[0]).toBe('msg_4 k');
  });

  it('holds what was asked for: endpoint, state, rule', async () => {
    expect((await pages({ ...all, endpoint: removed }, 50)).flat()).toHaveLength(5);
    expect(await pages({ ...all, state: 'pending' }, 50)).toEqual([['msg_6 k']]);
    expect((await pages({ ...all, rule: 'failed-twice' }, 2)).flat()).toHaveLength(5);
    expect(await pages({ endpoint: kept, state: 'failed', rule: null }, 50)).toEqual([[]]);
  });
});

describe('the counts of an endpoint', () => {
  it('are those of what waits and of what was given up', async () => {
    const counts = await createScreenQueries(test.database).counts([kept, removed]);
    expect(counts.get(kept)).toEqual({ pending: 1, retrying: 1, failed: 0 });
    expect(counts.get(removed)).toEqual({ pending: 0, retrying: 0, failed: 5 });
  });
});
