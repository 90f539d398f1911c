import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import classifyTask, { type ClassifyInput } from './classify-task.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classify-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(text: string | Uint8Array) {
  const file = join(folder, 'text');
  await writeFile(file, text);
  const context = { progress: () => {}, workDir: folder };
  return classifyTask({ file, format: 'text', fileName: 'x.txt', structured: [] }, context);
}

describe('classification task', () => {
  it('given pages separated by form feeds, a field names its page', async () => {
    const { fields } = await run('Cover\fIBAN DE89 3704 0044 0532 0130 00');
    expect(fields).toMatchObject([{ name: 'iban', page: 2 }]);
  });

  it('given an empty file, nothing is found', async () => {
    expect(await run('')).toMatchObject({ kind: 'other', title: null, fields: [] });
  });

  it('given a long file of wide characters, its start is read', async () => {
    const { language } = await run('我们很高兴地通知您，会议将于下周二举行。'.repeat(40_000));
    expect(language.code).toBe('zh');
  });

  it('given a file that is not there, it throws', async () => {
    const file = join(folder, 'missing');
    const input: ClassifyInput = { file, format: 'text', fileName: 'x', structured: [] };
    await expect(classifyTask(input, { progress: () => {}, workDir: folder })).rejects.toThrow(
      'ENOENT',
    );
  });
});
