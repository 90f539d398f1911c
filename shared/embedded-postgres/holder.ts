import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigError } from '../config-error.ts';
import { findProcess } from './process-table.ts';
import type { Log } from './server.ts';

/** The running server of a cluster, as its postmaster.pid and the process table tell. */
export interface Holder {
  /** `held`: by the process `owner`; `orphaned`: that process is gone, the server is not (yet). */
  readonly state: 'held' | 'orphaned';
  readonly status: string;
  readonly pid: number;
  readonly owner: number;
  readonly since: Date;
  readonly socketFolder: string;
}

/** The parameter that carries the number of the process that started a server. */
export const ownerParameter = 'doctrail.owner';

/** Undefined where no server runs on the cluster, even if one left its postmaster.pid behind. */
async function findHolder(data: string): Promise<Holder | undefined> {
  const lines = (await readIfThere(join(data, 'postmaster.pid'))).split('\n');
  const [pidLine = '', , startLine, , socketFolder = '', , , status = ''] = lines;
  const pid = Number(pidLine);
  const server = pid > 0 ? await findProcess(pid) : undefined;
  if (server === undefined) return undefined;
  if (!server.command.includes(data)) {
    await disown(data, lines);
    return undefined;
  }
  // Not from postmaster.opts: while a server starts that is still its predecessor's.
  const owner = Number(new RegExp(`${ownerParameter}=(\\d+)`).exec(server.command)?.[1]);
  const state = server.parent === owner ? 'held' : 'orphaned';
  const since = new Date(Number(startLine) * 1000);
  return { state, status: status.trim(), pid, owner, since, socketFolder };
}

/** The server that another living process runs on the cluster, once it accepts connections. */
export async function findReadyHolder(data: string): Promise<Holder | undefined> {
  for (;;) {
    const holder = await findHolder(data);
    if (holder?.state !== 'held') return undefined;
    if (holder.status === 'ready') return holder;
    if (holder.status === 'stopping') return undefined;
    await pause(20);
  }
}

/**
 * Resolves when no server runs on the cluster. One whose owner died is told to shut down, which
 * may take as long as its checkpoint; one that is held gets `patienceMs` to go.
 *
 * @throws ConfigError that says who holds the cluster.
 */
export async function waitForTurn(data: string, log: Log, patienceMs: number): Promise<void> {
  const started = Date.now();
  let told = '';
  for (;;) {
    const holder = await findHolder(data);
    if (holder === undefined) return;
    const waited = Date.now() - started;
    const patience = holder.state === 'held' ? patienceMs : Math.max(patienceMs, 60_000);
    if (waited >= patience) throw new ConfigError(describe(holder, data));
    if (told !== holder.state) log.info(holder, `Waiting for the database below ${data}`);
    if (told !== holder.state && holder.state === 'orphaned') stopServer(holder.pid);
    told = holder.state;
    await pause(100);
  }
}

function describe({ state, pid, owner, since }: Holder, data: string): string {
  const time = since.toISOString();
  const remedy =
    state === 'held'
      ? `by process ${owner} since ${time} (its PostgreSQL is process ${pid}). Stop that process, or set DATA_DIR to another folder.`
      : `by PostgreSQL process ${pid}, left behind by a Doctrail that started it at ${time} and not shutting down. End it with: kill -QUIT ${pid}`;
  return `The database below ${data} is in use ${remedy}`;
}

function stopServer(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    // It is gone already, or belongs to another user; then the message says so in the end.
  }
}

/**
 * After a crash the number in postmaster.pid may belong to some other program by now, and
 * PostgreSQL would believe it to be the server. Its own parent's number it takes for stale, and
 * still checks that no process is attached to the old shared memory, as deleting the file would not.
 */
async function disown(data: string, [, ...rest]: readonly string[]): Promise<void> {
  await writeFile(join(data, 'postmaster.pid'), [String(process.pid), ...rest].join('\n'));
}

async function readIfThere(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
