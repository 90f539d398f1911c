import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
// USER_HZ, the unit of /proc/<pid>/stat on every platform that Node supports.
const TICKS_PER_SECOND = 100;

/** What a process uses at this moment: CPU seconds since its start, memory of its own. */
export interface Usage {
  cpuSeconds: number;
  memoryBytes: number;
}

/** From /proc, elsewhere from `ps`; undefined where the process is gone or neither exists. */
export async function usageOf(pid: number): Promise<Usage | undefined> {
  try {
    return process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
  } catch {
    return undefined;
  }
}

async function fromProc(pid: number): Promise<Usage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  // The name, in brackets, may hold spaces and brackets: fields are counted from behind it.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0] = fields.slice(11);
  return {
    cpuSeconds: (user + system) / TICKS_PER_SECOND,
    memoryBytes: bytesIn(status, 'RssAnon'),
  };
}

/** V8 maps about half a gigabyte before it runs anything, which RLIMIT_DATA counts as used. */
export async function reservedBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.max(0, bytesIn(status, 'VmData') - bytesIn(status, 'RssAnon'));
}

const bytesIn = (status: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;

async function fromPs(pid: number): Promise<Usage> {
  const { stdout } = await execute('ps', ['-o', 'rss=,time=', '-p', String(pid)]);
  const [rss = '0', time = '0'] = stdout.trim().split(/\s+/);
  const cpuSeconds = time.split(/[-:]/).reduce((sum, part) => sum * 60 + Number(part), 0);
  return { cpuSeconds, memoryBytes: Number(rss) * 1024 };
}
