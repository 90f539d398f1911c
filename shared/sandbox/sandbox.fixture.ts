import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StepFailure } from '../step-failure.ts';
import type { TaskContext } from './task.ts';

// A task that does whatever a hostile document can make a parser do.

export type Deed = keyof typeof deeds;

const kept: unknown[] = [];

const deeds = {
  echo: (value: unknown) => value,
  pid: () => process.pid,
  environment: () => ({ ...process.env }),
  'step-failure': () => {
    throw new StepFailure('encrypted', 'permanent', 'Send it without a password.', {
      detail: 'E4',
    });
  },
  throw: () => {
    throw new TypeError('no such table');
  },
  'throw-later': () =>
    new Promise(() => {
      setImmediate(() => {
        throw new TypeError('thrown from a timer');
      });
    }),
  'reject-unhandled': () =>
    new Promise(() => {
      void Promise.reject(new TypeError('nobody listens'));
    }),
  uncloneable: () => () => {},
  'endless-loop': () => {
    for (;;) kept.length = 0;
  },
  'endless-wait': () => new Promise(() => {}),
  'endless-regex': () => /^(\w+\s?)*$/.test(`${'word '.repeat(5000)}!`),
  'endless-wasm': () => endlessWasm(),
  'heap-memory': () => {
    for (;;) kept.push(Array.from({ length: 10_000 }, (_, index) => ({ index })));
  },
  'buffer-memory': () => {
    for (;;) kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
  },
  'wasm-memory': () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    for (;;) {
      memory.grow(256);
      new Uint8Array(memory.buffer).fill(1);
    }
  },
  'segmentation-fault': () => process.kill(process.pid, 'SIGSEGV'),
  'kill-itself': () => process.kill(process.pid, 'SIGKILL'),
  exit: () => process.exit(0),
  abort: () => process.abort(),
  'keep-memory': (bytes: unknown) => kept.push(Buffer.alloc(Number(bytes), 1)),
  'write-below': (name: unknown, { workDir }: TaskContext) => {
    writeFileSync(join(workDir, String(name)), 'x');
    return workDir;
  },
  'write-to': (path: unknown) => writeFileSync(String(path), 'x'),
  shell: async () => (await import('node:child_process')).execFileSync('id').toString(),
  progress: (_: unknown, { progress }: TaskContext) => {
    for (let page = 1; page <= 1000; page += 1) progress(page, 1000);
  },
  // Reports that it runs, then waits for the file: tests need to know, not to guess.
  'wait-for-file': async (path: unknown, { progress }: TaskContext) => {
    progress(1, 1);
    while (!existsSync(String(path))) await new Promise((resolve) => setTimeout(resolve, 5));
    return process.pid;
  },
} satisfies Record<string, (value: unknown, context: TaskContext) => unknown>;

export default async function perform(
  { deed, value }: { deed: Deed; value?: unknown },
  context: TaskContext,
): Promise<unknown> {
  return deeds[deed](value, context);
}

/** `(func (loop (br 0)))`: V8 cannot interrupt it. */
async function endlessWasm(): Promise<void> {
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0];
  const code = [10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11];
  const { instance } = await WebAssembly.instantiate(new Uint8Array([...bytes, ...code]));
  (instance.exports['f'] as () => void)();
}
