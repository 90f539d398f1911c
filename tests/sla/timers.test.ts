import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { proveTimers } from './timer-proof.ts';

// The same at its full count: npm run proof -- sla

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

test('every warning and breach is said when it is due, in order and once, whatever is killed', async () => {
  const { said } = await proveTimers({ databaseUrl: own.url, documents: 300, kills: 2 });
  expect(said).toBe(1_200);
}, 120_000);
