import { Type } from 'typebox';
import { afterEach, expect, it } from 'vitest';
import { pino } from 'pino';
import { loadConfig } from '../../shared/config.ts';
import { BlobErased } from '../../shared/blobs.ts';
import type { StepSlice } from '../../shared/slice.ts';
import { stepEvents } from '../../shared/steps/step-events.ts';
import { defineStep, type StepContext } from '../../shared/steps/step.ts';
import { startTestApp, type TestApp } from '../../tests/app.ts';
import { setClock } from '../../tests/kernel.ts';
import { startDoctrail, type Doctrail } from '../doctrail.ts';
import { placesOf } from './everything.fixture.ts';

const WORD = 'zephyrquill';
const silent = pino({ level: 'silent' });

let app: TestApp;
const others: Doctrail[] = [];
afterEach(async () => {
  for (const other of others.splice(0)) await other.stop();
  await app.stop();
});

/** A step that goes on when the test says so, deaf to whoever wants it to end, and then keeps what it found. */
function stubbornStep() {
  const begun = Promise.withResolvers<StepContext>();
  const released = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown>();
  const events = stepEvents('Reading', 'Reading', { text: Type.String() });
  const step = defineStep({
    slug: 'reading',
    title: 'Reading',
    events,
    concurrency: () => 1,
    async run(context) {
      begun.resolve(context);
      await released.promise;
      try {
        const { sha256 } = await context.blobs.put(context.document, Buffer.from(`found ${WORD}`));
        ended.resolve('kept');
        return { text: sha256 };
      } catch (error) {
        ended.resolve(error);
        throw error;
      }
    },
  });
  const slice: StepSlice = { name: 'reading', summary: '', events: Object.values(events), step };
  return { slice, begun: begun.promise, release: released.resolve, ended: ended.promise };
}

const stores = () => ({ database: app.database.database, dataDir: app.dataDir });
const erase = (id: string) =>
  app.ask(`/api/documents/${id}`, {
    as: 'admin',
    method: 'DELETE',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'no longer needed' }),
  });

async function until(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const isFree = async () => (await placesOf(stores(), [WORD])).length === 0;
const typesOf = async (id: string) => {
  const rows = await app.database.database.sql<{ type: string }[]>`
    SELECT type FROM events WHERE stream = ${`document-${id}`} ORDER BY version`;
  return rows.map(({ type }) => type);
};

it('a step that runs is abandoned, and nothing stays of what it keeps afterwards', async () => {
  const { slice, begun, release, ended } = stubbornStep();
  app = await startTestApp({ steps: [slice] });
  const [document] = await app.upload({ name: `${WORD}.txt`, content: WORD });
  const id = document?.id ?? '';
  const { signal } = await begun;
  expect((await erase(id)).status).toBe(202);
  await until(isFree);
  await until(async () => signal.aborted);
  release();
  expect(await ended).toBeInstanceOf(BlobErased);
  expect(await placesOf(stores(), [WORD])).toEqual([]);
  expect((await typesOf(id)).slice(-2)).toEqual(['ReadingStarted', 'DocumentErased']);
});

it('a process that dies over an erasure leaves it to another', async () => {
  app = await startTestApp({ steps: [], env: { ROLE: 'web' } });
  const [one, other] = await app.upload(
    { name: `${WORD}.txt`, content: WORD },
    { name: 'other.txt', content: `The other ${WORD}.` },
  );
  for (const each of [one, other]) expect((await erase(each?.id ?? '')).status).toBe(202);
  // Nobody works here: the first is told, of the second the bytes are gone, and there the process died.
  await app.cradle.blobs.erase(other?.id ?? '');
  expect(await isFree()).toBe(false);
  const config = loadConfig({
    DATABASE_URL: app.database.url,
    SECRET_KEY: 'the secret key of a test, long enough',
    DATA_DIR: app.dataDir,
    ROLE: 'worker',
    LOG_LEVEL: 'silent',
  });
  others.push(await startDoctrail(config, { steps: [], log: silent }));
  await until(isFree);
  expect(await typesOf(one?.id ?? '')).toEqual(['DocumentReceived', 'DocumentErased']);
});

it('what ended longer ago than documents are kept is erased by itself, the rest stays', async () => {
  app = await startTestApp({ steps: [], env: { RETENTION_DAYS: '30' } });
  const [old] = await app.upload({ name: `${WORD}.txt`, content: WORD });
  await app.untilStatus(old?.id ?? '', 'completed');
  await setClock(app.database.database, Date.now() + 20 * 24 * 3600 * 1000);
  const [young] = await app.upload({ name: 'young.txt', content: 'young' });
  await app.untilStatus(young?.id ?? '', 'completed');
  await setClock(app.database.database, Date.now() + 31 * 24 * 3600 * 1000);
  await app.restart();
  await until(isFree);
  expect((await app.ask(`/api/documents/${old?.id}`)).status).toBe(410);
  expect((await app.ask(`/api/documents/${young?.id}`)).status).toBe(200);
  const [erased] = await app.database.database.sql`
    SELECT data, metadata FROM events WHERE type = 'DocumentErased'`;
  expect(erased).toMatchObject({
    data: { why: 'retention', reason: expect.stringContaining('30 days') },
    metadata: { actor: 'system:retention' },
  });
});
