import { inArray } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../tests/crash/until.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/database.ts';
import {
  Counted,
  counters,
  countersProjection,
  liveCounters,
  newId,
  noBlobs,
  Opened,
  silent,
  startKernel,
  type TestKernel,
} from '../../tests/kernel.ts';
import { LIVE_CHANNEL } from '../checkpoint.ts';
import { documentStream } from '../event.ts';
import { projectionSubscription } from '../projection.ts';
import { createRebuilds } from '../rebuild.ts';
import { bearer, createTestServer } from '../web/test-server.ts';
import type { App } from '../web/server.ts';
import { readEvents, type Message, type TestReader } from './event-stream.fixture.ts';
import { createEventStreams, type EventStreams } from './event-stream.ts';
import { createLiveTable, type LiveRows, type LiveTable } from './live-table.ts';

type Counter = typeof counters.$inferSelect;

/** A process: a kernel that projects, and a server with a live table of its counters. */
interface Process {
  kernel: TestKernel;
  app: App;
  url: string;
  live: LiveTable;
  streams: EventStreams;
  rows: LiveRows<Counter>;
  /** Documents whose progress is told. */
  running: Set<string>;
  /** Resolve when a stream was opened, one each. */
  opened: Promise<void>[];
  stop(): Promise<void>;
}

/** So many bytes a row, to fill what lies between a writer and a slow reader. */
let padding = '';
let test: TestDatabase;
const processes: Process[] = [];
const readers: TestReader[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
});
beforeEach(async () => {
  padding = '';
  await startProcess();
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.leave();
  await Promise.all(processes.splice(0).map((process) => process.stop()));
});
afterAll(() => test.drop());

async function startProcess(): Promise<Process> {
  const kernel = await startKernel(test.url, () => [
    projectionSubscription(countersProjection, { blobs: noBlobs }),
  ]);
  const streams = createEventStreams();
  const running = new Set<string>();
  const opened: Promise<void>[] = [];
  const rows = rowsOf(kernel, running);
  const live = createLiveTable(rows, { streams, log: silent });
  await kernel.database.sql.listen(LIVE_CHANNEL, live.changed);
  const app = await createTestServer({ 'GET /rows': ['viewer'] }, (routes) => {
    routes.get('/rows', async (request, reply) => {
      const opening = live.open(request, reply);
      opened.push(opening);
      await opening;
    });
  });
  app.closing.addEventListener('abort', streams.close);
  const url = await app.listen({ port: 0 });
  const started = {
    kernel,
    app,
    url,
    live,
    streams,
    rows,
    running,
    opened,
    async stop() {
      await app.close();
      await live.stop();
      await kernel.stop();
    },
  };
  processes.push(started);
  return started;
}

function rowsOf({ database }: TestKernel, running: Set<string>): LiveRows<Counter> {
  const { db, sql } = database;
  return {
    ...liveCounters(database),
    withProgress: (documents) =>
      db
        .select()
        .from(counters)
        .where(inArray(counters.id, [...(documents ?? running)])),
    render: (row) =>
      `<tr id="document-${row.id}"\n data-count="${row.count}" data-revision="${row.revision}">${padding}</tr>`,
    async counts() {
      const [row] = await sql<{ all: number }[]>`SELECT count(*)::int AS all FROM counters`;
      return row;
    },
  };
}

function first(): Process {
  const [process] = processes;
  if (!process) throw new Error('No process runs.');
  return process;
}

async function connect(
  { url }: Process,
  options: { after?: number; lastId?: string | null; paused?: boolean } = {},
): Promise<TestReader> {
  const query = options.after === undefined ? '' : `?after=${options.after}`;
  const reader = await readEvents(`${url}/rows${query}`, {
    headers: {
      ...bearer('viewer'),
      ...(options.lastId ? { 'last-event-id': options.lastId } : {}),
    },
    paused: options.paused ?? false,
  });
  readers.push(reader);
  return reader;
}

interface Told {
  id: string;
  count: number;
  revision: number;
}

const toldRows = (messages: readonly Message[]): Told[] =>
  messages
    .filter(({ event }) => event === 'message')
    .map(({ data }) => {
      const [, id = '', count, revision] =
        /id="document-([^"]+)"\s+data-count="(\d+)" data-revision="(\d+)"/.exec(data) ?? [];
      return { id, count: Number(count), revision: Number(revision) };
    });
/** What a page shows that was sent these messages. */
const shown = (messages: readonly Message[]) =>
  new Map(toldRows(messages).map(({ id, count }) => [id, count]));
const events = (messages: readonly Message[], event: string) =>
  messages.filter((message) => message.event === event);
