import * as fc from 'fast-check';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { connect } from './database.ts';
import { defineEvent, type StoredEvent } from './event.ts';
import { eventCatalogue } from './event-catalogue.ts';
import { createEventStore, VersionConflict, type EventStore } from './event-store.ts';
import { newId } from './ids.ts';

const Noted = defineEvent('Noted', {
  schema: Type.Object({ text: Type.String(), weight: Type.Integer() }),
  sentence: (data) => data.text,
  // Version 1 had no weight.
  upcasters: [(data) => ({ ...data, weight: 1 })],
});
const metadata = { correlation: 'c', causation: null, actor: 'user:1', command: 'note' };
const note = (text: string, id?: string) => Noted({ text, weight: 2 }, id);
const write = (stream: string, expected: number | null, ...events: ReturnType<typeof note>[]) => ({
  stream,
  expected,
  events,
  metadata,
});

let test: TestDatabase;
let store: EventStore;
beforeAll(async () => {
  test = await createTestDatabase();
  store = createEventStore(test.database.sql, eventCatalogue([Noted]));
});
afterAll(() => test.drop());

describe('append', () => {
  it('stores events in order with version, position, metadata and the time of the database', async () => {
    const stream = newId();
    const stored = await store.append(write(stream, 0, note('a'), note('b')));
    expect(stored.map(({ version, data }) => [version, data['text']])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(await store.read(stream)).toEqual(stored);
    expect(stored[0]?.metadata).toEqual(metadata);
  });

  it('refuses an append to another version than expected, with the actual one', async () => {
    const stream = newId();
    await store.append(write(stream, 0, note('a')));
    const late = store.append(write(stream, 0, note('b')));
    await expect(late).rejects.toBeInstanceOf(VersionConflict);
    await expect(late).rejects.toMatchObject({ stream, expected: 0, actual: 1 });
    expect(await store.read(stream)).toHaveLength(1);
  });

  it('takes any version where none is expected', async () => {
    const stream = newId();
    await store.append(write(stream, null, note('a')));
    await store.append(write(stream, null, note('b')));
    expect(await store.read(stream)).toHaveLength(2);
  });

  it('gives the first result again when all ids are known, whatever version is expected', async () => {
    const stream = newId();
    const event = note('a', newId());
    const first = await store.append(write(stream, 0, event));
    expect(await store.append(write(stream, 0, event))).toEqual(first);
    expect(await store.read(stream)).toHaveLength(1);
  });

  it('refuses an append of which only some ids are known', async () => {
    const stream = newId();
    const known = note('a', newId());
    await store.append(write(stream, 0, known));
    await expect(store.append(write(stream, 1, known, note('b', newId())))).rejects.toThrow(
      /some are not/,
    );
  });

  it('is all or nothing over several streams', async () => {
    const [one, other] = [newId(), newId()];
    await store.append(write(other, 0, note('x')));
    await expect(
      store.append(write(one, 0, note('a')), write(other, 0, note('b'))),
    ).rejects.toBeInstanceOf(VersionConflict);
    expect(await store.read(one)).toEqual([]);
  });

  it('gives each of many callers at once a verdict of its own', async () => {
    const stream = newId();
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) => store.append(write(stream, 0, note(`${index}`)))),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await store.read(stream)).toHaveLength(1);
  });

  it('tells its own readers what it has stored, once, as the log gives it', async () => {
    const told: StoredEvent[] = [];
    const own = createEventStore(test.database.sql, eventCatalogue([Noted]));
    own.onAppended((events) => told.push(...events));
    const stream = newId();
    const fact = { ...note('a'), id: newId() };
    await own.append(write(stream, 0, fact));
    await own.append(write(stream, 0, fact));
    await expect(own.append(write(stream, 7, note('b')))).rejects.toThrow(VersionConflict);
    expect(told).toEqual(await own.read(stream));
    expect(told).toHaveLength(1);
  });

  it('reads at once for all who read at the same moment', async () => {
    const statements: string[] = [];
    const sql = connect(test.url, {
      debug: (_connection, statement) => statements.push(statement),
    });
    const counted = createEventStore(sql, eventCatalogue([Noted]));
    const streams = Array.from({ length: 16 }, newId);
    for (const stream of streams) await counted.append(write(stream, 0, note(stream)));
    statements.length = 0;
    const read = await Promise.all(streams.map((stream) => counted.read(stream)));
    expect(read.map(([event]) => event?.data['text'])).toEqual(streams);
    expect(statements).toHaveLength(1);
    await sql.end();
  });

  it('takes one round trip, and one for all who append at once, again and again', async () => {
    const statements: string[] = [];
    const sql = connect(test.url, {
      debug: (_connection, statement) => statements.push(statement),
    });
    const counted = createEventStore(sql, eventCatalogue([Noted]));
    const appendTimes = async (times: number) => {
      const stream = newId();
      for (let version = 0; version < times; version += 1)
        await counted.append(write(stream, version, note('a')));
    };
    // The first statements of a connection ask for the types of the database.
    await appendTimes(1);
    statements.length = 0;
    await appendTimes(10);
    expect(statements).toHaveLength(10);
    await Promise.all(Array.from({ length: 16 }, () => appendTimes(10)));
    expect(statements).toHaveLength(20);
    await sql.end();
  });

  it('lets others succeed when one of a group repeats an id in another stream', async () => {
    const id = newId();
    const streams = [newId(), newId(), newId()];
    const writes = streams.map((stream, index) =>
      write(stream, 0, note(stream, index < 2 ? id : newId())),
    );
    const results = await Promise.allSettled(writes.map((each) => store.append(each)));
    expect(results.at(2)?.status).toBe('fulfilled');
    expect(await store.read(streams[2] ?? '')).toHaveLength(1);
  });

  it('refuses data that does not fit the schema, and types that nobody defined', async () => {
    const misfit = { ...note('a'), data: { text: 1 } };
    await expect(
      store.append({ stream: newId(), expected: 0, events: [misfit], metadata }),
    ).rejects.toThrow(/Noted does not fit/);
    const unknown = { type: 'Unknown', schemaVersion: 1, data: {} };
    await expect(
      store.append({ stream: newId(), expected: 0, events: [unknown], metadata }),
    ).rejects.toThrow(/no slice's manifest/);
  });
});

