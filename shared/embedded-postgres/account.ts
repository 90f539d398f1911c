import { chmod, chown, lchown, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigError } from '../config-error.ts';

/** A user and group other than this process's own. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Outside the ranges that distributions give to people and services, inside what containers map. */
const fallback: Account = { uid: 54_329, gid: 54_329 };

/**
 * Who runs PostgreSQL, which refuses root: undefined means this user; for root it is the owner of
 * the folder or of the one above it, else a number of its own. The folder is handed to it,
 * and others may pass through both, as it has to, but not look into them.
 *
 * @throws ConfigError when this user is neither root nor the folder's owner.
 */
export async function chooseAccount(folder: string): Promise<Account | undefined> {
  const { uid: owner } = await stat(folder);
  const user = process.geteuid?.();
  if (user === 0) {
    const account = (await otherOwner(folder)) ?? (await otherOwner(dirname(folder))) ?? fallback;
    await chown(folder, account.uid, account.gid);
    await chmod(folder, 0o711);
    await letPass(dirname(folder), account);
    return account;
  }
  if (owner === user) return undefined;
  throw new ConfigError(
    `${folder} belongs to user ${owner}, but Doctrail runs as user ${user}. Start it as that user or as root, or give the folder away: sudo chown -R ${user} '${folder}'`,
  );
}

async function letPass(folder: string, account: Account): Promise<void> {
  if (await permits(folder, account, 1)) return;
  const { mode } = await stat(folder);
  await chmod(folder, (mode & 0o7777) | 0o011);
}

async function otherOwner(folder: string): Promise<Account | undefined> {
  const { uid, gid } = await stat(folder);
  return uid === 0 ? undefined : { uid, gid };
}

/** Whether the permission bits let an account read (4), search or execute (1) a file or folder. */
export async function permits(path: string, account: Account, bits: number): Promise<boolean> {
  const { uid, gid, mode } = await stat(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

/** Whether an account can get to a (real) path through all the folders above it. */
export async function canReach(path: string, account: Account): Promise<boolean> {
  const parent = dirname(path);
  if (parent === path) return true;
  return (await permits(parent, account, 1)) && canReach(parent, account);
}

/** Hands over a folder with all that is in it. */
export async function giveAway(path: string, { uid, gid }: Account): Promise<void> {
  const entries = await readdir(path, { recursive: true });
  for (const entry of ['.', ...entries]) await lchown(join(path, entry), uid, gid);
}
