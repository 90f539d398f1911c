import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Where the kernel cannot end a server with its parent: a shell that waits for the end of a pipe
 * which only this process holds, so it ends however this process dies, and then shuts the server
 * down.
 */
export function watch(server: ChildProcess): void {
  const { pid } = server;
  if (pid === undefined) return;
  const command = 'trap "" INT TERM HUP; read -r _; kill -INT "$1"';
  const watchdog = spawn('/bin/sh', ['-c', command, 'watchdog', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.on('error', () => undefined);
  server.once('exit', () => watchdog.kill('SIGKILL'));
}
