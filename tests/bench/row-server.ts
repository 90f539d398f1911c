import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '../../shared/database.ts';
import { grouped } from '../../shared/grouped.ts';
import { newId } from '../../shared/ids.ts';
import { createEventStreams } from '../../shared/live/event-stream.ts';
import { createLiveTable } from '../../shared/live/live-table.ts';
import { LIVE_CHANNEL } from '../../shared/checkpoint.ts';
import { projectionSubscription } from '../../shared/projection.ts';
import { createTestServer } from '../../shared/web/test-server.ts';
import {
  countersProjection,
  liveCounters,
  noBlobs,
  Opened,
  silent,
  startKernel,
} from '../kernel.ts';

/**
 * One contender of the bench `row`, in a process of its own: `POST /rows/ID` stores an event, and
 * `GET /rows` streams the row that comes of it.
 */
const kinds: Readonly<Record<string, (databaseUrl: string) => Promise<number>>> = {
  ours,
  bus: (url) => byHand(url, storeThenProject),
  statement: (url) => byHand(url, storeWithRow),
};

const rowOf = (id: string) => `<tr id="document-${id}"><td>${'x'.repeat(340)}</td></tr>`;

/** The product's server, store, bus, projection, streams and live table. */
async function ours(databaseUrl: string): Promise<number> {
  const kernel = await startKernel(databaseUrl, () => [
    projectionSubscription(countersProjection, { blobs: noBlobs }),
  ]);
  const { sql } = kernel.database;
  await sql`CREATE INDEX ON counters (revision)`;
  const streams = createEventStreams();
  const live = createLiveTable(
    {
      ...liveCounters(kernel.database),
      withProgress: async () => [],
      render: ({ id }) => rowOf(id),
      counts: async () => ({}),
    },
    { streams, log: silent },
  );
  await sql.listen(LIVE_CHANNEL, live.changed);
  const access = { 'GET /rows': ['viewer'], 'POST /rows/:id': ['viewer'] } as const;
  const limits = { requestsPerMinute: 10_000_000 };
  const app = await createTestServer(
    access,
    (routes) => {
      routes.get('/rows', (request, reply) => live.open(request, reply));
      routes.post('/rows/:id', async (request, reply) => {
        await kernel.tell((request.params as { id: string }).id, Opened({ name: 'bench' }));
        return reply.code(202).send();
      });
    },
    limits,
  );
  await app.listen({ port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** The least that does the same: what comes while a statement is under way goes with the next. */
async function byHand(
  databaseUrl: string,
  store: (sql: ReturnType<typeof connect>, tell: (ids: readonly string[]) => void) => Store,
): Promise<number> {
  const sql = connect(databaseUrl, { max: 4 });
  await sql`CREATE TABLE rows (id uuid PRIMARY KEY, count int NOT NULL)`;
  const browsers = new Set<ServerResponse>();
  const append = store(sql, (ids) => {
    const rows = ids.map((id) => `data: ${rowOf(id)}\n\n`).join('');
    for (const browser of browsers) browser.write(rows);
  });
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      void append(request.url?.split('/').at(-1) ?? '').then(() => response.writeHead(202).end());
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': hello\n\n');
    browsers.add(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

type Store = (id: string) => Promise<unknown>;

const event = { type: 'Opened', data: { name: 'bench' }, metadata: { actor: 'user:bench' } };
const eventsOf = (ids: readonly string[]) =>
  JSON.stringify(ids.map((id) => ({ id: newId(), stream: `document-${id}`, row: id })));

/** One statement for the events, then one for their rows. */
function storeThenProject(sql: ReturnType<typeof connect>, tell: (ids: readonly string[]) => void) {
  const project = grouped<string>(async (ids) => {
    await sql`INSERT INTO rows SELECT id, 0 FROM unnest(${[...ids]}::uuid[]) AS id
      ON CONFLICT (id) DO UPDATE SET count = excluded.count`;
    tell(ids);
  });
  return grouped<string>(async (ids) => {
    await sql`
      INSERT INTO events (position, id, stream, version, type, schema_version, data, metadata, stored_at)
      SELECT nextval('event_position'), id, stream, 1, ${event.type}, 1, ${sql.json(event.data)},
        ${sql.json(event.metadata)}, now()
      FROM json_to_recordset(${eventsOf(ids)}::text::json) AS given (id uuid, stream text)`;
    for (const id of ids) void project(id);
  });
}

/** One statement for both. */
function storeWithRow(sql: ReturnType<typeof connect>, tell: (ids: readonly string[]) => void) {
  return grouped<string>(async (ids) => {
    await sql`
      WITH given AS (SELECT * FROM json_to_recordset(${eventsOf(ids)}::text::json)
          AS given (id uuid, stream text, row uuid)),
        stored AS (
          INSERT INTO events (position, id, stream, version, type, schema_version, data, metadata, stored_at)
          SELECT nextval('event_position'), id, stream, 1, ${event.type}, 1, ${sql.json(event.data)},
            ${sql.json(event.metadata)}, now() FROM given)
      INSERT INTO rows SELECT row, 0 FROM given
      ON CONFLICT (id) DO UPDATE SET count = excluded.count`;
    tell(ids);
  });
}

const [, , kind = '', databaseUrl = ''] = process.argv;
const start = kinds[kind];
if (!start) throw new Error(`Name one of ${Object.keys(kinds).join(', ')}.`);
process.send?.({ port: await start(databaseUrl) });
