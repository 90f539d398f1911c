import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcess } from './process-table.ts';

/** A draft is renamed into place when it is whole; a socket folder lives as long as its server. */
type Kind = 'draft' | 'socket';

/** Numbers are given again, to a container's main process nearly always: mine may be an old name. */
const mine = new Set<string>();

/** A fresh folder below `folder`, private to its owner, that carries this process's number. */
export async function createOwnFolder(folder: string, kind: Kind): Promise<string> {
  const path = await mkdtemp(join(folder, `${kind}-${process.pid}-`));
  mine.add(path);
  return path;
}

/** Those that killed processes left behind. */
export async function findLeftFolders(folder: string, kind: Kind): Promise<string[]> {
  const left: string[] = [];
  for (const name of await readdir(folder)) {
    const [, found, pid] = /^(\w+)-(\d+)-/.exec(name) ?? [];
    const path = join(folder, name);
    if (found === kind && !mine.has(path) && !(await isOfAnother(Number(pid)))) left.push(path);
  }
  return left;
}

async function isOfAnother(pid: number): Promise<boolean> {
  return pid !== process.pid && (await findProcess(pid)) !== undefined;
}

/** What cannot be removed yet, because a program still writes to it, the next start removes. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}
