import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { promisify } from 'node:util';
import type { Account } from './account.ts';

/** Starts PostgreSQL's programs as the right user, so that they end with this process. */
export interface Launcher {
  /** Who the programs run as; undefined: this user. */
  readonly account: Account | undefined;
  /** Programs pass folders that their user may not enter, such as a root home of mode 0700. */
  readonly passesFolders: boolean;
  /** False where setpriv is missing (macOS): the server then needs a watchdog. */
  readonly diesWithParent: boolean;
  /** `deathSignal` is what the program gets when this process dies. */
  launch(program: string, args: readonly string[], options: LaunchOptions): ChildProcess;
}

interface LaunchOptions {
  readonly cwd: string;
  readonly stdio: StdioOptions;
  readonly deathSignal: 'INT' | 'KILL';
  /** Instead of the launcher's own. */
  readonly account?: Account | undefined;
}

const run = promisify(execFile);

/**
 * What lets a program pass folders, the least first: the one passes and reads, the other, which
 * containers have by default, would write too. `no_setuid_fixup`, because PostgreSQL looks for its
 * own programs with access(2), which otherwise forgets capabilities.
 */
const passing = ['+dac_read_search', '+dac_override'].map((capability) => [
  `--inh-caps=${capability}`,
  `--ambient-caps=${capability}`,
  '--securebits=+no_setuid_fixup',
]);

/** Sees what this machine can do; `passFolders` asks for the capability, which it may not have. */
export async function chooseLauncher(
  account: Account | undefined,
  passFolders: boolean,
): Promise<Launcher> {
  const base = flags(account);
  for (const extra of passFolders ? passing : []) {
    if (await works([...base, ...extra])) return withSetpriv(account, extra);
  }
  if (await works(base)) return withSetpriv(account, []);
  return {
    account,
    passesFolders: false,
    diesWithParent: false,
    launch: (program, args, { cwd, stdio, account: other = account }) =>
      spawn(program, args, { cwd, stdio, ...other, env: environment(), detached: true }),
  };
}

function withSetpriv(account: Account | undefined, extra: readonly string[]): Launcher {
  return {
    account,
    passesFolders: extra.length > 0,
    diesWithParent: true,
    launch(program, args, { cwd, stdio, deathSignal, account: other = account }) {
      const all = [...flags(other, deathSignal), ...extra, program, ...args];
      // Its own session, because Ctrl-C in a terminal is meant for this process, which then stops it.
      return spawn('setpriv', all, { cwd, stdio, env: environment(), detached: true });
    },
  };
}

function flags(account: Account | undefined, deathSignal = 'KILL'): string[] {
  const death = ['--pdeathsig', deathSignal];
  if (account === undefined) return death;
  return [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', ...death];
}

async function works(flags: string[]): Promise<boolean> {
  return run('setpriv', [...flags, 'true']).then(
    () => true,
    () => false,
  );
}

/** PG* variables would change settings, and nobody's secrets belong into the server. */
function environment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR'];
  const kept = names.flatMap((name) => (process.env[name] === undefined ? [] : [name]));
  return { LC_ALL: 'C', ...Object.fromEntries(kept.map((name) => [name, process.env[name]])) };
}
