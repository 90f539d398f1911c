import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PgBoss } from 'pg-boss';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect } from '../database.ts';
import { connectEmbeddedPostgres, startEmbeddedPostgres } from './index.ts';
import { findProcess } from './process-table.ts';

const isRoot = process.geteuid?.() === 0;
const script = new URL('process-for-tests.ts', import.meta.url).pathname;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
/** A user without a name, as containers have them. */
const stranger = { uid: 5432, gid: 5432 };

let folder: string;
let dataDir: string;
let children: ChildProcess[];
let servers: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctrail-postgres-'));
  await chmod(folder, 0o755);
  dataDir = join(folder, 'data');
  children = [];
  servers = [];
});

afterEach(async () => {
  children.forEach((child) => child.kill('SIGKILL'));
  await Promise.all(servers.map(isGone));
  await rm(folder, { recursive: true });
});

interface Start {
  readonly patienceMs?: number;
  readonly user?: typeof stranger;
  readonly path?: string;
}

/** Starts a process of its own; `until` gives what follows a word of its output. */
function launch({ patienceMs = 500, user, path }: Start = {}) {
  const env = { ...process.env, PATH: path ?? process.env['PATH'] };
  const child = spawn(process.execPath, [script, dataDir, String(patienceMs)], { env, ...user });
  children.push(child);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => lines.push(line));
  }
  const exited = once(child, 'close');
  const until = (text: string) =>
    vi.waitFor(() => {
      const line = lines.find((line) => line.includes(text));
      if (line === undefined) throw new Error(`no "${text}" in:\n${lines.join('\n')}`);
      return line;
    }, 15_000);
  return { child, exited, until, output: () => lines.join('\n') };
}

async function start(options: Start = {}) {
  const process = launch(options);
  const url = (await process.until('url ')).slice(4);
  const server = postmaster();
  servers.push(server);
  return { ...process, url, server };
}

function postmaster(): number {
  return Number.parseInt(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8'), 10);
}

function isGone(pid: number): Promise<void> {
  return vi.waitFor(async () => expect(await findProcess(pid)).toBeUndefined(), 15_000);
}

async function kill(process: { child: ChildProcess; exited: Promise<unknown> }): Promise<void> {
  process.child.kill('SIGKILL');
  await process.exited;
}

async function query(url: string, statement: string): Promise<unknown[]> {
  const sql = connect(url, { max: 1 });
  try {
    return await sql.unsafe(statement).values();
  } finally {
    await sql.end();
  }
}

const remember = 'create table facts as select 42 as answer';
const recall = 'select answer from facts';

test('ends with a process that is killed, and its data is there at the next start', async () => {
  const first = await start();
  await query(first.url, remember);
  await kill(first);
  await isGone(first.server);
  const second = await start();
  expect(await query(second.url, recall)).toEqual([[42]]);
  expect(second.output()).toContain('database system was shut down at');
});

test('stops cleanly, and leaves no socket behind', async () => {
  const { child, exited, server, output } = await start();
  child.kill('SIGTERM');
  expect((await exited)[0]).toBe(0);
  expect(await findProcess(server)).toBeUndefined();
  expect(output()).toContain('database system is shut down');
  expect(readdirSync(join(dataDir, 'postgres'))).toEqual(['data']);
});

test('a second start says who holds the folder', async () => {
  const first = await start();
  const options = { dataDir, log: quiet, patienceMs: 300 };
  await expect(startEmbeddedPostgres(options)).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringMatching(
      new RegExp(`is in use by process ${first.child.pid} since 20.*Z.*set DATA_DIR to another`),
    ),
  });
  expect(await query(first.url, 'select 1')).toEqual([[1]]);
});

test('a start waits for a process that is about to stop', async () => {
  const first = await start();
  const second = launch({ patienceMs: 30_000 });
  await second.until('Waiting for the database');
  first.child.kill('SIGTERM');
  servers.push(await second.until('url ').then(postmaster));
});

test('of several starts at once one wins, and the others say so', async () => {
  for (const _ of ['with the cluster to be made', 'with a cluster']) {
    const all = [launch(), launch(), launch()];
    const ends = await Promise.all(
      all.map((one) => Promise.race([one.exited.then(() => 'refused'), one.until('url ')])),
    );
    servers.push(postmaster());
    expect(ends.filter((end) => end !== 'refused')).toHaveLength(1);
    for (const one of all.filter((_, index) => ends[index] === 'refused')) {
      expect(one.output()).toContain('is in use by process');
    }
    await Promise.all(all.map(kill));
  }
});

test('a server that dies by itself is started again, under the same address', async () => {
  const { url, server, until } = await start();
  await query(url, remember);
  process.kill(server, 'SIGKILL');
  await until('is started again');
  await until('database system was interrupted');
  await vi.waitFor(async () => expect(await query(url, recall)).toEqual([[42]]), 15_000);
  servers.push(postmaster());
});

test('the number of a dead server may belong to another program by now', async () => {
  const first = await start();
  await query(first.url, remember);
  const left = readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8');
  await kill(first);
  await isGone(first.server);
  // Of the same user, for PostgreSQL itself only worries about those.
  const bystander = spawn('sleep', ['60'], isRoot ? { uid: 54_329, gid: 54_329 } : {});
  children.push(bystander);
  const stale = left.replace(/^\d+/, String(bystander.pid));
  await writeFile(join(dataDir, 'postgres/data/postmaster.pid'), stale);
  const second = await start();
  expect(await query(second.url, recall)).toEqual([[42]]);
  expect(bystander.exitCode).toBeNull();
});

