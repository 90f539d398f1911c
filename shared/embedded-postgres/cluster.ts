import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { ConfigError } from '../config-error.ts';
import { giveAway, type Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { createOwnFolder, findLeftFolders, removeFolder } from './own-folders.ts';
import type { Launcher } from './launcher.ts';

/** PostgreSQL reads and writes only clusters of its own major version. */
const majorVersion = '18';

/**
 * - builtin `C.UTF-8`: the only Unicode collation that is the same on every system and in every
 *   version of libc and ICU, so that an index outlives an upgrade of the machine;
 * - `trust` on the socket: whoever may enter its folder is this user.
 */
const initdbArguments = [
  '--username=postgres',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--auth-local=trust',
  '--auth-host=reject',
  '--data-checksums',
];

// One statement a line: the single-user mode ends them there.
const setUp = `create role doctrail login createdb;
create database doctrail owner doctrail;
`;

/**
 * Makes the cluster `folder/data` unless it is there. It is made aside and renamed when whole, so
 * a start that is killed, or raced by another, leaves nothing half made.
 */
export async function ensureCluster(
  folder: string,
  binaries: Binaries,
  launcher: Launcher,
): Promise<string> {
  const data = join(folder, 'data');
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) await createCluster(folder, data, binaries, launcher);
  else if (version.trim() !== majorVersion) {
    throw new ConfigError(
      `${data} was made by PostgreSQL ${version.trim()}, but this is PostgreSQL ${majorVersion}. Dump it with the old release and restore it into an empty DATA_DIR.`,
    );
  }
  return data;
}

async function createCluster(
  folder: string,
  data: string,
  { initdb, postgres }: Binaries,
  launcher: Launcher,
): Promise<void> {
  for (const left of await findLeftFolders(folder, 'draft')) await removeFolder(left);
  const draft = await createOwnFolder(folder, 'draft');
  const builder = await chooseBuilder(launcher.account);
  if (builder.account !== undefined) await giveAway(draft, builder.account);
  const run = (program: string, args: string[], input = '') =>
    runToEnd(launcher, builder, [program, ...args], { cwd: draft, input });
  await run(initdb, [...initdbArguments, '--pgdata', draft]);
  await run(postgres, ['--single', '-c', 'exit_on_error=on', '-D', draft, 'template1'], setUp);
  if (launcher.account !== undefined) await giveAway(draft, launcher.account);
  await rename(draft, data).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { recursive: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

interface Builder {
  readonly account: Account | undefined;
  readonly wrapper: readonly string[];
}

/**
 * initdb and the single-user mode want a user with a name, the server does not. A user number
 * without one, as containers like to give, makes its cluster as `nobody`: root by switching to it,
 * others in a user namespace, where that is what a number without a mapping is called.
 */
async function chooseBuilder(account: Account | undefined): Promise<Builder> {
  if (await hasName(account?.uid ?? process.geteuid?.())) return { account, wrapper: [] };
  if (account === undefined) return { account, wrapper: ['unshare', '--user'] };
  const { stdout } = await promisify(execFile)('id', ['-u', 'nobody']);
  return { account: { uid: Number(stdout), gid: Number(stdout) }, wrapper: [] };
}

async function hasName(uid: number | undefined): Promise<boolean> {
  return promisify(execFile)('id', ['-un', '--', String(uid)]).then(
    () => true,
    () => false,
  );
}

async function runToEnd(
  launcher: Launcher,
  { account, wrapper }: Builder,
  command: string[],
  { cwd, input }: { cwd: string; input: string },
): Promise<void> {
  const [program = '', ...args] = [...wrapper, ...command];
  const child = launcher.launch(program, args, {
    cwd,
    account,
    stdio: ['pipe', 'pipe', 'pipe'],
    deathSignal: 'KILL',
  });
  child.stdin?.on('error', () => undefined).end(input);
  const [output, [code]] = await Promise.all([readAll(child), once(child, 'close')]);
  if (code === 0) return;
  throw new Error(`The database could not be made below ${cwd}:\n${output}`);
}

async function readAll({ stdout, stderr }: ChildProcess): Promise<string> {
  const streams = [stdout, stderr].filter((stream) => stream !== null);
  return (await Promise.all(streams.map(text))).join('').trim();
}
