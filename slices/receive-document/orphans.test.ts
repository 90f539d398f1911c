import { utimes } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../tests/app.ts';
import { gatedSteps } from '../../tests/browser/gated-steps.ts';
import { sweepOrphans } from './orphans.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ steps: gatedSteps().steps });
});
afterAll(() => app.stop());

const sweep = (remove: boolean) =>
  sweepOrphans(app.database.database, app.cradle.blobs, { remove, now: Date.now() });

it('files that no event knows are listed, and removed on request once they are a day old', async () => {
  const [known] = await app.upload({ name: 'known.txt', content: 'It has its event.' });
  expect(await sweep(false)).toBe('Every file belongs to a document.');
  const { files } = await app.stored();
  const { blobs } = app.cradle;
  const [old, young] = [crypto.randomUUID(), crypto.randomUUID()];
  for (const document of [old, young]) await blobs.put(document, Buffer.from('lost'));
  const [lost] = await blobs.kept(old);
  await utimes(blobs.path(old, lost?.sha256 ?? ''), new Date(0), new Date(0));
  await blobs.put('erased', Buffer.from('gone'));
  await blobs.erase('erased');

  const listed = await sweep(false);
  expect(listed).toContain(`${old}  1970-01-01T00:00:00.000Z  4 bytes\n`);
  expect(listed).toMatch(new RegExp(`^${young}.*younger than a day$`, 'm'));
  expect(listed).toContain('2 documents have files, but no events.');
  expect(listed).not.toContain(known?.id);
  expect((await blobs.documents()).length).toBe(3);

  expect(await sweep(true)).toContain('Removed: 1;');
  expect(new Set(await blobs.documents())).toEqual(new Set([known?.id, young]));
  for (const file of files) expect((await app.stored()).files).toContain(file);
});
