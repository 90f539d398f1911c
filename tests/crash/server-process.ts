import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Role } from '../../shared/web/principal.ts';

/** A server in a process of its own, as `npm start` runs it. */
export interface ServerProcess {
  readonly pid: number;
  /** Where it listens; null for a worker. */
  readonly url: string | null;
  /** Milliseconds from its start until it said that it runs. */
  readonly startedInMs: number;
  readonly alive: boolean;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** What it wrote last, for whoever has to explain a failure. */
  output(): string;
}

/** What the configuration reads; everything else of this process's environment stays away from it. */
export type ServerEnvironment = Readonly<Record<string, string>>;

const root = new URL('../..', import.meta.url).pathname;
const START_WITHIN_MS = 180_000;
const LINES_KEPT = 200;

const MAIN = 'slices/main.ts';

/** Starts a server and waits for the line that says it runs. @throws Error with its output */
export async function startServer(
  environment: ServerEnvironment,
  entry = MAIN,
  onLine: (line: string) => void = () => {},
): Promise<ServerProcess> {
  const begun = performance.now();
  const child = launch(environment, entry);
  const gone = once(child, 'close');
  const lines: string[] = [];
  const output = () => lines.join('\n');
  const url = await Promise.race([
    runningLine(child, lines, onLine),
    gone.then(() => Promise.reject(new Error(`The server did not start:\n${output()}`))),
    afterwards(START_WITHIN_MS, () => new Error(`The server does not start:\n${output()}`)),
  ]).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    pid: child.pid ?? 0,
    url,
    startedInMs: performance.now() - begun,
    output,
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
    signal: (name) => child.kill(name),
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      child.kill('SIGTERM');
      await gone;
      return child.exitCode;
    },
  };
}

/** Starts a server and kills it (kill -9) so many milliseconds later, wherever it is by then. */
export async function startAndKill(
  environment: ServerEnvironment,
  afterMs: number,
  entry = MAIN,
): Promise<void> {
  const child = launch(environment, entry);
  const gone = once(child, 'close');
  child.stdout.resume();
  child.stderr.resume();
  await pause(afterMs);
  child.kill('SIGKILL');
  await gone;
}

function launch(environment: ServerEnvironment, entry: string) {
  return spawn(process.execPath, [entry], {
    cwd: root,
    env: withPath(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Makes an API token with the command that people use; works beside the running server. */
export async function createToken(environment: ServerEnvironment, role: Role): Promise<string> {
  const command = ['slices/accounts/token-cli.ts', '--role', role, '--name', 'proof'];
  const options = { cwd: root, env: withPath(environment) };
  const { stdout } = await promisify(execFile)(process.execPath, command, options);
  return stdout.trim();
}

function withPath(environment: ServerEnvironment): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, NODE_COMPILE_CACHE, LOG_LEVEL: 'warn', PORT: '0', ...environment };
}

/** The address of the line "Doctrail is running: …", null for that of a worker. */
function runningLine(
  child: ChildProcess,
  lines: string[],
  onLine: (line: string) => void,
): Promise<string | null> {
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface(stream).on('line', (line) => {
        onLine(line);
        lines.push(line);
        if (lines.length > LINES_KEPT) lines.shift();
        const url = /^Doctrail is running: (\S+)/.exec(line)?.[1];
        if (url) resolve(url);
        else if (line.startsWith('Doctrail works in the background')) resolve(null);
      });
    }
  });
}

function afterwards(milliseconds: number, error: () => Error): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(error()), milliseconds).unref());
}
