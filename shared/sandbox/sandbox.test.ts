import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StepFailure } from '../step-failure.ts';
import type { Deed } from './sandbox.fixture.ts';
import { createSandbox } from './sandbox.ts';
import type { Sandbox, SandboxRun } from './sandbox.ts';

const MIB = 1024 * 1024;
const TASK = new URL('./sandbox.fixture.ts', import.meta.url);
const LIMITS = { memoryBytes: 256 * MIB, wallClockMs: 30_000, cpuSeconds: 30 };

let tempRoot: string;
let sandbox: Sandbox;
const logged: string[] = [];

beforeAll(() => {
  tempRoot = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  const options = { workers: 2, ocrWorkers: 1, limits: LIMITS, tempRoot };
  sandbox = createSandbox({ ...options, log: (message) => logged.push(message) });
});

afterAll(async () => {
  await sandbox.close();
  expect(readdirSync(tempRoot)).toEqual([]);
  rmSync(tempRoot, { recursive: true });
});

const run = (deed: Deed, value?: unknown, options?: SandboxRun): Promise<unknown> =>
  sandbox.run(TASK, { deed, value }, options);

const withFile = (deed: Deed, file: string, options?: SandboxRun): Promise<unknown> =>
  sandbox.run(TASK, { deed, file }, options);

const failureOf = async (deed: Deed, limits?: SandboxRun['limits']): Promise<StepFailure> => {
  const error = await run(deed, undefined, limits && { limits }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(StepFailure);
  return error as StepFailure;
};

const next = async (): Promise<void> => {
  expect(await run('echo', 'next')).toBe('next');
  expect(workDirs()).toEqual([]);
};

/** What is left of runs: folders of their own, and anything in those of the children. */
const workDirs = (): string[] =>
  readdirSync(tempRoot)
    .flatMap((own) => readdirSync(join(tempRoot, own), { recursive: true, encoding: 'utf8' }))
    .filter((path) => !/^child-\w{6}(\/(in|out))?$/.test(path));

describe('a task', () => {
  test('gets a copy of its input and returns a copy of its output', async () => {
    const value = { bytes: new Uint8Array([1, 2]), when: new Date(0), map: new Map([['a', 1n]]) };
    expect(await run('echo', value)).toEqual(value);
  });

  test('runs in a child that stays warm', async () => {
    const first = await run('pid');
    expect(first).not.toBe(process.pid);
    expect(await run('pid')).toBe(first);
    expect(sandbox.processes()).toContainEqual(
      expect.objectContaining({ pid: first, pool: 'reader', busy: false }),
    );
  });

  test('sees no secrets', async () => {
    process.env['SECRET_KEY'] = 'secret';
    const environment = await run('environment');
    expect(environment).not.toHaveProperty('SECRET_KEY');
    expect(environment).toHaveProperty('PATH');
  });

  test('may write to its own folder, which is emptied, and nowhere else', async () => {
    const folder = await run('write-below', 'page.png');
    expect(readdirSync(String(folder))).toEqual([]);
    await expect(run('write-to', join(import.meta.dirname, 'x'))).rejects.toMatchObject({
      code: 'parser-error',
      detail: expect.stringContaining('ERR_ACCESS_DENIED'),
    });
  });

  test('leaves its results in a folder of the caller', async () => {
    const workDir = mkdtempSync(join(tempRoot, 'mine-'));
    await run('write-below', 'page.png', { workDir });
    expect(readdirSync(workDir)).toEqual(['page.png']);
    rmSync(workDir, { recursive: true });
  });

  test('reports progress, not too often, the last always', async () => {
    const seen: number[] = [];
    await run('progress', undefined, { onProgress: (done) => seen.push(done) });
    expect(seen[0]).toBe(1);
    expect(seen.at(-1)).toBe(1000);
    expect(seen.length).toBeLessThan(100);
  });

  test('rejects with what the caller throws about its progress', async () => {
    const error = new Error('mine');
    const onProgress = (): void => {
      throw error;
    };
    await expect(run('progress', undefined, { onProgress })).rejects.toBe(error);
  });
});

describe('a failure', () => {
  test('stated by the task arrives as it was', async () => {
    expect(await failureOf('step-failure')).toMatchObject({
      code: 'encrypted',
      kind: 'permanent',
      message: 'Send it without a password.',
      detail: 'E4',
    });
  });

  test.each<[Deed, string]>([
    ['throw', 'no such table'],
    ['throw-later', 'thrown from a timer'],
    ['reject-unhandled', 'nobody listens'],
    ['uncloneable', 'could not be cloned'],
  ])('%s is a parser-error', async (deed, words) => {
    const failure = await failureOf(deed);
    expect(failure).toMatchObject({ code: 'parser-error', kind: 'permanent' });
    expect(failure.detail).toContain(words);
    expect(await run('echo', 1)).toBe(1);
  });

  test('to load the task is no statement about the document', async () => {
    const missing = sandbox.run(new URL('./missing.ts', import.meta.url), {});
    await expect(missing).rejects.not.toBeInstanceOf(StepFailure);
    await expect(missing).rejects.toThrow('missing.ts');
  });

  test('to clone the input harms nobody', async () => {
    await expect(run('echo', () => {})).rejects.toThrow('could not be cloned');
    expect(await run('echo', 1)).toBe(1);
  });
});

describe('a child is killed, and the next run works, after', () => {
  test.each<[Deed, SandboxRun['limits']]>([
    ['endless-loop', { cpuSeconds: 0.3 }],
    ['endless-loop', { wallClockMs: 300 }],
    ['endless-wait', { wallClockMs: 300 }],
    ['endless-regex', { wallClockMs: 500 }],
    ['endless-wasm', { wallClockMs: 500 }],
  ])('%s with %o: parser-timeout', async (deed, limits) => {
    expect(await failureOf(deed, limits)).toMatchObject({
      code: 'parser-timeout',
      kind: 'permanent',
    });
    await next();
  });

  test.each<Deed>(['heap-memory', 'buffer-memory', 'wasm-memory'])(
    '%s: parser-out-of-memory',
    async (deed) => {
      expect(await failureOf(deed)).toMatchObject({
        code: 'parser-out-of-memory',
        kind: 'permanent',
      });
      await next();
    },
  );

  test.each<Deed>(['segmentation-fault', 'exit', 'abort'])('%s: parser-crashed', async (deed) => {
    expect(await failureOf(deed)).toMatchObject({ code: 'parser-crashed', kind: 'transient' });
    await next();
  });

  test('an abort', async () => {
    const aborter = new AbortController();
    const reason = new Error('shutting down');
    const onProgress = (): void => aborter.abort(reason);
    const waiting = withFile('wait-for-file', '/nowhere', { onProgress, signal: aborter.signal });
    await expect(waiting).rejects.toBe(reason);
    await next();
  });

  test('an abort before it began', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(run('echo', 1, { signal })).rejects.toThrow('too late');
    await next();
  });
});

