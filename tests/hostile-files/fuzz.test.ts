import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSandbox } from '../../shared/sandbox/sandbox.ts';
import { createRandom } from '../crash/random.ts';
import { fuzz } from './fuzz.ts';
import { goodFiles } from './good-files.ts';

// A hundred of each: npm run proof -- fuzz
const EACH = Number(process.env['FUZZ_EACH'] ?? 2);
const SEED = Number(process.env['FUZZ_SEED'] ?? 4711);
const limits = { memoryBytes: 1024 ** 3, wallClockMs: 120_000, cpuSeconds: 45 };
const sandbox = createSandbox({ workers: 1, ocrWorkers: 1, limits });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

test(
  'spoilt files of every format end as text or with a code, and harm no other',
  { timeout: 14_400_000 },
  async () => {
    const random = createRandom(SEED);
    const files = await goodFiles();
    const { flaws, ...figures } = await fuzz({ sandbox, files, each: EACH, random, folder });
    console.log(figures);
    expect(flaws).toEqual([]);
    expect(figures.mutants).toBe(files.length * EACH);
    expect(figures.slowestMs).toBeLessThan(limits.wallClockMs);
  },
);
