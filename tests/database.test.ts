import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { createTestDatabase } from './database.ts';

test('each test database is migrated and its own', async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await first.database.sql`create table only_here (id int)`;
  const tables = await second.database.sql`select to_regclass('only_here') as found`;
  expect(tables[0]?.['found']).toBeNull();
  const [migrations] = await second.database.db.execute(
    sql`select count(*)::int as count from drizzle.__drizzle_migrations`,
  );
  expect(migrations?.['count']).toBeGreaterThan(0);
  await Promise.all([first.drop(), second.drop()]);
});
