import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOfProcessing } from '../../tests/faults/story.ts';
import {
  formOf,
  startTestApp,
  type TestApp,
  type TestFile,
  type Uploaded,
} from '../../tests/app.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const some = (pattern: RegExp) => expect.stringMatching(pattern) as string;

let app: TestApp;
let invoice: string;
let content: Buffer<ArrayBuffer>;
beforeAll(async () => {
  app = await startTestApp();
  const sample = new URL('../receive-document/samples/invoice-HP-2026-0417.pdf', import.meta.url);
  content = await readFile(sample);
  const [uploaded] = await app.upload({ name: 'Rechnung "Größe" 1%.pdf', content });
  invoice = uploaded?.id ?? '';
  await app.untilStatus(invoice, 'completed');
});
afterAll(() => app.stop());

const get = (path: string, as: 'operator' | 'uploader' | 'viewer' = 'operator') =>
  app.ask(`/api/documents/${path}`, { as });

async function uploadAs(name: string, file: TestFile): Promise<Uploaded | undefined> {
  const answer = await app.ask('/api/documents', {
    method: 'POST',
    body: formOf([file]),
    headers: { authorization: `Bearer ${await app.token('uploader', name)}` },
    as: null,
  });
  return ((await answer.json()) as { documents: Uploaded[] }).documents[0];
}

async function expectNotFound(answer: Response, says: RegExp): Promise<void> {
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(await answer.json()).toMatchObject({
    type: '/problems/not-found',
    status: 404,
    detail: some(says),
  });
}

describe('GET /api/documents/:id', () => {
  it('has every member of the contract and no other', async () => {
    const document: unknown = await (await get(invoice)).json();
    expect(document).toEqual({
      id: invoice,
      fileName: 'Rechnung "Größe" 1%.pdf',
      status: 'completed',
      percent: 100,
      step: null,
      attempts: 1,
      error: null,
      mediaType: 'application/pdf',
      pages: 1,
      kind: 'invoice',
      language: 'en',
      title: expect.any(String) as string,
      fields: expect.arrayContaining([
        {
          name: 'total',
          value: '4291.20',
          page: 1,
          source: expect.stringContaining('£4,291.20') as string,
        },
      ]) as unknown,
      receivedAt: some(TIME),
      updatedAt: some(TIME),
      durationMs: expect.any(Number) as number,
      sla: { state: 'met', dueAt: some(TIME) },
    });
  });

  it('counts the duration from the first to the last moment', async () => {
    const { receivedAt, updatedAt, durationMs } = await app.document(invoice);
    expect(durationMs).toBe(Date.parse(String(updatedAt)) - Date.parse(String(receivedAt)));
  });

  it('tells the failed step, its attempts and the reason', async () => {
    const [uploaded] = await app.upload({ name: 'broken.pdf', content: '%PDF-1.4 and no more' });
    expect(await app.untilStatus(uploaded?.id ?? '', 'failed')).toMatchObject({
      status: 'failed',
      percent: 0,
      step: 'inspection',
      attempts: 1,
      error: { code: 'corrupt', kind: 'permanent', message: some(/damaged.*send/) },
      mediaType: null,
      fields: [],
    });
  });

  it('of an unknown id is a 404 that helps', async () =>
    expectNotFound(await get('0190a6c0-0000-7000-8000-000000000000'), /no document with this id/));

  it.each(['not-an-id', '1', '%20', invoiceInCapitals(), 'x'.repeat(300)])(
    'of %j is a 404 that helps',
    async (id) => expectNotFound(await get(id), /identifier|address/),
  );
});

/** Ids are lower case; what is not exactly an id names nothing. */
function invoiceInCapitals(): string {
  return '0190A6C0-0000-7000-8000-00000000000Z';
}

describe('GET …/events', () => {
  it('tells every fact in the order of the stream, caused by one another', async () => {
    const answer = await get(`${invoice}/events`);
    const told = (await answer.json()) as {
      events: ({ type: string } & Record<string, unknown>)[];
    };
    const events = told.events.filter(isOfProcessing);
    expect(events.map(({ type }) => type)).toEqual([
      'DocumentReceived',
      'InspectionStarted',
      'InspectionFinished',
      'TextExtractionStarted',
      'TextExtractionFinished',
      'ClassificationStarted',
      'ClassificationFinished',
      'PublicationStarted',
      'PublicationFinished',
      'DocumentCompleted',
    ]);
    expect(told.events.map(({ version }) => version)).toEqual(
      told.events.map((_, index) => index + 1),
    );
    for (const [index, event] of events.entries()) {
      expect(event).toEqual({
        id: some(UUID),
        position: expect.any(Number) as number,
        version: expect.any(Number) as number,
        type: expect.any(String) as string,
        data: expect.any(Object) as object,
        metadata: {
          correlation: some(UUID),
          causation: index === 0 ? null : events[index - 1]?.['id'],
          actor: some(index === 0 ? /^token:/ : /^system:/),
          command: expect.any(String) as string,
        },
        storedAt: some(TIME),
      });
    }
    expect(events[0]?.['data']).toEqual({
      fileName: 'Rechnung "Größe" 1%.pdf',
      claimedMediaType: 'application/octet-stream',
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      source: null,
      label: null,
      plan: ['inspection', 'text-extraction', 'classification', 'publication'],
      duplicateOf: null,
    });
  });
});

