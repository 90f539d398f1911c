import { expect, test } from 'vitest';
import { proveWebhooks } from './webhook-proof.ts';

// The same at its full count: npm run proof -- webhooks

test('no message is lost, doubled or altered, however often server and receiver are killed', async () => {
  const figures = await proveWebhooks({ kills: 2, files: 30, mended: true });
  expect(figures.receiverKills).toBeGreaterThan(0);
  expect(figures.completed).toBeGreaterThan(0);
  expect(figures.failedTwice).toBeGreaterThan(0);
  expect(figures.refused).toBeGreaterThan(0);
}, 240_000);
