import { once } from 'node:events';
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHome } from './home.ts';
import { findIsolation } from './isolation.ts';
import type { Deed } from './sandbox.fixture.ts';
import { createSandbox } from './sandbox.ts';
import type { Sandbox } from './sandbox.ts';
import { startWorker, type Worker } from './worker.ts';

// A parser that was talked into doing what no document needs.

const TASK = new URL('./sandbox.fixture.ts', import.meta.url);
const LIMITS = { memoryBytes: 256 * 2 ** 20, wallClockMs: 30_000, cpuSeconds: 30 };
const REFUSED = /ERR_ACCESS_DENIED|undefined \(reading 'DatabaseSync'\)/;

let folder: string;
let sandbox: Sandbox;
let server: Server;
let socket: Server;
/** Everything that reached a listener of ours. */
const seen: unknown[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  for (const name of ['mine', 'theirs']) writeFileSync(join(folder, name), `the words of ${name}`);
  server = createServer((connection) => seen.push(connection)).listen(0, '127.0.0.1');
  socket = createServer((connection) => seen.push(connection)).listen(
    join(folder, '.s.PGSQL.5432'),
  );
  await Promise.all([server, socket].map((each) => once(each, 'listening')));
  sandbox = createSandbox({ workers: 1, ocrWorkers: 1, limits: LIMITS });
});
afterAll(async () => {
  await sandbox.close();
  server.close();
  socket.close();
  rmSync(folder, { recursive: true });
});

const portOf = (): number => (server.address() as AddressInfo).port;

/** The whole attack: deed, and what it is done to. */
const attacks: [what: string, deed: Deed, value: () => unknown][] = [
  ['reads a file of the system', 'read', () => '/etc/passwd'],
  ['reads it through its own folder', 'read', () => join(tmpdir(), 'x/../../etc/passwd')],
  ['reads another document', 'read', () => join(folder, 'theirs')],
  ['reads its own without being lent it', 'read', () => join(folder, 'mine')],
  ['reads the environment of its parent', 'read', () => `/proc/${process.pid}/environ`],
  ['reads its own memory map', 'read', () => '/proc/self/maps'],
  ['links to another document', 'link-to', () => join(folder, 'theirs')],
  ['links to it by a relative path', 'link-to', () => '../../../../etc/passwd'],
  ['shares the blocks of another document', 'hard-link-to', () => join(folder, 'theirs')],
  ['writes beside its folder', 'write-to', () => join(folder, 'new')],
  ['writes into the code', 'write-to', () => fileURLToPath(new URL('./x.ts', import.meta.url))],
  ['opens a database file', 'database', () => join(folder, 'database')],
  ['loads an addon that it wrote', 'addon', () => undefined],
  ['starts a program', 'shell', () => undefined],
  ['signals its parent', 'signal', () => process.pid],
  ['connects to a port', 'connect', portOf],
  ['connects to the socket of the database', 'connect', () => join(folder, '.s.PGSQL.5432')],
  ['asks a web server', 'fetch', () => `http://127.0.0.1:${portOf()}/`],
  ['listens', 'listen', () => undefined],
  ['sends a datagram', 'datagram', portOf],
  ['asks for a name', 'look-up', () => 'example.org'],
  ['starts a thread', 'thread', () => ({ code: '0' })],
];

describe('a parser is refused when it', () => {
  test.each(attacks)('%s', async (_what, deed, value) => {
    const error = await sandbox.run(TASK, { deed, value: value() }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'parser-error', detail: expect.stringMatching(REFUSED) });
    expect(seen).toEqual([]);
  });

  test('writes to the document it is lent', async () => {
    const writing = sandbox.run(TASK, { deed: 'write-lent', file: join(folder, 'mine') });
    await expect(writing).rejects.toMatchObject({ detail: expect.stringMatching(REFUSED) });
  });

  test('reads a document after it was taken back', async () => {
    const lent = await sandbox.run(TASK, { deed: 'path-of-lent', file: join(folder, 'mine') });
    const reading = sandbox.run(TASK, { deed: 'read', value: lent });
    await expect(reading).rejects.toMatchObject({ detail: expect.stringContaining('ENOENT') });
  });

  const threads: [what: string, options: object][] = [
    ['of a file', {}],
    ['that loads nothing before it', { execArgv: [] }],
    ['of words', { eval: true }],
  ];
  test.each(threads)('connects from a thread %s, where threads are needed', async (_what, more) => {
    const code = `const { parentPort } = require('worker_threads');
      require('net').connect(${portOf()}, '127.0.0.1').on('connect', () => parentPort.postMessage('connected'));`;
    const input = { deed: 'thread', value: { code, ...more } };
    const connecting = sandbox.run(TASK, input, { pool: 'ocr' });
    await expect(connecting).rejects.toMatchObject({ detail: expect.stringMatching(REFUSED) });
    expect(seen).toEqual([]);
  });
});

test('a parser reads the document it is lent, under a name that says nothing', async () => {
  const file = join(folder, 'mine');
  expect(await sandbox.run(TASK, { deed: 'read-lent', file })).toBe('the words of mine');
  const lent = String(await sandbox.run(TASK, { deed: 'path-of-lent', file }));
  expect(lent).toMatch(/\/in\/document$/);
});

test('a parser sees nothing of its parent in its environment', async () => {
  process.env['SECRET_KEY'] = 'secret';
  const environment = await sandbox.run(TASK, { deed: 'environment' });
  delete process.env['SECRET_KEY'];
  const known = new Set(['PATH', 'LANG', 'LC_ALL', 'TZ', 'SystemRoot', 'TMPDIR', 'HOME']);
  expect(Object.keys(environment as object).filter((name) => !known.has(name))).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'a parser has a network of its own, or it is said',
  async () => {
    const pid = await sandbox.run(TASK, { deed: 'pid' });
    const { network } = await sandbox.isolation();
    const networkOf = (process: string) => readlinkSync(`/proc/${process}/ns/net`);
    expect(networkOf(String(pid)) === networkOf('self')).toBe(network === null);
  },
);

describe('on a system that offers less', () => {
  const start = async (part: object): Promise<Worker> => {
    const isolation = { ...(await findIsolation()), ...part };
    const home = await openHome(mkdtempSync(join(folder, 'child-')));
    return startWorker({ isolation, memoryBytes: LIMITS.memoryBytes, home, threads: 0 });
  };
  const levels = [
    { network: null },
    { network: null, parent: false },
    { network: null, parent: false, memory: false },
  ];

  test.each(levels)('%o: sockets are closed to scripts all the same', async (part) => {
    const worker = await start(part);
    const connecting = worker.run({
      task: TASK.href,
      input: { deed: 'connect', value: portOf() },
      limits: LIMITS,
      onProgress: undefined,
      onUsage: undefined,
      signal: undefined,
    });
    await expect(connecting).rejects.toMatchObject({ detail: expect.stringMatching(REFUSED) });
    await worker.kill();
    expect(seen).toEqual([]);
  });

  test('a datagram reaches nobody', async () => {
    const receiver = createSocket('udp4', (message) => seen.push(message)).bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    const worker = await start({ network: null });
    const { port } = receiver.address();
    const input = { deed: 'datagram', value: port };
    const run = {
      task: TASK.href,
      limits: LIMITS,
      onProgress: undefined,
      onUsage: undefined,
      signal: undefined,
    };
    await expect(worker.run({ ...run, input })).rejects.toMatchObject({ code: 'parser-error' });
    await worker.kill();
    receiver.close();
    expect(seen).toEqual([]);
  });
});
