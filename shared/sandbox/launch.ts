import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { shutIn, type Isolation } from './isolation.ts';

const execute = promisify(execFile);
const inProject = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** All that parsers are made of, and nothing that holds data. */
const CODE = ['node_modules', 'shared', 'slices', 'package.json'].map(inProject);
const CHILD = inProject('shared/sandbox/child.ts');
const CONFINE = new URL('./confine.ts', import.meta.url).href;
const MIB = 1024 * 1024;

/** What a child is started with. */
export interface LaunchOptions {
  isolation: Isolation;
  memoryBytes: number;
  /** The folders that it may use: it reads `in`, and reads and writes `out`. */
  home: { root: string; in: string; out: string };
  /** Whether its parsers use worker threads. */
  threads: boolean;
}

/**
 * Starts a child: no core dumps, killed with its parent, no network where the system allows that, no
 * secrets in its environment; by Node's permission model no files but the code and its own folders,
 * and no other programs; by `confine.ts` no sockets and no signals to others. The permission model
 * cannot hold back native code (sharp): it is there against a parser that is talked into doing
 * something. SQLite would open any file, whatever the model says.
 */
export function launch({ isolation, memoryBytes, home, threads }: LaunchOptions): ChildProcess {
  const node = [
    process.execPath,
    `--max-old-space-size=${Math.max(32, Math.floor((memoryBytes * 0.75) / MIB))}`,
    '--permission',
    ...[...CODE, home.in, home.out].map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${home.out}`,
    '--allow-addons',
    ...(threads ? ['--allow-worker'] : []),
    '--no-experimental-sqlite',
    '--disable-warning=SecurityWarning',
    `--import=${CONFINE}`,
    CHILD,
  ];
  const [command = process.execPath, ...args] = [...shutIn(isolation), ...node];
  return spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: environment(home.out),
    cwd: home.root,
  });
}

/**
 * Limits what the process may allocate. RLIMIT_DATA is the one that works: RLIMIT_AS would count
 * the many gigabytes of address space that V8 and wasm only reserve, RLIMIT_RSS does nothing.
 */
export async function limitMemory(pid: number, bytes: number): Promise<void> {
  await execute('prlimit', ['--pid', String(pid), `--data=${Math.ceil(bytes)}`]);
}

function environment(temporary: string): NodeJS.ProcessEnv {
  const kept = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'SystemRoot'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(kept), TMPDIR: temporary, HOME: temporary } as NodeJS.ProcessEnv;
}
