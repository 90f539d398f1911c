import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import fastify from 'fastify';
import { createEventStreams } from '../../shared/live/event-stream.ts';
import { createLiveTable } from '../../shared/live/live-table.ts';
import { createTestServer } from '../../shared/web/test-server.ts';
import { silent } from '../kernel.ts';
import { AT_ONCE, rowOf, type Order, type Told } from './fan-out-protocol.ts';
import { betterSse, fastifySse, type FastifySse } from './peers.ts';

/** One contender of the bench `fan-out`, in a process of its own. */
interface Server {
  port: number;
  /** Tells rows from `from` up to `to`; resolves when it can take more. */
  tell(from: number, to: number, last: number): Promise<void>;
}

const kinds: Readonly<Record<string, () => Promise<Server>>> = {
  ours,
  joined: () => raw((texts) => [texts.join('')]),
  single: () => raw((texts) => texts),
  'fastify-sse': withFastifySse,
  'better-sse': withBetterSse,
};

const head = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
const HELLO = ': hello\n\n';

function rowsOf(from: number, to: number, last: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) =>
    rowOf(from + index, from + index === last),
  );
}

/** The product's server, streams and live table over rows that are kept in memory. */
async function ours(): Promise<Server> {
  let newest = 0;
  let last = 0;
  let asked = Promise.withResolvers<void>();
  const browsers = new Set<ServerResponse>();
  const streams = createEventStreams();
  const live = createLiveTable(
    {
      newest: async () => ({ revision: newest, reloadBelow: 0 }),
      async changedSince(revision, limit) {
        const to = Math.min(newest, revision + limit);
        if (to === newest) asked.resolve();
        return Array.from({ length: to - revision }, (_, index) => ({
          revision: revision + 1 + index,
        }));
      },
      withProgress: async () => [],
      render: ({ revision }) => rowOf(revision, revision === last),
      counts: async () => ({}),
    },
    { streams, log: silent },
  );
  const app = await createTestServer({ 'GET /rows': ['viewer'] }, (routes) => {
    routes.get('/rows', async (request, reply) => {
      browsers.add(reply.raw);
      reply.raw.on('close', () => browsers.delete(reply.raw));
      await live.open(request, reply);
    });
  });
  await app.listen({ port: 0 });
  return {
    port: (app.server.address() as AddressInfo).port,
    async tell(_from, to, lastRow) {
      last = lastRow;
      asked = Promise.withResolvers();
      newest = to;
      live.changed();
      await asked.promise;
      await drained(browsers);
    },
  };
}

/** Straight to the sockets, after the slowest has taken what was written before. */
async function raw(writesOf: (texts: string[]) => string[]): Promise<Server> {
  const browsers = new Set<ServerResponse>();
  const server = createServer((_request, response) => {
    response.writeHead(200, head);
    response.write(HELLO);
    browsers.add(response);
    response.on('close', () => browsers.delete(response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async tell(from, to, last) {
      const texts = rowsOf(from, to, last).map((row) => `data: ${row}\n\n`);
      for (const text of writesOf(texts)) for (const browser of browsers) browser.write(text);
      await drained(browsers);
    },
  };
}

async function drained(browsers: ReadonlySet<ServerResponse>): Promise<void> {
  await turn();
  for (const browser of browsers) if (browser.writableNeedDrain) await once(browser, 'drain');
}

async function withFastifySse(): Promise<Server> {
  const browsers = new Set<FastifySse>();
  const app = fastify();
  await app.register(await fastifySse());
  // What the plugin adds to routes and replies has types only where it is installed.
  const route = { sse: true } as object;
  app.get('/rows', route, async (_request, reply) => {
    const { sse } = reply as unknown as { sse: FastifySse };
    sse.keepAlive();
    await sse.send({ data: 'hello' });
    browsers.add(sse);
    sse.onClose(() => browsers.delete(sse));
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    port: (app.server.address() as AddressInfo).port,
    async tell(from, to, last) {
      for (const data of rowsOf(from, to, last))
        await Promise.all([...browsers].map((browser) => browser.send({ data })));
    },
  };
}

async function withBetterSse(): Promise<Server> {
  const { createSession, createChannel } = await betterSse();
  const channel = createChannel();
  const browsers = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    browsers.add(response);
    response.on('close', () => browsers.delete(response));
    void createSession(request, response).then((session) => channel.register(session));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async tell(from, to, last) {
      for (const row of rowsOf(from, to, last)) channel.broadcast(row);
      await drained(browsers);
    },
  };
}

const start = kinds[process.argv[2] ?? ''];
if (!start) throw new Error(`Name one of ${Object.keys(kinds).join(', ')}.`);
const { port, tell } = await start();
const say = () => process.send?.({ port, rss: process.memoryUsage.rss() } satisfies Told);
async function tellAll({ rows }: Order): Promise<void> {
  for (let from = 1; from <= rows; from += AT_ONCE)
    await tell(from, Math.min(rows, from + AT_ONCE - 1), rows);
  say();
}
process.on('message', (order: Order) => void tellAll(order));
say();
