import { getEventListeners } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openHome } from './home.ts';
import { findIsolation, weaknesses } from './isolation.ts';
import type { Deed } from './sandbox.fixture.ts';
import { startWorker } from './worker.ts';
import type { Worker } from './worker.ts';

const MIB = 1024 * 1024;
const LIMITS = { memoryBytes: 256 * MIB, wallClockMs: 30_000, cpuSeconds: 30 };

/** A system without any of the tools. */
const NOTHING = { memory: false, parent: false, network: null };

let tempRoot: string;
let worker: Worker;

beforeEach(async () => {
  tempRoot = mkdtempSync(join(realpathSync(tmpdir()), 'worker-test-'));
  const home = await openHome(tempRoot);
  const { memoryBytes } = LIMITS;
  worker = await startWorker({ isolation: NOTHING, memoryBytes, home, threads: 0 });
});

afterEach(async () => {
  await worker.kill();
  rmSync(tempRoot, { recursive: true });
});

const run = (deed: Deed, signal?: AbortSignal): Promise<unknown> =>
  worker.run({
    task: new URL('./sandbox.fixture.ts', import.meta.url).href,
    input: { deed },
    limits: LIMITS,
    onProgress: undefined,
    onUsage: undefined,
    signal,
  });

describe('without any tool of the system', () => {
  test('a child works', async () => {
    expect(await run('pid')).toBe(worker.pid);
  });

  test.each<Deed>(['heap-memory', 'buffer-memory', 'wasm-memory'])(
    '%s is noticed from outside',
    async (deed) => {
      await expect(run(deed)).rejects.toMatchObject({ code: 'parser-out-of-memory' });
      expect(worker.dead).toBe(true);
    },
  );

  test('it is said, with what is missing', () => {
    expect(weaknesses(NOTHING)).toEqual([
      expect.stringContaining('prlimit'),
      expect.stringContaining('setpriv'),
      expect.stringContaining('unshare'),
    ]);
    expect(weaknesses({ memory: true, parent: true, network: 'namespace' })).toEqual([]);
  });
});

test('a child that was killed by somebody else is a crash, then no longer used', async () => {
  const busy = run('endless-wait');
  process.kill(worker.pid, 'SIGKILL');
  await expect(busy).rejects.toMatchObject({ code: 'parser-crashed', kind: 'transient' });
  await expect(run('pid')).rejects.toThrow('is gone');
});

test('a child leaves it to its parent to react to signals', async () => {
  await run('pid');
  process.kill(worker.pid, 'SIGTERM');
  process.kill(worker.pid, 'SIGINT');
  expect(await run('pid')).toBe(worker.pid);
});

test('a child that does not start says why', async () => {
  const starting = startWorker({
    isolation: await findIsolation(),
    memoryBytes: LIMITS.memoryBytes,
    home: { root: join(tempRoot, 'missing'), in: '', out: '' },
    threads: 0,
  });
  await expect(starting).rejects.toThrow(/did not start: .*ENOENT/);
});

test('a run leaves no listener at the signal of its caller', async () => {
  const { signal } = new AbortController();
  await run('pid', signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
