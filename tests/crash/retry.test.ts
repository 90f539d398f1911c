import { expect, test } from 'vitest';
import { proveRetries } from './retry-proof.ts';

// The same at its full count: npm run proof -- retries

test('no decision is doubled and no timer lost, whenever the server is killed while steps fail', async () => {
  const { completed, givenUp, retries } = await proveRetries({ kills: 3, files: 12 });
  expect(completed).toBeGreaterThan(0);
  expect(retries).toBeGreaterThan(givenUp);
}, 240_000);
