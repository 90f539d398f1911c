import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '../crash/client.ts';
import { processesIn, residentBytes } from '../crash/processes.ts';
import { createToken, startServer, type ServerEnvironment } from '../crash/server-process.ts';
import { until } from '../crash/until.ts';
import type { Cost } from './outcome.ts';

/** Memory in bytes: of the server, and of its parsers, which stay warm. */
export interface Memory {
  server: number;
  parsers: number;
}

/** A server of our own, on data of its own, whose parsers are watched. */
export interface OwnServer {
  client: Client;
  /** What the runs for a document have taken so far. */
  costOf(document: string): Cost;
  memory(): Promise<Memory>;
  /** Stops it in order; the sentences say what should not be. */
  stop(): Promise<string[]>;
}

/** Starts a server, lets `work` use it, and removes every trace of it. */
export async function withOwnServer<T>(
  settings: ServerEnvironment,
  work: (server: OwnServer) => Promise<T>,
): Promise<T> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'doctrail-corpus-')));
  const environment = { DATA_DIR: join(folder, 'data'), TMPDIR: join(folder, 'tmp'), ...settings };
  await mkdir(environment.TMPDIR);
  const costs = new Map<string, Cost>();
  const logged = { ...environment, LOG_LEVEL: 'debug' };
  const server = await startServer(logged, undefined, (line) => addCost(costs, line));
  try {
    return await work({
      client: createClient(server.url ?? '', await createToken(environment, 'admin')),
      costOf: (document) => costs.get(document) ?? { cpuSeconds: 0, peakMemoryBytes: 0 },
      memory: () => memoryOf(server.pid, environment.TMPDIR),
      async stop() {
        const code = server.alive ? await server.stop() : 'dead';
        const left = await processesIn(folder);
        return [
          ...(code === 0 ? [] : [`The server ended with ${code}:\n${server.output()}`]),
          ...(left.length === 0 ? [] : [`Processes are left: ${JSON.stringify(left)}`]),
        ];
      },
    });
  } finally {
    await server.kill();
    await until('PostgreSQL to be gone', async () => (await processesIn(folder)).length === 0);
    await rm(folder, { recursive: true, force: true });
  }
}

/** The log tells what each run of a step took. */
function addCost(costs: Map<string, Cost>, line: string): void {
  if (!line.includes('"msg":"step run"')) return;
  const run = JSON.parse(line) as Cost & { document: string };
  const before = costs.get(run.document) ?? { cpuSeconds: 0, peakMemoryBytes: 0 };
  costs.set(run.document, {
    cpuSeconds: before.cpuSeconds + run.cpuSeconds,
    peakMemoryBytes: Math.max(before.peakMemoryBytes, run.peakMemoryBytes),
  });
}

async function memoryOf(pid: number, temporary: string): Promise<Memory> {
  const parsers = await processesIn(temporary);
  const sizes = await Promise.all(parsers.map(async (parser) => residentBytes(parser.pid)));
  return {
    server: await residentBytes(pid),
    parsers: sizes.reduce((sum, size) => sum + size, 0),
  };
}