const hasCounts = (messages: readonly Message[]) => events(messages, 'counts').length > 0;
const hasRows = (least: number) => (messages: readonly Message[]) =>
  toldRows(messages).length >= least;
const shows = (count: number, ids: readonly string[]) => (messages: readonly Message[]) => {
  const page = shown(messages);
  return ids.every((id) => page.get(id) === count);
};

async function table(): Promise<Map<string, number>> {
  const rows = await first().kernel.database.db.select().from(counters);
  return new Map(rows.map(({ id, count }) => [id, count]));
}

/** Opens documents, and waits until the table has them. */
async function openDocuments(count: number): Promise<string[]> {
  const { kernel } = first();
  const ids = Array.from({ length: count }, newId);
  await Promise.all(ids.map((id) => kernel.tell(id, Opened({ name: id }))));
  await kernel.level('counters');
  return ids;
}

/** For documents that are all stored in one append, and folded in one batch. */
const openedIn = (id: string) => ({
  stream: documentStream(id),
  expected: 0,
  events: [Opened({ name: id })],
  metadata: { correlation: id, causation: null, actor: 'user:test', command: 'tell' },
});

const countAll = (ids: readonly string[], by = 1) =>
  Promise.all(ids.map((id) => first().kernel.tell(id, Counted({ by }))));

/** The id of a message says that everything up to it was sent, so it must stand on the last row of its revision. */
function expectResumable(messages: readonly Message[]): void {
  const rows = messages.filter(({ event }) => event === 'message');
  const told = toldRows(rows);
  for (const [index, { revision }] of told.entries()) {
    const isLast = told[index + 1]?.revision !== revision;
    expect(rows[index]?.id).toBe(isLast ? String(revision) : null);
  }
  const ids = messages.flatMap(({ id }) => (id === null ? [] : Number(id)));
  expect(ids).toEqual(ids.toSorted((one, other) => one - other));
}

/** What a reader that was cut off has whole. */
const upToLastId = (messages: readonly Message[]) =>
  messages.slice(0, messages.findLastIndex(({ id }) => id !== null) + 1);

