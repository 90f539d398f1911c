import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { lockCheckpoint, passCheckpoints } from './checkpoint.ts';

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
  await test.database.sql`INSERT INTO subscriptions (name, position) VALUES ('letters', 7)`;
});
afterEach(() => test.drop());

const pass = async (from: number, to: number) =>
  (await passCheckpoints(test.database.sql, [{ name: 'letters', from, to }])).has('letters');
const position = async () => {
  const [row] = await test.database.sql`SELECT position FROM subscriptions WHERE name = 'letters'`;
  return Number(row?.['position']);
};

describe('a checkpoint passes what its subscription does not want', () => {
  it('from where it is', async () => {
    expect(await pass(7, 12)).toBe(true);
    expect(await position()).toBe(12);
  });

  it('together with others, each by itself', async () => {
    const { sql } = test.database;
    await sql`INSERT INTO subscriptions (name, position) VALUES ('cards', 9), ('maps', 3)`;
    const passed = await passCheckpoints(sql, [
      { name: 'letters', from: 7, to: 12 },
      { name: 'cards', from: 8, to: 12 },
      { name: 'maps', from: 3, to: 11 },
    ]);
    expect(passed).toEqual(new Set(['letters', 'maps']));
    const rows = await sql`SELECT name, position::int FROM subscriptions ORDER BY name`;
    expect(rows).toMatchObject([{ position: 9 }, { position: 12 }, { position: 11 }]);
  });

  it('unless another process has moved it', async () => {
    expect(await pass(5, 12)).toBe(false);
    expect(await position()).toBe(7);
  });

  it('unless another process has it, for which it does not wait', async () => {
    await test.database.db.transaction(async (tx) => {
      await lockCheckpoint(tx, 'letters');
      expect(await pass(7, 12)).toBe(false);
    });
    expect(await position()).toBe(7);
  });
});
