import { bigint, jsonb, numeric, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { insertRows } from './insert-rows.ts';

const things = pgTable('things', {
  name: text(),
  words: text().array(),
  facts: jsonb(),
  at: timestamp({ withTimezone: true, precision: 3, mode: 'date' }),
  big: bigint({ mode: 'number' }),
  amount: numeric({ precision: 20, scale: 2 }),
});

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
  await test.database.sql`
    CREATE TABLE things (name text DEFAULT 'nameless', words text[], facts jsonb, at timestamptz(3), big bigint,
      amount numeric(20, 2))`;
});
afterEach(() => test.drop());

const thing = {
  name: `Grüße 'und' "Küsse" \\ 🦉`,
  words: ['a,b', '{c}', ''],
  facts: { list: [1, null, 'two'], deep: { yes: true } },
  at: new Date('2026-03-29T01:00:00.123Z'),
  big: Number.MAX_SAFE_INTEGER,
  amount: '1234567890123456.78',
};
const nothing = { name: null, words: null, facts: null, at: null, big: null, amount: null };
const stored = () => test.database.db.select().from(things);

it('stores every kind of value as it is', async () => {
  await test.database.db.execute(insertRows(things, [thing, nothing]));
  expect(await stored()).toEqual([thing, nothing]);
});

it('leaves to the database what the first row does not have', async () => {
  await test.database.db.execute(insertRows(things, [{ big: 1 }, { big: 2 }]));
  expect(await stored()).toMatchObject([
    { name: 'nameless', big: 1 },
    { name: 'nameless', big: 2 },
  ]);
});

it('mends half a character, and leaves alone what only looks like one', async () => {
  const [half, looks] = ['a\uD83E', String.raw`a\ud83e`];
  const facts = { half, looks };
  await test.database.db.execute(
    insertRows(things, [
      { name: half, facts },
      { name: looks, facts },
    ]),
  );
  const mended = { half: 'a\uFFFD', looks };
  expect(await stored()).toMatchObject([
    { name: 'a\uFFFD', facts: mended },
    { name: looks, facts: mended },
  ]);
});
