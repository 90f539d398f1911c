import { once } from 'node:events';
import { totalmem } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Binaries } from './binaries.ts';
import { ownerParameter, waitForTurn } from './holder.ts';
import type { Launcher } from './launcher.ts';
import { watch } from './watchdog.ts';

export type Log = Pick<FastifyBaseLogger, 'debug' | 'info' | 'warn' | 'error'>;
export type Settings = Readonly<Record<string, string>>;

export interface ServerOptions {
  readonly data: string;
  readonly binaries: Binaries;
  readonly launcher: Launcher;
  readonly socketFolder: string;
  readonly log: Log;
  readonly settings: Settings;
  /** How long another process may take to let go of the cluster, in milliseconds. */
  readonly patienceMs: number;
}

export interface Server {
  /** Settles when the process is gone. */
  readonly exited: Promise<unknown>;
  readonly lastLines: readonly string[];
  stop(): Promise<void>;
}

const readyLine = 'database system is ready to accept connections';
/** What PostgreSQL says when another start was faster, or while backends of a killed one still end. */
const occupied = /lock file "postmaster.pid" already exists|pre-existing shared memory block/;

/**
 * Resolves when the server accepts connections.
 *
 * @throws ConfigError when another process holds the cluster, Error with PostgreSQL's own last lines.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const deadline = Date.now() + options.patienceMs;
  for (;;) {
    await waitForTurn(options.data, options.log, options.patienceMs);
    const { ready, ...server } = spawnServer(options);
    if (await Promise.race([ready, server.exited.then(() => false)])) return server;
    const output = server.lastLines.join('\n');
    if (!occupied.test(output) || Date.now() > deadline) {
      throw new Error(`PostgreSQL did not start below ${options.data}. It said:\n${output}`);
    }
    await pause(100);
  }
}

function spawnServer(options: ServerOptions) {
  const { launcher, data, binaries, log } = options;
  const child = launcher.launch(binaries.postgres, serverArguments(options), {
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe'],
    deathSignal: 'INT',
  });
  const lastLines: string[] = [];
  const exited = once(child, 'close').catch((error: unknown) => lastLines.push(String(error)));
  const ready = Promise.withResolvers<boolean>();
  if (child.stderr !== null) {
    createInterface(child.stderr).on('line', (line) => {
      log[/PANIC|terminated by signal/.test(line) ? 'warn' : 'debug'](`PostgreSQL: ${line}`);
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
      if (line.includes(readyLine)) ready.resolve(true);
    });
  }
  if (!launcher.diesWithParent) watch(child);
  return {
    exited,
    lastLines,
    ready: ready.promise,
    /** SIGINT is the fast shutdown; SIGQUIT, should that hang, leaves the rest to crash recovery. */
    async stop() {
      const impatience = setTimeout(() => child.kill('SIGQUIT'), 60_000);
      child.kill('SIGINT');
      await exited;
      clearTimeout(impatience);
    },
  };
}

function serverArguments({ data, socketFolder, settings }: ServerOptions): string[] {
  const all = { ...defaultSettings(), ...settings };
  const parameters = {
    ...all,
    listen_addresses: '',
    port: '5432',
    unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
    [ownerParameter]: String(process.pid),
  };
  return [
    '-D',
    data,
    ...Object.entries(parameters).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** Everything else, fsync above all, stays as PostgreSQL has it. */
function defaultSettings(): Settings {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  const megabytes = Math.round(memory / 8 / 2 ** 20);
  return {
    shared_buffers: `${Math.min(512, Math.max(32, megabytes))}MB`,
    max_connections: '100',
    // A disk without moving parts.
    random_page_cost: '1.1',
    // Short statements only: compiling them costs more than it saves.
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '',
    log_checkpoints: 'off',
    // "log" leaves out errors of statements: the client gets them, and a version conflict is one.
    log_min_messages: 'log',
  };
}
