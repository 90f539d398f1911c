import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** How far this system lets parser processes be shut in; what Node itself refuses them holds everywhere. */
export interface Isolation {
  /** The kernel limits their memory (`prlimit`); otherwise it is watched from outside. */
  memory: boolean;
  /** They die with their parent, however it dies, and gain no rights (`setpriv`). */
  parent: boolean;
  /**
   * They have a network of their own, in which there is nothing (`unshare`). In a `user-namespace`
   * native code cannot read the memory and environment of their parent either.
   */
  network: 'user-namespace' | 'namespace' | null;
}

const WITHOUT_NETWORK = {
  'user-namespace': ['--user', '--map-current-user', '--net'],
  namespace: ['--net'],
} as const;

/** Tries once what works here: some containers forbid what their tools offer. */
export async function findIsolation(): Promise<Isolation> {
  const [memory, parent, user, privileged] = await Promise.all([
    works('prlimit', ['--core=0', 'true']),
    works('setpriv', ['--pdeathsig', 'KILL', '--no-new-privs', 'true']),
    works('unshare', [...WITHOUT_NETWORK['user-namespace'], 'true']),
    works('unshare', [...WITHOUT_NETWORK.namespace, 'true']),
  ]);
  const network = user ? 'user-namespace' : privileged ? 'namespace' : null;
  return { memory, parent, network };
}

/** The tools, as the beginning of a command line: each takes something away and becomes the next. */
export function shutIn({ memory, parent, network }: Isolation): string[] {
  return [
    ...(memory ? ['prlimit', '--core=0', '--'] : []),
    ...(network ? ['unshare', ...WITHOUT_NETWORK[network], '--'] : []),
    // The last: the signal of a parent's death is forgotten when rights change.
    ...(parent ? ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs', '--'] : []),
  ];
}

/** What is weaker here than it could be, a sentence each. */
export function weaknesses({ memory, parent, network }: Isolation): string[] {
  const missing: [boolean, string][] = [
    [memory, 'Memory is watched from outside ten times a second: prlimit cannot be used here.'],
    [parent, 'A killed server may leave busy parsers behind: setpriv cannot be used here.'],
    [
      network !== null,
      'Only Node.js keeps parsers from the network: unshare gives them none of their own here.',
    ],
  ];
  return missing.flatMap(([works, sentence]) => (works ? [] : [sentence]));
}

async function works(command: string, args: string[]): Promise<boolean> {
  try {
    await execute(command, args);
    return true;
  } catch {
    return false;
  }
}
