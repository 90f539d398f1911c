import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../database.ts';
import { silence, startReceiver } from '../receiver.ts';
import { startSender, type Sender } from './sender.ts';

const MESSAGES = 14;
const EVERY_MS = 600;
/** Nobody listens there. */
const REFUSES = 'http://127.0.0.1:1/hook';

/** Servers of their own at the same time, so that a busy machine is as busy for each of them. */
async function startSenders(tenths: Record<string, string>): Promise<Record<string, Sender>> {
  const receivers = await Promise.all(Array.from({ length: 9 }, startReceiver));
  onTestFinished(async () => void (await Promise.all(receivers.map((each) => each.stop()))));
  const nine = receivers.map(({ url }) => url);
  const started = await Promise.all(
    Object.entries(tenths).map(async ([name, tenth]) => {
      const database = await createTestDatabase();
      const dataDir = await mkdtemp(join(tmpdir(), 'doctrail-ten-'));
      const sender = await startSender(database, dataDir, [...nine, tenth]);
      onTestFinished(async () => {
        await sender.stop();
        await database.drop();
        await rm(dataDir, { recursive: true, force: true });
      });
      return [name, sender];
    }),
  );
  return Object.fromEntries(started) as Record<string, Sender>;
}

test('an endpoint that hangs or refuses leaves the delays of nine others as they are', async () => {
  const healthy = await startReceiver();
  const hanging = await startReceiver();
  hanging.answer(silence);
  onTestFinished(async () => void (await Promise.all([healthy.stop(), hanging.stop()])));
  const tenths = { answers: healthy.url, hangs: hanging.url, refuses: REFUSES };
  const senders = await startSenders(tenths);

  for (let message = 0; message < MESSAGES; message += 1) {
    await Promise.all(Object.values(senders).map((sender) => sender.request()));
    await pause(EVERY_MS);
  }
  const delays = new Map<string, Awaited<ReturnType<Sender['delays']>>>();
  for (const [name, sender] of Object.entries(senders)) delays.set(name, await sender.delays());
  console.table(Object.fromEntries(delays));

  expect(hanging.received.length).toBeGreaterThan(0);
  expect(await senders['refuses']?.attemptsOfTenth()).toBeGreaterThan(0);
  const usual = delays.get('answers')?.p95 ?? 0;
  expect(delays.get('hangs')?.p95).toBeLessThan(2 * usual + 500);
  expect(delays.get('refuses')?.p95).toBeLessThan(2 * usual + 500);
}, 120_000);
