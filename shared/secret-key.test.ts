import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { secretKey } from './secret-key.ts';

let folder: string;
let dataDir: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctrail-key-'));
  dataDir = join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true }));

test('the one that is set wins, and nothing is written', async () => {
  expect(secretKey({ secretKey: 'x'.repeat(32), dataDir })).toBe('x'.repeat(32));
  expect(await readdir(folder)).toEqual([]);
});

test('is made once, for its owner only', async () => {
  const key = secretKey({ secretKey: null, dataDir });
  expect(key).toMatch(/^[\w-]{43}$/);
  expect(secretKey({ secretKey: null, dataDir })).toBe(key);
  expect((await stat(join(dataDir, 'secret-key'))).mode & 0o777).toBe(0o600);
  expect(await readdir(dataDir)).toEqual(['secret-key']);
});

test('processes that start together agree', async () => {
  const script = `
    import { secretKey } from '${new URL('secret-key.ts', import.meta.url).href}';
    console.log(secretKey({ secretKey: null, dataDir: process.argv[1] }));`;
  const keys = await Promise.all(
    Array.from({ length: 4 }, () =>
      text(spawn(process.execPath, ['--input-type=module', '-e', script, dataDir]).stdout),
    ),
  );
  expect(new Set(keys)).toEqual(new Set([await readFile(join(dataDir, 'secret-key'), 'utf8')]));
});

test('a damaged one is refused, not replaced', async () => {
  secretKey({ secretKey: null, dataDir });
  await writeFile(join(dataDir, 'secret-key'), 'cut');
  expect(() => secretKey({ secretKey: null, dataDir })).toThrow(
    /secret-key holds 3 characters, but a key has at least 32\. Restore it from a backup/,
  );
});
