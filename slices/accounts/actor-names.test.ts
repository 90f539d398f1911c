import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../tests/database.ts';
import { createAccounts } from './accounts.ts';
import { createActorNames } from './actor-names.contract.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

it('names people, tokens and parts of the system, and nobody else', async () => {
  const accounts = createAccounts(test.database);
  const token = await accounts.token(await accounts.createToken({ name: 'ERP', role: 'uploader' }));
  const [person] = await test.database.sql<{ id: string }[]>`SELECT id FROM users`;
  const nobody = 'user:00000000-0000-4000-8000-000000000000';
  const actors = [`user:${person?.id}`, `token:${token?.id}`, 'system:inspection', nobody];
  const names = await createActorNames(test.database).of(actors);
  expect(actors.map((actor) => names.get(actor))).toEqual([
    'Administrator',
    'ERP (API token)',
    'inspection',
    undefined,
  ]);
});
