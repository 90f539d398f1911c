import { setTimeout as pause } from 'node:timers/promises';
import { startServer, type Server, type ServerOptions } from './server.ts';

/** Starts the server, and again whenever it dies by itself, until it is stopped. */
export async function runServer(options: ServerOptions): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  let server = await startServer(options);
  const supervision = supervise();

  async function supervise(): Promise<void> {
    for (;;) {
      await server.exited;
      if (stopping.signal.aborted) return;
      options.log.error(`PostgreSQL ended by itself and is started again: ${lastLine(server)}`);
      const next = await restart(options, stopping.signal);
      if (next === undefined) return;
      server = next;
      if (stopping.signal.aborted) await server.stop();
    }
  }

  return {
    async stop() {
      stopping.abort();
      await server.stop();
      await supervision;
    },
  };
}

/** Undefined when it was told to stop meanwhile. */
async function restart(options: ServerOptions, stop: AbortSignal): Promise<Server | undefined> {
  for (let delay = 500; !stop.aborted; delay = Math.min(2 * delay, 10_000)) {
    try {
      return await startServer(options);
    } catch (error) {
      options.log.error(error, `PostgreSQL does not start; trying again in ${delay} ms`);
      await pause(delay, undefined, { signal: stop }).catch(() => undefined);
    }
  }
  return undefined;
}

function lastLine({ lastLines }: Server): string {
  return lastLines.at(-1) ?? 'it said nothing';
}
