import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../database.ts';
import { silence, startReceiver, type Answer, type Receiver } from '../receiver.ts';
import { startSender, type Sender } from './sender.ts';

const MESSAGES = 14;
const EVERY_MS = 600;
/** Nobody listens there. */
const REFUSES = 'http://127.0.0.1:1/hook';

const ANSWERS_AFTER_MS = 100;
const slowly: Answer = (response) => void setTimeout(() => response.end(), ANSWERS_AFTER_MS);

async function receivers(count: number, answer?: Answer): Promise<Receiver[]> {
  const started = await Promise.all(Array.from({ length: count }, startReceiver));
  onTestFinished(async () => void (await Promise.all(started.map((each) => each.stop()))));
  if (answer) for (const receiver of started) receiver.answer(answer);
  return started;
}

const urls = (of: readonly Receiver[]) => of.map(({ url }) => url);

/** Servers of their own at the same time, so that a busy machine is as busy for each of them. */
async function startSenders<Name extends string>(
  watched: readonly string[],
  others: Record<Name, readonly string[]>,
): Promise<Record<Name, Sender>> {
  const started = await Promise.all(
    Object.entries<readonly string[]>(others).map(async ([name, others]) => {
      const database = await createTestDatabase();
      const dataDir = await mkdtemp(join(tmpdir(), 'doctrail-ten-'));
      const sender = await startSender(database, dataDir, { watched, others });
      onTestFinished(async () => {
        await sender.stop();
        await database.drop();
        await rm(dataDir, { recursive: true, force: true });
      });
      return [name, sender] as const;
    }),
  );
  return Object.fromEntries(started) as Record<Name, Sender>;
}

async function delaysOf<Name extends string>(senders: Record<Name, Sender>) {
  const delays = await Promise.all(
    Object.entries<Sender>(senders).map(
      async ([name, each]) => [name, await each.delays()] as const,
    ),
  );
  console.table(Object.fromEntries(delays));
  return Object.fromEntries(delays) as Record<Name, Awaited<ReturnType<Sender['delays']>>>;
}

test('an endpoint that hangs or refuses leaves the delays of nine others as they are', async () => {
  const watched = urls(await receivers(9));
  const hanging = await receivers(1, silence);
  const senders = await startSenders(watched, {
    answers: urls(await receivers(1)),
    hangs: urls(hanging),
    refuses: [REFUSES],
  });

  for (let message = 0; message < MESSAGES; message += 1) {
    await Promise.all(Object.values(senders).map((sender) => sender.request()));
    await pause(EVERY_MS);
  }
  const { answers, hangs, refuses } = await delaysOf(senders);

  expect(hanging[0]?.received.length).toBeGreaterThan(0);
  expect(await senders.refuses.attemptsAtOthers()).toBeGreaterThan(0);
  expect(hangs.p95).toBeLessThan(2 * answers.p95 + 500);
  expect(refuses.p95).toBeLessThan(2 * answers.p95 + 500);
}, 120_000);

/** Each is sent three messages at a time: these would take every place for 15 s. */
const HANGING = 4;
const AT_ONCE = 20;

test('endpoints that hang take no place from others, when more is to be sent than goes at a time', async () => {
  const watched = urls(await receivers(9, slowly));
  const hanging = await receivers(HANGING, silence);
  const senders = await startSenders(watched, {
    answer: urls(await receivers(HANGING, slowly)),
    hang: urls(hanging),
  });

  // The first ones hang before anything else is to be sent.
  await Promise.all(Object.values(senders).map((sender) => sender.request()));
  await Promise.all(hanging.map((each) => each.until(1)));
  await Promise.all(
    Object.values(senders).flatMap((sender) => Array.from({ length: AT_ONCE }, sender.request)),
  );
  const { answer, hang } = await delaysOf(senders);

  expect(hang.p95).toBeLessThan(2 * answer.p95 + 500);
}, 120_000);