describe('a live table', () => {
  it('sends every browser every change, in the order of revisions, with an id once a revision', async () => {
    const all = await Promise.all([connect(first()), connect(first()), connect(first())]);
    await Promise.all(all.map((reader) => reader.until(hasCounts)));
    const ids = await openDocuments(40);
    await countAll(ids);
    await countAll(ids);
    for (const reader of all) {
      const messages = await reader.until(shows(2, ids));
      expectResumable(messages);
      const revisions = toldRows(messages).map(({ revision }) => revision);
      expect(revisions).toEqual(revisions.toSorted((one, other) => one - other));
    }
  });

  it('renders a changed row once, however many look at it', async () => {
    const rendered: string[] = [];
    const { rows } = first();
    const { render } = rows;
    rows.render = (row) => {
      rendered.push(`${row.id} ${row.revision}`);
      return render(row);
    };
    const all = await Promise.all([connect(first()), connect(first()), connect(first())]);
    await Promise.all(all.map((reader) => reader.until(hasCounts)));
    const ids = await openDocuments(20);
    await Promise.all(all.map((reader) => reader.until(shows(0, ids))));
    expect(new Set(rendered).size).toBe(rendered.length);
    expect(new Set(rendered.map((row) => row.split(' ')[0]))).toEqual(new Set(ids));
  });

  it('writes a row of several lines as one message', async () => {
    const [id] = await openDocuments(1);
    const reader = await connect(first(), { after: 0 });
    const messages = await reader.until(
      (seen) => hasRows(1)(seen) || events(seen, 'reload').length > 0,
    );
    expect(messages.some(({ data }) => data.includes('\n data-count'))).toBe(true);
    expect(shown(messages).has(id ?? '')).toBe(true);
  });

  it('goes on without a gap wherever the connection was cut', async () => {
    const ids = await openDocuments(30);
    let reader = await connect(first());
    const seen: Message[] = [...(await reader.until(hasCounts))];
    let { lastId } = reader;
    // 300 changes; after some messages of each ten the connection is cut, in mid revision too.
    for (let round = 0; round < 30; round += 1) {
      const some = ids.filter((_, index) => index % 3 === round % 3);
      const told = countAll(some, 1);
      await reader.until(hasRows(1 + (round % 7)));
      reader.leave();
      await reader.ended;
      seen.push(...reader.messages);
      expectResumable(upToLastId(reader.messages));
      lastId = reader.lastId ?? lastId;
      const byHeader = round % 2 === 0;
      reader = await connect(first(), byHeader ? { lastId } : { after: Number(lastId) });
      await told;
      const all = shows(Math.floor(round / 3) + 1, some);
      await reader.until((messages) => all([...seen, ...messages]));
    }
    seen.push(...reader.messages);
    expect(events(seen, 'reload')).toEqual([]);
    const now = await table();
    for (const id of ids) expect(shown(seen).get(id)).toBe(now.get(id));
  });

  it('sends 200 missed rows, and one reload for more', async () => {
    const before = await first().rows.newest();
    const ids = await openDocuments(200);
    const few = await connect(first(), { after: before.revision });
    expect(shown(await few.until(hasCounts)).size).toBe(200);
    expect(events(few.messages, 'reload')).toEqual([]);

    const [more] = await openDocuments(1);
    const newest = await first().rows.newest();
    const many = await connect(first(), { after: before.revision });
    await many.until((messages) => events(messages, 'reload').length > 0);
    await countAll([more ?? '']);
    const messages = await many.until(shows(1, [more ?? '']));
    expect(events(messages, 'reload')).toEqual([
      { event: 'reload', data: '', id: String(newest.revision) },
    ]);
    expect(toldRows(messages)).toHaveLength(1);
    expect(ids).toHaveLength(200);
  });

  it('sends a page that is level a whole batch, however many rows it has', async () => {
    const reader = await connect(first());
    await reader.until(hasCounts);
    const ids = Array.from({ length: 1_500 }, newId);
    await first().kernel.store.append(...ids.map(openedIn));
    const messages = await reader.until(shows(0, ids));
    expect(events(messages, 'reload')).toEqual([]);
    expectResumable(messages);
  });

  it('sends nothing old to the first who comes after nobody had looked for long', async () => {
    await openDocuments(30);
    first().live.changed();
    const reader = await connect(first());
    await reader.until(hasCounts);
    const [id] = await openDocuments(1);
    const messages = await reader.until(shows(0, [id ?? '']));
    expect(toldRows(messages)).toHaveLength(1);
  });

  it('has a page load anew whose revision this database never reached', async () => {
    const { revision } = await first().rows.newest();
    const reader = await connect(first(), { after: revision + 1_000_000 });
    const messages = await reader.until((seen) => events(seen, 'reload').length > 0);
    expect(events(messages, 'reload')).toMatchObject([{ id: String(revision) }]);
  });

  it('tells the counts at once, and after changes', async () => {
    const reader = await connect(first());
    const [before] = events(await reader.until(hasCounts), 'counts');
    const { revision } = await first().rows.newest();
    expect(before?.id).toBe(String(revision));
    const { all } = JSON.parse(before?.data ?? '') as { all: number };
    await openDocuments(1);
    await reader.until((messages) =>
      events(messages, 'counts').some(({ data }) => data === `{"all":${all + 1}}`),
    );
  });

  it('tells progress without an id: to all at once, and to who comes later', async () => {
    const [id = ''] = await openDocuments(1);
    const { live, running } = first();
    const early = await connect(first());
    await early.until(hasCounts);
    running.add(id);
    live.progressed(id);
    const told = (await early.until(hasRows(1))).find(({ event }) => event === 'message');
    expect(told).toMatchObject({ id: null, data: expect.stringContaining(id) });
    const late = await connect(first());
    expect(shown(await late.until(hasCounts)).has(id)).toBe(true);
  });

  it('delivers from every process, whichever projected', async () => {
    await startProcess();
    const all = await Promise.all(processes.map((process) => connect(process)));
    await Promise.all(all.map((reader) => reader.until(hasCounts)));
    const ids = await openDocuments(20);
    await Promise.all(
      ids.map(async (id, index) => processes[index % 2]?.kernel.tell(id, Counted({ by: 3 }))),
    );
    for (const reader of all) expectResumable(await reader.until(shows(3, ids)));
  });

  it('has every page load anew when the table was rebuilt, also those that come later', async () => {
    const { kernel } = first();
    const rebuilds = createRebuilds({
      database: kernel.database,
      bus: kernel.bus,
      blobs: noBlobs,
      projections: [countersProjection],
      log: silent,
    });
    await rebuilds.resume();
    const { revision } = await first().rows.newest();
    const reader = await connect(first());
    await reader.until(hasCounts);
    await rebuilds.start('counters');
    const messages = await reader.until((seen) => events(seen, 'reload').length > 0);
    const [reload] = events(messages, 'reload');
    expect(Number(reload?.id)).toBeGreaterThan(revision);
    const later = await connect(first(), { after: revision });
    await later.until((seen) => events(seen, 'reload').length > 0);
    const [id = ''] = await openDocuments(1);
    await reader.until(shows(0, [id]));
    await later.until(shows(0, [id]));
  });
});

