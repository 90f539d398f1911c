import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcess } from './process-table.ts';

/**
 * A folder in which something is made before it is renamed into place, named after this process.
 * Removes those of processes that ended before they were done.
 */
export async function createDraft(folder: string): Promise<string> {
  for (const name of await readdir(folder)) {
    const [, pid] = /^draft-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !(await findProcess(Number(pid))))
      await rm(join(folder, name), { recursive: true });
  }
  return mkdtemp(join(folder, `draft-${process.pid}-`));
}
