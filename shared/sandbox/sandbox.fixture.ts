import { createSocket } from 'node:dgram';
import { resolve4 } from 'node:dns/promises';
import { existsSync, linkSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
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
  'write-below': (name: unknown, { workDir }: Given) => {
    writeFileSync(join(workDir, String(name)), 'x');
    return workDir;
  },
  'write-to': (path: unknown) => writeFileSync(String(path), 'x'),
  read: (path: unknown) => readFileSync(String(path), 'utf8'),
  'read-lent': (_: unknown, { file }: Given) => readFileSync(file ?? '', 'utf8'),
  'write-lent': (_: unknown, { file }: Given) => writeFileSync(file ?? '', 'x'),
  'path-of-lent': (_: unknown, { file }: Given) => file,
  'link-to': (path: unknown, { workDir }: Given) => symlinkSync(String(path), join(workDir, 'it')),
  'hard-link-to': (path: unknown, { workDir }: Given) =>
    linkSync(String(path), join(workDir, 'it')),
  database: async (path: unknown) => {
    const sqlite = process.getBuiltinModule('node:sqlite');
    new sqlite.DatabaseSync(String(path)).exec('CREATE TABLE t (x)');
  },
  addon: (_: unknown, { workDir }: Given) => {
    const path = join(workDir, 'mine.node');
    writeFileSync(path, 'x');
    process.dlopen({ exports: {} }, path);
  },
  shell: async () => (await import('node:child_process')).execFileSync('id').toString(),
  signal: (pid: unknown) => process.kill(Number(pid), 0),
  connect: (address: unknown) =>
    new Promise((resolve, reject) => {
      connect(address as number | string as number)
        .on('connect', () => resolve('connected'))
        .on('error', reject);
    }),
  fetch: async (url: unknown) => (await fetch(String(url))).status,
  listen: () => new Promise((resolve) => createServer().listen(0, () => resolve('listening'))),
  datagram: (port: unknown) =>
    new Promise((resolve, reject) => {
      createSocket('udp4').send('x', Number(port), '127.0.0.1', (error) =>
        error ? reject(error) : resolve('sent'),
      );
    }),
  'look-up': (name: unknown) => resolve4(String(name)),
  thread: (value: unknown, { workDir }: Given) => {
    const { code, ...options } = value as { code: string; eval?: boolean };
    const file = join(workDir, 'thread.cjs');
    writeFileSync(file, code);
    return new Promise((resolve, reject) => {
      const thread = new Worker(options.eval ? code : file, options);
      thread.on('message', resolve).on('error', reject);
    });
  },
  progress: (_: unknown, { progress }: Given) => {
    for (let page = 1; page <= 1000; page += 1) progress(page, 1000);
  },
  // Reports that it runs, then waits for the file it is lent: tests need to know, not to guess.
  'wait-for-file': async (_: unknown, { file, progress }: Given) => {
    progress(1, 1);
    while (!existsSync(file ?? '')) await new Promise((resolve) => setTimeout(resolve, 5));
    return process.pid;
  },
} satisfies Record<string, (value: unknown, given: Given) => unknown>;

/** A task's context, and the file it is lent. */
type Given = TaskContext & { file: string | null };

export default async function perform(
  { deed, value, file = null }: { deed: Deed; value?: unknown; file?: string | null },
  context: TaskContext,
): Promise<unknown> {
  return deeds[deed](value, { ...context, file });
}

/** `(func (loop (br 0)))`: V8 cannot interrupt it. */
async function endlessWasm(): Promise<void> {
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0];
  const code = [10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11];
  const { instance } = await WebAssembly.instantiate(new Uint8Array([...bytes, ...code]));
  (instance.exports['f'] as () => void)();
}
