import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { formOf, startTestApp, type TestApp } from '../../tests/app.ts';
import { startDatabaseProxy, type DatabaseProxy } from '../../tests/database-proxy.ts';
import { rawBody, rawFile, rawType } from './multipart.fixture.ts';

const file = { name: 'a.txt', content: 'away' };
let proxy: DatabaseProxy;
let app: TestApp;
beforeEach(async () => {
  proxy = await startDatabaseProxy();
  app = await startTestApp({ steps: [], through: proxy.through });
  await app.token('operator');
});
afterEach(async () => {
  await app.stop();
  await proxy.stop();
});

const send = (body: BodyInit, headers: Record<string, string> = {}) =>
  app.ask('/api/documents', { method: 'POST', body, headers });

async function expectUnavailable(answer: Response): Promise<void> {
  expect(answer.status).toBe(503);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await answer.json()).toMatchObject({
    type: '/problems/unavailable',
    detail: expect.stringMatching(/database.*try again/i) as string,
  });
}

it('refuses uploads while the database is away, and takes them again afterwards', async () => {
  const before = await app.stored();
  await proxy.cut();
  await expectUnavailable(await send(formOf([file])));
  expect(await app.stored()).toEqual(before);
  await proxy.mend();
  await expect
    .poll(async () => (await send(formOf([file]))).status, { interval: 100, timeout: 20_000 })
    .toBe(202);
});

it('keeps nothing of an upload during which the database went away', async () => {
  const before = await app.stored();
  const [begin, end] = halves(rawBody(rawFile('x'.repeat(200_000))));
  const { readable: body, writable } = new TransformStream<Uint8Array>();
  const sender = writable.getWriter();
  const begun = sender.write(begin);
  const init = { method: 'POST', body, headers: rawType, duplex: 'half' } as const;
  const answer = app.ask('/api/documents', init);
  const incoming = join(app.dataDir, 'blobs', '.incoming');
  await expect
    .poll(async () => (await readdir(incoming)).length, { interval: 5, timeout: 10_000 })
    .toBe(1);
  await begun;
  await proxy.cut();
  await sender.write(end);
  await sender.close();
  await expectUnavailable(await answer);
  expect(await app.stored()).toEqual(before);
  await proxy.mend();
});

it('is cut off by a stop that it would hold up', async () => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(halves(rawBody(rawFile('x'.repeat(1_000))))[0]),
  });
  const init = { method: 'POST', body, headers: rawType, duplex: 'half' } as const;
  const answer = app.ask('/api/documents', init).catch((error: unknown) => error);
  const incoming = join(app.dataDir, 'blobs', '.incoming');
  await expect
    .poll(async () => (await readdir(incoming)).length, { interval: 5, timeout: 10_000 })
    .toBe(1);
  const before = await app.stored();
  await app.restart();
  expect(await answer).toBeInstanceOf(Error);
  const after = await app.stored();
  expect(after.files).toEqual(before.files.filter((path) => !path.includes('.incoming')));
});

function halves(text: string): [Uint8Array, Uint8Array] {
  const bytes = new TextEncoder().encode(text);
  return [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)];
}