describe('the pool', () => {
  test('runs as many at a time as it has places, the others in order', async () => {
    const gate = join(tempRoot, 'gate');
    const order: number[] = [];
    const begun = [0, 1, 2, 3].map((number) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const onProgress = (): void => {
        order.push(number);
        resolve();
      };
      return { promise, done: withFile('wait-for-file', gate, { onProgress }) };
    });
    await Promise.all(begun.slice(0, 2).map(({ promise }) => promise));
    const aborter = new AbortController();
    const impatient = run('echo', 1, { signal: aborter.signal });
    aborter.abort(new Error('no patience'));
    await expect(impatient).rejects.toThrow('no patience');
    expect(new Set(order)).toEqual(new Set([0, 1]));
    const ocr = sandbox.run(TASK, { deed: 'echo', value: 'ocr' }, { pool: 'ocr' });
    expect(await ocr).toBe('ocr');
    writeFileSync(gate, '');
    const pids = await Promise.all(begun.map(({ done }) => done));
    expect(new Set(pids).size).toBe(2);
    expect(new Set(order.slice(2))).toEqual(new Set([2, 3]));
    rmSync(gate);
  });

  test('replaces a child that is worn or stays large', async () => {
    const options = { workers: 1, ocrWorkers: 0, limits: LIMITS, tempRoot, recycleAfterRuns: 2 };
    const worn = createSandbox(options);
    const pid = (): Promise<unknown> => worn.run(TASK, { deed: 'pid' });
    const [first, second, third] = [await pid(), await pid(), await pid()];
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    await worn.close();

    const large = createSandbox({ ...options, recycleAfterRuns: 100 });
    const before = await large.run(TASK, { deed: 'pid' });
    await large.run(TASK, { deed: 'keep-memory', value: 128 * MIB });
    expect(await large.run(TASK, { deed: 'pid' })).not.toBe(before);
    await large.close();
  });

  test('without workers says so', async () => {
    const options = { workers: 1, ocrWorkers: 0, limits: LIMITS, tempRoot };
    const none = createSandbox(options);
    const waiting = none.run(TASK, { deed: 'pid' }, { pool: 'ocr' });
    await expect(waiting).rejects.toThrow('without workers');
    await none.close();
  });

  test('closes at once, whatever its children do', async () => {
    const closing = createSandbox({ workers: 1, ocrWorkers: 0, limits: LIMITS, tempRoot });
    await closing.run(TASK, { deed: 'pid' });
    const pids = closing.processes().map(({ pid }) => pid);
    const busy = closing.run(TASK, { deed: 'endless-loop' });
    const waiting = closing.run(TASK, { deed: 'echo' });
    const outcomes = Promise.allSettled([busy, waiting]);
    await closing.close();
    const closed = new Error('The sandbox is closed.');
    expect(await outcomes).toEqual([
      { status: 'rejected', reason: closed },
      { status: 'rejected', reason: closed },
    ]);
    expect(pids.filter(alive)).toEqual([]);
    await expect(closing.run(TASK, { deed: 'echo' })).rejects.toThrow('closed');
  });
});

test('children die with a parent that is killed, and what it left is removed', async () => {
  const program = fileURLToPath(new URL('./orphans.fixture.ts', import.meta.url));
  const parent = spawn(process.execPath, [program, tempRoot], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const children = JSON.parse(said.toString()) as number[];
  expect(children).toHaveLength(2);
  expect(children.filter(alive)).toEqual(children);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await expect.poll(() => children.filter(alive)).toEqual([]);
  const leftOvers = readdirSync(tempRoot).filter((name) => name.includes(`-${parent.pid}@`));
  expect(leftOvers).toHaveLength(1);
  const successor = createSandbox({ workers: 1, ocrWorkers: 0, limits: LIMITS, tempRoot });
  await successor.run(TASK, { deed: 'echo' });
  expect(readdirSync(tempRoot)).not.toContain(leftOvers[0]);
  await successor.close();
});

test.runIf(process.platform === 'linux')('nothing is missing on Linux', async () => {
  expect(logged).toEqual([]);
  expect(await sandbox.isolation()).toMatchObject({ memory: true, parent: true });
});

/** Whether the process runs; one that has ended but was not yet collected by its parent does not. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
