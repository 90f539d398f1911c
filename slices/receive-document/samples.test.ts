import { readdir, stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp, type TestDocument } from '../../tests/app.ts';
import { until } from '../../tests/crash/until.ts';

const folder = new URL('./samples/', import.meta.url);
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const fieldsOf = (document: TestDocument | undefined) =>
  Object.fromEntries((document?.fields ?? []).map(({ name, value }) => [name, value]));

it('"Try it with sample documents" shows every kind of outcome', { timeout: 120_000 }, async () => {
  const headers = { cookie: await app.session(), origin: app.url };
  const init = { method: 'POST', headers, as: null, redirect: 'manual' } as const;
  const answer = await app.ask('/documents/samples', init);
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);

  const names = (await readdir(folder)).toSorted();
  let list: TestDocument[] = [];
  await until('all to be listed', async () => {
    const answer = await app.ask('/api/documents');
    list = ((await answer.json()) as { documents: TestDocument[] }).documents;
    return list.length === names.length;
  });
  expect(list.map(({ fileName }) => fileName).toSorted()).toEqual(names);
  const ended = await Promise.all(list.map(({ id }) => app.untilStatus(id, 'completed', 'failed')));
  const found = new Map(ended.map((document) => [document.fileName, document]));

  expect(found.get('invoice-HP-2026-0417.pdf')).toMatchObject({
    status: 'completed',
    kind: 'invoice',
    language: 'en',
    pages: 1,
  });
  expect(fieldsOf(found.get('invoice-HP-2026-0417.pdf'))).toMatchObject({
    documentNumber: 'HP-2026-0417',
    date: '2026-04-17',
    dueDate: '2026-05-17',
    net: '3576.00',
    tax: '715.20',
    total: '4291.20',
    currency: 'GBP',
    iban: 'GB29NWBK60161331926819',
  });
  expect(found.get('scanned-letter.png')).toMatchObject({ status: 'completed', kind: 'letter' });
  expect(fieldsOf(found.get('scanned-letter.png'))).toMatchObject({ reference: 'PLOT-31/2026' });
  expect(found.get('Wartungsvertrag.docx')).toMatchObject({
    status: 'completed',
    kind: 'contract',
    language: 'de',
    title: 'Wartungsvertrag',
  });
  expect(found.get('delivery-date.eml')).toMatchObject({ status: 'completed', kind: 'e-mail' });
  expect(found.get('price-list-2026.csv')).toMatchObject({
    status: 'completed',
    mediaType: 'text/csv',
  });
  expect(found.get('confidential-annex.pdf')).toMatchObject({
    status: 'failed',
    step: 'inspection',
    error: { code: 'encrypted', kind: 'permanent' },
  });
});

it('the samples are small enough to come with the program', async () => {
  const names = await readdir(folder);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(new URL(name, folder))).size),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);
});