test('without setpriv a watchdog ends the server', async () => {
  const first = await start({ path: await pathWithoutSetpriv() });
  await query(first.url, remember);
  await kill(first);
  await isGone(first.server);
  expect(await query((await start()).url, recall)).toEqual([[42]]);
});

test('a server that outlived its process is shut down first', async () => {
  const first = await start({ path: await pathWithoutSetpriv() });
  await query(first.url, remember);
  const watchdog = childrenOf(first.child.pid).find((pid) => pid !== first.server);
  process.kill(watchdog ?? 0, 'SIGKILL');
  await kill(first);
  expect(await findProcess(first.server)).toBeDefined();
  expect(await query((await start()).url, recall)).toEqual([[42]]);
  expect(await findProcess(first.server)).toBeUndefined();
});

async function pathWithoutSetpriv(): Promise<string> {
  const path = join(folder, 'path');
  await mkdir(path);
  for (const name of ['id', 'ps', 'unshare']) await symlink(`/usr/bin/${name}`, join(path, name));
  return path;
}

function childrenOf(pid = 0): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.filter(([, parent]) => parent === pid).map(([child]) => child ?? 0);
}

test('commands use the running server, or one of their own', async () => {
  const own = await connectEmbeddedPostgres({ dataDir, log: quiet });
  servers.push(postmaster());
  await query(own.url, remember);
  await own.stop();
  const running = await start();
  const borrowed = await connectEmbeddedPostgres({ dataDir, log: quiet });
  expect(await query(borrowed.url, recall)).toEqual([[42]]);
  await borrowed.stop();
  expect(await query(running.url, recall)).toEqual([[42]]);
});

test('pg, here in pg-boss, takes the same address', async () => {
  const { url } = await start();
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
  await boss.start();
  await boss.createQueue('work');
  expect(await boss.send('work', {})).toEqual(expect.any(String));
  await boss.stop({ graceful: false });
});

test('the folder may lie deeper than a socket address can say', async () => {
  dataDir = join(folder, 'x'.repeat(60), 'y'.repeat(60));
  const first = await start();
  expect(await query(first.url, 'select 1')).toEqual([[1]]);
  const socketFolder = decodeURIComponent(new URL(first.url).hostname);
  expect(socketFolder).not.toContain(folder);
  await kill(first);
  await isGone(first.server);
  const second = await start();
  expect(existsSync(socketFolder)).toBe(false);
  second.child.kill('SIGTERM');
  await second.exited;
  expect(existsSync(decodeURIComponent(new URL(second.url).hostname))).toBe(false);
});

test('the cluster is durable, checked and the same everywhere', async () => {
  const { url } = await start();
  const names = ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums'];
  const settings = `select ${names.map((name) => `current_setting('${name}')`).join()}`;
  expect(await query(url, settings)).toEqual([['on', 'on', 'on', 'on']]);
  const database =
    'select datlocprovider, datlocale from pg_database where datname = current_database()';
  expect(await query(url, database)).toEqual([['b', 'C.UTF-8']]);
  expect(await query(url, 'show is_superuser')).toEqual([['off']]);
});

test('a start that fails shows what PostgreSQL said', async () => {
  const settings = { shared_buffers: 'plenty' };
  await expect(startEmbeddedPostgres({ dataDir, log: quiet, settings })).rejects.toThrow(
    /did not start below .*invalid value for parameter "shared_buffers": "plenty"/s,
  );
  expect(readdirSync(join(dataDir, 'postgres'))).toEqual(['data']);
});

test('a cluster of another version is refused', async () => {
  await mkdir(join(dataDir, 'postgres/data'), { recursive: true });
  await writeFile(join(dataDir, 'postgres/data/PG_VERSION'), '17\n');
  await expect(startEmbeddedPostgres({ dataDir, log: quiet })).rejects.toThrow(
    /was made by PostgreSQL 17, but this is PostgreSQL 18/,
  );
});

if (isRoot) {
  test('root starts it as another user, also below a folder that only root may enter', async () => {
    await chmod(folder, 0o700);
    const { url, server } = await start();
    expect(await query(url, 'select 1')).toEqual([[1]]);
    const status = readFileSync(`/proc/${server}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t54329\t54329\t54329\t54329$/m);
  });

  test('root starts it as the owner of the folder', async () => {
    await mkdir(dataDir);
    await chown(dataDir, stranger.uid, stranger.gid);
    const { server } = await start();
    expect(readFileSync(`/proc/${server}/status`, 'utf8')).toMatch(/^Uid:\t5432\t/m);
  });
}

// Others may be unable to enter the folders above this file or above Node.
if (isRoot && spawnSync(process.execPath, ['--check', script], stranger).status === 0) {
  test('an ordinary user without a name starts it', async () => {
    await chown(folder, stranger.uid, stranger.gid);
    const first = await start({ user: stranger });
    await query(first.url, remember);
    await kill(first);
    await isGone(first.server);
    expect(await query((await start({ user: stranger })).url, recall)).toEqual([[42]]);
  });

  test('an ordinary user is told when root was there before', async () => {
    await kill(await start());
    const second = launch({ user: stranger });
    await second.exited;
    expect(second.output()).toContain('belongs to user 54329, but Doctrail runs as user 5432');
  });
}
