import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface ProcessInfo {
  readonly parent: number;
  readonly command: string;
}

/** Undefined for a process that ended, reaped or not. */
export async function findProcess(pid: number): Promise<ProcessInfo | undefined> {
  return process.platform === 'linux' ? readProc(pid) : askPs(pid);
}

async function readProc(pid: number): Promise<ProcessInfo | undefined> {
  const status = await readIfThere(`/proc/${pid}/stat`);
  const command = await readIfThere(`/proc/${pid}/cmdline`);
  // The name, in parentheses, may itself hold blanks and parentheses.
  const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return status === '' || state === 'Z' ? undefined : { parent: Number(parent), command };
}

async function askPs(pid: number): Promise<ProcessInfo | undefined> {
  const fields = ['-ww', '-o', 'stat=,ppid=,command=', '-p', String(pid)];
  const { stdout } = await promisify(execFile)('ps', fields).catch(() => ({ stdout: '' }));
  const [, state = '', parent, command = ''] = /^(\S+)\s+(\d+)\s+(.*)/.exec(stdout.trim()) ?? [];
  return state === '' || state.startsWith('Z') ? undefined : { parent: Number(parent), command };
}

async function readIfThere(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
