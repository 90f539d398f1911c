import { expect, test } from 'vitest';
import { proveKills } from './kill-proof.ts';

// The same at its full count: npm run proof -- crash

test('nothing acknowledged is lost, and nothing is done twice, however often the server is killed', async () => {
  const { acknowledged, onBoard } = await proveKills({ kills: 3, files: 40 });
  expect(acknowledged).toBeGreaterThan(20);
  expect(onBoard).toBeGreaterThanOrEqual(acknowledged);
}, 240_000);
