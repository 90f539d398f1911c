import dgram from 'node:dgram';
import dns from 'node:dns';
import module from 'node:module';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import threads, { type WorkerOptions } from 'node:worker_threads';

// Loaded before anything else into a parser process and each of its worker threads. Node's permission
// model knows no network, no signals, and lets any addon be loaded: that is closed here, for scripts.
// Native code is held by the system alone, by a network namespace where there is one.

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));

function refuse(): never {
  throw Object.assign(new Error('A parser may not do this.'), { code: 'ERR_ACCESS_DENIED' });
}

/** Takes members away for good. */
function close(owner: object, names: readonly string[], value: unknown = refuse): void {
  for (const name of names) {
    Object.defineProperty(owner, name, { value, writable: false, configurable: false });
  }
}

const functionsOf = (owner: object): string[] =>
  Object.entries(owner).flatMap(([name, member]) => (typeof member === 'function' ? [name] : []));

close(net.Socket.prototype, ['connect']);
close(net.Server.prototype, ['listen']);
close(dgram.Socket.prototype, ['bind', 'connect', 'send']);
close(dns, functionsOf(dns));
close(dns.promises, functionsOf(dns.promises));

const { _kill: send } = process as unknown as { _kill(pid: number, signal: number): number };
// `process.kill` ends here.
close(process, ['_kill'], (pid: number, signal: number) =>
  pid === process.pid ? send(pid, signal) : refuse(),
);

const load = process.dlopen.bind(process);
close(process, ['dlopen'], (target: object, file: string, ...flags: [number?]) =>
  file.startsWith(MODULES) && !file.includes('..') ? load(target, file, ...flags) : refuse(),
);

const { Worker } = threads;
/** A thread loads this file, too, unless it is told what to load or runs words that no file holds. */
function ConfinedWorker(file: string | URL, options: WorkerOptions = {}) {
  return options.eval || options.execArgv ? refuse() : new Worker(file, options);
}
close(Worker.prototype, ['constructor'], ConfinedWorker);
close(threads, ['Worker'], ConfinedWorker);

module.syncBuiltinESMExports();
