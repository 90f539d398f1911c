import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';

/** Private folders for runs and for children, below a folder of this process. */
export interface WorkDirs {
  /** A new one; `kind` is told by its name. */
  make(kind?: 'run' | 'child'): Promise<string>;
  remove(directory: string): Promise<void>;
  removeAll(): Promise<void>;
}

/** Of this process: one of a killed process may have its number, as in a container that starts again. */
const owned = new Set<string>();

/** Makes the folder of this process and removes those that killed processes of this machine left. */
export async function openWorkDirs(tempRoot: string): Promise<WorkDirs> {
  await mkdir(tempRoot, { recursive: true });
  const root = await realpath(tempRoot);
  await removeLeftOvers(root);
  const own = await mkdtemp(join(root, `sandbox-${process.pid}@${hostname()}-`));
  owned.add(basename(own));
  return {
    async make(kind = 'run') {
      try {
        return await mkdtemp(join(own, `${kind}-`));
      } catch {
        await mkdir(own, { recursive: true }); // a cleaner of temporary files came by
        return mkdtemp(join(own, `${kind}-`));
      }
    },
    remove,
    removeAll: () => remove(own),
  };
}

async function removeLeftOvers(root: string): Promise<void> {
  const left = (await readdir(root)).filter((name) => {
    const [, pid, host] = /^sandbox-(\d+)@(.+)-\w{6}$/.exec(name) ?? [];
    const left = Number(pid) === process.pid ? !owned.has(name) : !alive(Number(pid));
    return host === hostname() && left;
  });
  await Promise.all(left.map((name) => remove(join(root, name))));
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function remove(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}
