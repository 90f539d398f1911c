import { expect, test } from 'vitest';
import { createTestDatabase } from '../database.ts';
import { proveTwoProcesses } from './two-processes-proof.ts';

// The same at its full count: npm run proof -- two-processes

test('two processes share the work, and one takes over when the other is killed', async () => {
  const { url, drop } = await createTestDatabase();
  const figures = await proveTwoProcesses({ databaseUrl: url, files: 16, roles: ['all', 'all'] });
  await drop();
  expect(Math.min(...figures.stepsBegun)).toBeGreaterThan(0);
}, 240_000);

test('a web process and a worker share the work, and a new worker takes over from a killed one', async () => {
  const { url, drop } = await createTestDatabase();
  const figures = await proveTwoProcesses({
    databaseUrl: url,
    files: 10,
    roles: ['web', 'worker'],
  });
  await drop();
  expect(figures.stepsBegun).toEqual([0, 40]);
}, 240_000);
