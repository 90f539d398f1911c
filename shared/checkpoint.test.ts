import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { lockCheckpoint, passCheckpoint } from './checkpoint.ts';

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
  await test.database.sql`INSERT INTO subscriptions (name, position) VALUES ('letters', 7)`;
});
afterEach(() => test.drop());

const pass = (from: number, to: number) =>
  passCheckpoint(test.database.sql, 'letters', { from, to });
const position = async () => {
  const [row] = await test.database.sql`SELECT position FROM subscriptions WHERE name = 'letters'`;
  return Number(row?.['position']);
};

describe('a checkpoint passes what its subscription does not want', () => {
  it('from where it is', async () => {
    expect(await pass(7, 12)).toBe(true);
    expect(await position()).toBe(12);
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
