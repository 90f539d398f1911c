import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { DocumentErased } from './erased.ts';
import { personalFields } from './eraser.ts';
import { defineEvent, documentStream, personal } from './event.ts';
import { eventCatalogue } from './event-catalogue.ts';
import { createEventStore, type EventStore } from './event-store.ts';
import { newId } from './ids.ts';

const Noted = defineEvent('Noted', {
  schema: Type.Object({
    by: personal(Type.String()),
    page: Type.Integer(),
    error: Type.Union([
      Type.Object({ code: Type.String(), detail: personal(Type.String()) }),
      Type.Null(),
    ]),
  }),
  sentence: () => 'noted',
});

let test: TestDatabase;
let store: EventStore;
beforeAll(async () => {
  test = await createTestDatabase();
  store = createEventStore(test.database.sql, eventCatalogue([Noted, DocumentErased]));
});
afterAll(() => test.drop());

const metadata = { correlation: newId(), causation: null, actor: 'user:a', command: 'note' };
const note = { by: 'Ann', page: 7, error: { code: 'x', detail: 'of Ann' } };
const fields = JSON.stringify({ Noted: personalFields(Noted.schema) });

async function noted(erased: boolean): Promise<string> {
  const stream = documentStream(newId());
  const events = [Noted(note), Noted({ ...note, error: null })];
  const end = erased ? [DocumentErased({ why: 'requested', reason: 'asked for' })] : [];
  await store.append({ stream, expected: 0, events: [...events, ...end], metadata });
  return stream;
}

const blank = (stream: string) =>
  test.database.sql`SELECT erase_personal_data(${stream}, ${fields}::text::jsonb) AS changed`;

it('the personal fields of a schema are found at any depth', () => {
  expect(personalFields(Noted.schema)).toEqual([['by'], ['error', 'detail']]);
});

describe('the log', () => {
  it('lets exactly these become null, once the document was erased', async () => {
    const stream = await noted(true);
    const before = await store.read(stream);
    expect(await blank(stream)).toEqual([{ changed: 2 }]);
    const after = await store.read(stream);
    expect(after.map(({ data }) => data)).toEqual([
      { by: null, page: 7, error: { code: 'x', detail: null } },
      { by: null, page: 7, error: null },
      { why: 'requested', reason: 'asked for' },
    ]);
    const withoutData = (events: typeof after) => events.map((event) => ({ ...event, data: null }));
    expect(withoutData(after)).toEqual(withoutData(before));
    expect(await blank(stream)).toEqual([{ changed: 0 }]);
  });

  it('lets nothing become null before', async () => {
    const stream = await noted(false);
    expect(await blank(stream)).toEqual([{ changed: 0 }]);
    await expect(
      test.database
        .sql`UPDATE events SET data = jsonb_set(data, '{by}', 'null') WHERE stream = ${stream}`,
    ).rejects.toThrow(/append-only/);
  });

  it.each([
    `data = jsonb_set(data, '{page}', '8')`,
    `data = data - 'page'`,
    `data = data || '{"more": null}'`,
    `data = 'null'`,
    `type = 'Other'`,
    `metadata = '{}'`,
    `stored_at = now()`,
  ])('refuses any other change, even then: %s', async (change) => {
    const stream = await noted(true);
    const changing = test.database.sql.unsafe(`UPDATE events SET ${change} WHERE stream = $1`, [
      stream,
    ]);
    await expect(changing).rejects.toThrow(/append-only/);
  });
});
