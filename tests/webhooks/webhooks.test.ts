import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../database.ts';
import { proveWebhooks } from './webhook-proof.ts';

// The same at its full count: npm run proof -- webhooks

test('no message is lost, doubled or altered, however often servers and receiver are killed', async () => {
  const { url: databaseUrl, drop } = await createTestDatabase();
  onTestFinished(drop);
  const figures = await proveWebhooks({ databaseUrl, kills: 2, files: 30, mended: true });
  expect(figures.receiverKills).toBeGreaterThan(0);
  expect(figures.completed).toBeGreaterThan(0);
  expect(figures.failedTwice).toBeGreaterThan(0);
  expect(figures.refused).toBeGreaterThan(0);
  expect(figures.gone).toBeGreaterThan(0);
}, 240_000);
