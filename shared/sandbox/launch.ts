import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const MIB = 1024 * 1024;

/** Which of the system's tools work here; some containers forbid what their tools offer. */
export interface Tools {
  prlimit: boolean;
  setpriv: boolean;
}

export async function findTools(): Promise<Tools> {
  const [prlimit, setpriv] = await Promise.all([
    works('prlimit', ['--core=0', 'true']),
    works('setpriv', ['--pdeathsig', 'KILL', '--no-new-privs', 'true']),
  ]);
  return { prlimit, setpriv };
}

/** One sentence about what is weaker here, or nothing. */
export function missingTools({ prlimit, setpriv }: Tools): string | undefined {
  const missing = [...(prlimit ? [] : ['prlimit']), ...(setpriv ? [] : ['setpriv'])];
  if (missing.length === 0) return undefined;
  return `Parsers run with weaker limits: ${missing.join(' and ')} (util-linux) cannot be used here. Memory is watched from outside ten times a second instead.`;
}

/**
 * Starts a child: no core dumps, killed with its parent, no secrets in its environment, and by
 * Node's permission model no other programs and no writing outside `tempRoot`. Addons and worker
 * threads are needed by sharp and tesseract.js, and a permission model cannot hold back native code:
 * it is there against a parser that is talked into doing something, not against an exploit.
 */
export function launch(tools: Tools, memoryBytes: number, tempRoot: string): ChildProcess {
  const node = [
    process.execPath,
    `--max-old-space-size=${Math.max(32, Math.floor((memoryBytes * 0.75) / MIB))}`,
    '--permission',
    '--allow-fs-read=*',
    `--allow-fs-write=${tempRoot}`,
    '--allow-addons',
    '--allow-worker',
    '--disable-warning=SecurityWarning',
    CHILD,
  ];
  const setpriv = ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs', '--'];
  const [command = process.execPath, ...args] = [
    ...(tools.prlimit ? ['prlimit', '--core=0', '--'] : []),
    ...(tools.setpriv ? setpriv : []),
    ...node,
  ];
  return spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: environment(tempRoot),
    cwd: tempRoot,
  });
}

/**
 * Limits what the process may allocate. RLIMIT_DATA is the one that works: RLIMIT_AS would count
 * the many gigabytes of address space that V8 and wasm only reserve, RLIMIT_RSS does nothing.
 */
export async function limitMemory(pid: number, bytes: number): Promise<void> {
  await execute('prlimit', ['--pid', String(pid), `--data=${Math.ceil(bytes)}`]);
}

function environment(tempRoot: string): NodeJS.ProcessEnv {
  const kept = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'SystemRoot'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(kept), TMPDIR: tempRoot, HOME: tempRoot } as NodeJS.ProcessEnv;
}

async function works(command: string, args: string[]): Promise<boolean> {
  try {
    await execute(command, args);
    return true;
  } catch {
    return false;
  }
}
