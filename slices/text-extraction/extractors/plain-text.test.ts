import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extractPlainText, extractSource } from './plain-text.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plain-text-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(content: Uint8Array): Promise<string> {
  const file = join(folder, 'file');
  await writeFile(file, content);
  return file;
}

test.each([
  ['UTF-8', Buffer.from('Grüße'), null],
  ['UTF-8 with a byte order mark, whatever was found', Buffer.from('\uFEFFGrüße'), 'windows-1252'],
  ['UTF-16 by its byte order mark', Buffer.from('\uFEFFGrüße', 'utf16le'), null],
  ['the encoding that was found', Buffer.from([0x47, 0x72, 0x81, 0xe1, 0x65]), 'ibm866'],
  ['Windows-1252 where it is no UTF-8', Buffer.from('Grüße', 'latin1'), null],
])('%s', async (_name, bytes, encoding) => {
  const { pages } = await extractPlainText(await fileOf(bytes), encoding);
  expect(pages).toEqual([encoding === 'ibm866' ? 'GrБсe' : 'Grüße']);
});

test('a character cut by the border of two chunks stays whole', async () => {
  const text = `${'a'.repeat(1024 * 1024 - 1)}ü`;
  expect((await extractPlainText(await fileOf(Buffer.from(text)), 'utf-8')).pages).toEqual([text]);
});

test('Markdown and CSV are their own text', async () => {
  const file = await fileOf(Buffer.from('# T  \r\n\r\n\r\n    code\r\n'));
  expect((await extractSource(file, 'utf-8')).pages).toEqual(['# T  \n\n\n    code\n']);
});

test('an encoding that the platform does not know is a permanent failure', async () => {
  await expect(extractPlainText(await fileOf(Buffer.from('x')), 'cp500')).rejects.toMatchObject({
    code: 'unsupported-encoding',
    kind: 'permanent',
  });
});
