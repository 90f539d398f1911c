import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { OURS, type Bench, type BenchCase, type Contender, type Sample } from './bench.ts';
import { END, type Order, type Told } from './fan-out-protocol.ts';
import type { Workbench } from './workbench.ts';

const LIMIT = 'raw, rows joined';
const SSE = '@fastify/sse';
/** Rows that each round tells all browsers together, so that all rounds take about as long. */
const DELIVERIES = 2_000_000;

export const fanOut: Bench = {
  about: 'rows of 400 bytes a second that reach browsers, eight of them changed at a time',
  async open(workbench) {
    return [100, 1_000, 5_000].map((full): BenchCase => {
      const browsers = workbench.count(full);
      const rows = Math.max(64, Math.round(workbench.count(DELIVERIES) / browsers));
      const contender = (name: string, kind: string): Contender => ({
        name,
        run: () => tell(workbench, kind, browsers, rows),
      });
      return {
        name: `${browsers} browsers`,
        unit: 'rows/s',
        contenders: [
          contender(OURS, 'ours'),
          contender(LIMIT, 'joined'),
          contender('raw, a write a row', 'single'),
          contender(SSE, 'fastify-sse'),
          contender('better-sse', 'better-sse'),
        ],
        marks: [
          { figure: 'rate', beside: LIMIT, least: 0.8 },
          { figure: 'rate', beside: SSE, least: 5 },
          { figure: 'kB a browser', beside: LIMIT, most: 1.2 },
        ],
      };
    });
  },
};

/** A server in a process of its own, and so many browsers that count what reaches them. */
async function tell(
  workbench: Workbench,
  kind: string,
  browsers: number,
  rows: number,
): Promise<Sample> {
  const server = fork(new URL('./fan-out-server.ts', import.meta.url), [kind]);
  const ended = once(server, 'exit');
  try {
    const { port, rss: before } = await hear(server);
    const readers = await Promise.all(Array.from({ length: browsers }, () => read(port)));
    // Let the heartbeat that greets each of them pass.
    await pause(Math.min(1_000, workbench.seconds * 300));
    const begun = performance.now();
    server.send({ rows } satisfies Order);
    await Promise.all(readers.map(({ done }) => done));
    const seconds = (performance.now() - begun) / 1_000;
    const { rss } = await hear(server);
    const delivered = readers.reduce((sum, { rows }) => sum + rows(), 0);
    for (const { socket } of readers) socket.destroy();
    const memory = (rss - before) / 1_000 / browsers;
    return { rate: delivered / seconds, others: { 'kB a browser': memory } };
  } finally {
    server.kill();
    await ended;
  }
}

async function hear(server: ChildProcess): Promise<Told> {
  const [told] = (await once(server, 'message')) as [Told];
  return told;
}

interface Reader {
  socket: Socket;
  /** Resolves when the last row has come. */
  done: Promise<void>;
  rows(): number;
}

/** Reads no more than it must: counts line ends, and looks for the last row. */
async function read(port: number): Promise<Reader> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const host = `Host: 127.0.0.1:${port}`;
  const accept = 'Accept: text/event-stream';
  socket.write(
    `GET /rows HTTP/1.1\r\n${host}\r\n${accept}\r\nAuthorization: Bearer viewer\r\n\r\n`,
  );
  const done = Promise.withResolvers<void>();
  let bytes = 0;
  let tail = '';
  const greeted = once(socket, 'data');
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - 64))).slice(-128);
    if (tail.includes(END)) done.resolve();
  });
  await greeted;
  bytes = 0;
  return { socket, done: done.promise, rows: () => Math.round(bytes / ROW) };
}

/** Bytes of a message with its row: all servers frame about alike. */
const ROW = 410;
