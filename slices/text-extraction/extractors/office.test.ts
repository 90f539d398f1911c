import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extractOffice } from './office.ts';
import type { OfficeFormat } from './office.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'office-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function pagesOf(format: OfficeFormat, content: Uint8Array): Promise<string[]> {
  const file = join(folder, 'document');
  await writeFile(file, content);
  return (await extractOffice(file, format, 100)).pages;
}

test('RTF: punctuation that is written as control words', async () => {
  const rtf = String.raw`{\rtf1\ansi A\emdash B\~C \endash  D\\emdash\par E\par}`;
  expect(await pagesOf('rtf', Buffer.from(rtf))).toEqual(['A—B\u00A0C – D\\emdash\nE']);
});

test.each(['odt', 'ods'] as const)('%s: what is no ZIP file is corrupt', async (format) => {
  await expect(pagesOf(format, Buffer.from('no zip file'))).rejects.toMatchObject({
    code: 'corrupt',
    kind: 'permanent',
  });
});