describe('the ways of append_events', () => {
  const ids = Array.from({ length: 4 }, newId);
  const event = fc.record({
    id: fc.oneof(
      { weight: 9, arbitrary: fc.uuid() },
      { weight: 1, arbitrary: fc.constantFrom(...ids) },
    ),
    type: fc.constant('Noted'),
    schemaVersion: fc.constant(2),
    data: fc.record({ text: fc.string() }),
    metadata: fc.constant({}),
  });
  const writesOf = (length: { minLength?: number; maxLength: number }) =>
    fc.record({
      stream: fc.oneof(fc.uuid(), fc.constantFrom('a', 'b', 'c')),
      expected: fc.option(fc.constantFrom(0, 1, 2)),
      events: fc.array(event, length),
    });
  const one = { minLength: 1, maxLength: 1 };
  const requests = fc.oneof(
    fc.array(fc.record({ writes: fc.array(writesOf(one), one) }), one),
    fc.array(
      fc.record({ writes: fc.array(writesOf({ maxLength: 3 }), { minLength: 1, maxLength: 2 }) }),
      { minLength: 1, maxLength: 6 },
    ),
  );

  it('give the same verdicts, whatever is asked for', async () => {
    const ways = ['append_events', 'append_events_together', 'append_events_one_by_one'];
    const tables = await Promise.all(ways.map(() => createTestDatabase()));
    const logs = tables.map(({ database }) => database.sql);
    const ask = (asked: object) => JSON.stringify(asked).replaceAll('\\u0000', '');
    await fc.assert(
      fc.asyncProperty(requests, async (asked) => {
        const settled = await Promise.allSettled(
          logs.map(
            (sql, way) =>
              sql`SELECT ${sql(ways[way] ?? '')}(${ask(asked)}::text::jsonb) AS verdicts`,
          ),
        );
        const [first, ...others] = settled.map(outcome);
        for (const other of others) expect(first).toEqual(other);
      }),
      { numRuns: 200 },
    );
    const [first, ...others] = await Promise.all(
      logs.map((sql) => sql`SELECT position, id, stream, version, data FROM events ORDER BY 1`),
    );
    for (const other of others) expect(first).toEqual(other);
    for (const { drop } of tables) await drop();
  });

  /** The verdicts without their times; or that the whole group was refused. */
  const outcome = (settled: PromiseSettledResult<Record<string, unknown>[]>) =>
    settled.status === 'rejected'
      ? 'refused'
      : JSON.parse(JSON.stringify(settled.value), (key, value: unknown) =>
          key === 'storedAt' || isTime(value) ? null : value,
        );
  const isTime = (value: unknown) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);
});

describe('the log', () => {
  it('refuses UPDATE, DELETE and TRUNCATE', async () => {
    const { sql } = test.database;
    await store.append(write(newId(), 0, note('a')));
    await expect(sql`UPDATE events SET type = 'x'`).rejects.toThrow(/append-only/);
    await expect(sql`DELETE FROM events`).rejects.toThrow(/append-only/);
    await expect(sql`TRUNCATE events`).rejects.toThrow(/append-only/);
  });

  it('reads old events in the newest shape', async () => {
    const stream = newId();
    await test.database.sql`SELECT append_events(${JSON.stringify([
      {
        writes: [
          {
            stream,
            expected: 0,
            events: [
              { id: newId(), type: 'Noted', schemaVersion: 1, data: { text: 'old' }, metadata },
            ],
          },
        ],
      },
    ])}::text::jsonb)`;
    expect(await store.read(stream)).toMatchObject([
      { schemaVersion: 2, data: { text: 'old', weight: 1 } },
    ]);
  });
});