describe('downloads', () => {
  it('the file comes as it was sent, never as a page', async () => {
    const answer = await get(`${invoice}/file`);
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="Rechnung _Gr__e_ 1_.pdf"; filename*=UTF-8''Rechnung%20%22Gr%C3%B6%C3%9Fe%22%201%25.pdf`,
    );
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toBeTruthy();
    expect(answer.headers.get('content-length')).toBe(String(content.length));
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
  });

  it('a file of HTML cannot run here', async () => {
    const html = '<!doctype html><title>Hi</title><script>alert(1)</script><p>Some text here.';
    const [page] = await app.upload({ name: 'page.html', content: html, type: 'text/html' });
    await app.untilStatus(page?.id ?? '', 'completed');
    const answer = await get(`${page?.id}/file`);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).toBe(html);
  });

  it('the text comes as plain text', async () => {
    const answer = await get(`${invoice}/text`);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).toContain('Harbour & Pine Joinery Ltd');
  });

  it('the preview is a PNG', async () => {
    const answer = await get(`${invoice}/preview.png`);
    expect(answer.headers.get('content-type')).toBe('image/png');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    expect(answer.headers.get('content-length')).toBe(String(bytes.length));
  });

  it('the fields come as JSON with their confidence', async () => {
    const answer = await get(`${invoice}/fields`);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    const { fields } = (await answer.json()) as { fields: Record<string, unknown>[] };
    expect(fields).toContainEqual(
      expect.objectContaining({ name: 'iban', value: 'GB29NWBK60161331926819', page: 1 }),
    );
    for (const field of fields) {
      expect(field['confidence']).toBeGreaterThan(0);
      expect(field['confidence']).toBeLessThanOrEqual(1);
    }
  });

  it.each(['text', 'preview.png', 'fields'])('%s that is not there yet is a 404', async (what) => {
    const [failed] = await app.upload({ name: 'x.pdf', content: `%PDF-1.4 ${what}` });
    await app.untilStatus(failed?.id ?? '', 'failed');
    await expectNotFound(await get(`${failed?.id}/${what}`), /has not finished. Ask again/);
  });

  it('a file that is gone from the disk is an error that says so', async () => {
    const [lost] = await app.upload({ name: 'lost.txt', content: 'A text that will be lost.' });
    await app.untilStatus(lost?.id ?? '', 'completed');
    await rm(join(app.dataDir, 'blobs', lost?.id ?? ''), { recursive: true });
    for (const what of ['file', 'text', 'preview.png']) {
      const answer = await get(`${lost?.id}/${what}`);
      expect(answer.status).toBe(500);
      expect(answer.headers.get('content-disposition')).toBeNull();
      expect(await answer.json()).toMatchObject({
        detail: some(/missing.*restore it from a backup/),
      });
    }
  });
});

describe('an uploader', () => {
  const paths = ['', '/events', '/text', '/file', '/preview.png', '/fields'];

  it('reads its own documents', async () => {
    const mine = await uploadAs('mine', { name: 'mine.txt', content: 'Mine, and nobody else’s.' });
    await app.untilStatus(mine?.id ?? '', 'completed');
    const authorization = `Bearer ${await app.token('uploader', 'mine')}`;
    for (const path of paths) {
      const answer = await app.ask(`/api/documents/${mine?.id}${path}`, {
        headers: { authorization },
        as: null,
      });
      expect([path, answer.status]).toEqual([path, 200]);
    }
  });

  it('is told of others’ documents what it is told of none', async () => {
    const unknown = '0190a6c0-0000-7000-8000-000000000000';
    for (const path of paths) {
      const others = await get(`${invoice}${path}`, 'uploader');
      const none = await get(`${unknown}${path}`, 'uploader');
      const [one, other] = [await others.json(), await none.json()] as Record<string, unknown>[];
      expect(others.status).toBe(404);
      expect({ ...one, instance: '' }).toEqual({ ...other, instance: '' });
    }
  });
});

it('a viewer reads everything', async () => {
  for (const path of ['', '/events', '/text', '/file', '/preview.png', '/fields']) {
    expect((await get(`${invoice}${path}`, 'viewer')).status).toBe(200);
  }
});
