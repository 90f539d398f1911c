import { readdir, readFile, readlink } from 'node:fs/promises';

/** A process of this machine. */
export interface FoundProcess {
  pid: number;
  command: string;
}

/**
 * Processes that work in a folder or below: PostgreSQL in its data folder, parsers in the temporary
 * one. Linux only; elsewhere none are found.
 */
export async function processesIn(folder: string): Promise<FoundProcess[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const where = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      if (where !== folder && !where.startsWith(`${folder}/`)) return [];
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return [{ pid: Number(pid), command: command.replaceAll('\0', ' ').trim() }];
    }),
  );
  return found.flat();
}

/** Memory that a process holds, in bytes; 0 for one that is gone. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}
