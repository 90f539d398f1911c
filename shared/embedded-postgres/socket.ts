import { chmod, chown, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from './account.ts';
import { createOwnFolder, findLeftFolders, removeFolder } from './own-folders.ts';

/** sun_path holds 104 bytes with its end on macOS and 108 on Linux; the lock's name is the longest. */
const longestPath = 103;
const longestName = '/.s.PGSQL.5432.lock';

export interface SocketFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * A fresh private folder for the socket: in `folder` where its path is short enough, else in the
 * temporary folder with a note of it in `folder`. Fresh, so that a stale lock or two starts at the
 * same time cannot get in each other's way. Removes those of killed processes.
 */
export async function createSocketFolder(
  folder: string,
  account: Account | undefined,
): Promise<SocketFolder> {
  for (const left of await findLeftFolders(folder, 'socket')) await removeSocketFolder(left);
  const inside = await createOwnFolder(folder, 'socket');
  const fits = Buffer.byteLength(inside + longestName) <= longestPath;
  const path = fits ? inside : await mkdtemp(join(shortTemporaryFolder(), 'doctrail-'));
  if (!fits) await writeFile(join(inside, 'elsewhere'), path);
  await handOver(path, account);
  return { path, remove: () => removeSocketFolder(inside) };
}

/** The server creates the socket, this process enters by its group where root lost its override. */
async function handOver(path: string, account: Account | undefined): Promise<void> {
  if (account === undefined) return;
  await chmod(path, 0o710);
  await chown(path, account.uid, process.getegid?.() ?? 0);
}

async function removeSocketFolder(inside: string): Promise<void> {
  const elsewhere = await readFile(join(inside, 'elsewhere'), 'utf8').catch(() => undefined);
  if (elsewhere !== undefined) await removeFolder(elsewhere);
  await removeFolder(inside);
}

function shortTemporaryFolder(): string {
  const needed = Buffer.byteLength(join(tmpdir(), 'doctrail-123456') + longestName);
  return needed <= longestPath ? tmpdir() : '/tmp';
}

export function socketUrl(path: string): string {
  return `postgres://doctrail@${encodeURIComponent(path)}/doctrail`;
}
