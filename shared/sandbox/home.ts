import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** The folders of one child. Both are empty between two runs. */
export interface Home {
  readonly root: string;
  /** Holds the file to read; the child cannot write here. */
  readonly in: string;
  /** For whatever the child writes. */
  readonly out: string;
}

export async function openHome(root: string): Promise<Home> {
  const home = { root, in: join(root, 'in'), out: join(root, 'out') };
  await mkdir(home.in, { recursive: true });
  await mkdir(home.out, { recursive: true });
  return home;
}

/**
 * Lets the child read one file for as long as `work` takes, at the path that `work` is given, and
 * moves what it has written to `resultsTo`, if that is wanted (a folder of the same file system).
 *
 * The permission model follows links (https://nodejs.org/api/permissions.html), while the child
 * cannot make any: so a file is lent without copying it, and taken back again.
 */
export async function lend<T>(
  home: Home,
  file: string | null,
  resultsTo: string | undefined,
  work: (file: string | null) => Promise<T>,
): Promise<T> {
  const lent = file === null ? null : join(home.in, 'document');
  if (file !== null && lent !== null) await symlink(file, lent);
  try {
    const result = await work(lent);
    if (resultsTo !== undefined) await move(home.out, resultsTo);
    return result;
  } finally {
    if (lent !== null) await rm(lent, { force: true });
    await empty(home.out);
  }
}

async function move(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) await rename(join(from, name), join(to, name));
}

async function empty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const remove = (name: string) =>
    rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  await Promise.all(names.map(remove));
}