describe('a slow reader', () => {
  it('is not buffered for, keeps nobody waiting, and catches up', async () => {
    const ids = await openDocuments(60);
    padding = 'x'.repeat(300_000);
    const sockets = new Set<{ writableLength: number }>();
    first().app.server.on('connection', (socket) => sockets.add(socket));
    const waiting = () => Math.max(...[...sockets].map(({ writableLength }) => writableLength));
    const slow = await connect(first(), { paused: true });
    const fast = await connect(first());
    await fast.until(hasCounts);

    await countAll(ids);
    await fast.until(shows(1, ids));
    const afterFirst = waiting();
    expect(afterFirst).toBeGreaterThan(0);
    for (let count = 2; count <= 4; count += 1) {
      await countAll(ids);
      await fast.until(shows(count, ids));
    }
    expect(waiting()).toBeLessThanOrEqual(afterFirst);

    slow.resume();
    const messages = await slow.until(shows(4, ids));
    expectResumable(messages);
    // It never saw what came and went while it did not read.
    expect(toldRows(messages).length).toBeLessThan(toldRows(fast.messages).length);
  });
});

describe('when something fails', () => {
  it('goes on after a failure that passes, and ends the streams when it stays', async () => {
    const { rows } = first();
    const [id = ''] = await openDocuments(1);
    const reader = await connect(first());
    await reader.until(hasCounts);
    const { newest } = rows;
    let failures = 1;
    rows.newest = async () => {
      if (failures-- > 0) throw new Error('away');
      return newest();
    };
    await countAll([id]);
    await reader.until(shows(1, [id]));

    failures = Infinity;
    await reader.ended;
    rows.newest = newest;
    const again = await connect(first(), { lastId: reader.lastId });
    await countAll([id]);
    await again.until(shows(2, [id]));
  });

  it('leaves out a row that cannot be rendered, and tells all others', async () => {
    const { rows } = first();
    const [bad = '', good = ''] = await openDocuments(2);
    const { render } = rows;
    rows.render = (row) => {
      if (row.id === bad) throw new Error('cannot be rendered');
      return render(row);
    };
    const reader = await connect(first());
    await reader.until(hasCounts);
    await countAll([bad]);
    await countAll([good]);
    const messages = await reader.until(shows(1, [good]));
    expect(shown(messages).has(bad)).toBe(false);
  });
});

describe('connections', () => {
  it('end soon when the server closes, read or not', async () => {
    const { app } = first();
    padding = 'x'.repeat(300_000);
    const ids = await openDocuments(60);
    const slow = await connect(first(), { after: 0, paused: true });
    const reader = await connect(first());
    await countAll(ids);
    await reader.until(shows(1, ids));
    const begun = performance.now();
    await app.close();
    expect(performance.now() - begun).toBeLessThan(3_000);
    await reader.ended;
    slow.resume();
    await slow.ended;
  });

  it('are forgotten when they leave, even before their stream is open', async () => {
    const { rows, streams, url, opened } = first();
    const reader = await connect(first());
    expect(streams.count()).toBe(1);
    reader.leave();
    await until('all to be gone', async () => streams.count() === 0);

    const { newest } = rows;
    const asked = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    rows.newest = async () => {
      asked.resolve();
      await release.promise;
      return newest();
    };
    const leaving = new AbortController();
    const closed = new Promise((resolve) => {
      first().app.server.once('request', (request) => request.socket.once('close', resolve));
    });
    const request = fetch(`${url}/rows`, { headers: bearer('viewer'), signal: leaving.signal });
    await asked.promise;
    leaving.abort();
    await expect(request).rejects.toThrow();
    await closed;
    release.resolve();
    await opened.at(-1);
    expect(streams.count()).toBe(0);
  });

  it('asked for by HEAD are answered and over', async () => {
    const { url, streams } = first();
    const answer = await fetch(`${url}/rows`, { method: 'HEAD', headers: bearer('viewer') });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    await answer.text();
    expect(streams.count()).toBe(0);
  });

  it('hear a heartbeat with the time of the server', async () => {
    const streams = createEventStreams({ heartbeatMs: 20 });
    const app = await createTestServer({ 'GET /beats': ['viewer'] }, (routes) => {
      routes.get('/beats', async (request, reply) => void streams.open(request, reply, {}));
    });
    app.closing.addEventListener('abort', streams.close);
    const url = await app.listen({ port: 0 });
    const reader = await readEvents(`${url}/beats`, { headers: bearer('viewer') });
    const beats = await reader.until((messages) => events(messages, 'heartbeat').length >= 4);
    expect(Math.abs(Date.parse(beats[0]?.data ?? '') - Date.now())).toBeLessThan(60_000);
    await app.close();
    await reader.ended;
  });

  it('come with what a proxy must know', async () => {
    const answer = await fetch(`${first().url}/rows`, { headers: bearer('viewer') });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    await answer.body?.cancel();
  });
});
