import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { startTestApp, type TestApp } from '../../tests/app.ts';
import { level } from '../../tests/kernel.ts';
import { openDatabase, type Database } from '../../shared/database.ts';
import { documentStream } from '../../shared/event.ts';
import { readEvents, type TestReader } from '../../shared/live/event-stream.fixture.ts';
import type { Role } from '../../shared/web/principal.ts';
import { classificationEvents } from '../classification/events.ts';
import { parsePrometheus } from './prometheus.fixture.ts';
import { askDatabase } from './readiness.ts';

let app: TestApp;
const readers: TestReader[] = [];
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(async () => {
  for (const reader of readers) reader.leave();
  await app.stop();
});

async function watch(path: string, role: Role = 'viewer'): Promise<TestReader> {
  const headers = { authorization: `Bearer ${await app.token(role)}` };
  const reader = await readEvents(`${app.url}${path}`, { headers });
  readers.push(reader);
  return reader;
}

/** As a browser does: what was closed is opened again. */
async function untilLive(has: (page: string) => boolean): Promise<void> {
  for (;;) {
    const reader = await watch('/system/stream');
    const shown = untilPage(reader, has).then(() => true);
    if (await shown.catch(() => false)) return;
  }
}

/** The row of a table on the system page, without its markup. */
function rowOf(page: string, name: string): string {
  const rows = page.split(/<\/?tr>/).map((row) => row.replaceAll(/<[^>]*>|\s+/g, ' '));
  return (
    rows.map((row) => row.replaceAll(/ +/g, ' ').trim()).find((row) => row.startsWith(name)) ?? ''
  );
}

const lastPage = (reader: TestReader) =>
  reader.messages.findLast(({ event }) => event === 'message')?.data ?? '';
const untilPage = (reader: TestReader, isIt: (page: string) => boolean) =>
  reader.until(() => isIt(lastPage(reader)));

async function completeDocument(name: string): Promise<string> {
  const [uploaded] = await app.upload({ name, content: `A note called ${name}.` });
  const id = uploaded?.id ?? '';
  await app.untilStatus(id, 'completed');
  // Nothing more follows from it.
  for (const { name } of app.cradle.runtime.subscriptions) await level(app.database.database, name);
  return id;
}

describe('the system page', () => {
  it('shows who listens, how far each is, queues, read models and events, and keeps them true', async () => {
    const reader = await watch('/system/stream');
    await untilPage(reader, (page) =>
      /document-board projection \d+ 0/.test(rowOf(page, 'document-board')),
    );
    await completeDocument('live.txt');
    await untilPage(reader, (page) =>
      rowOf(page, 'document-board 1').startsWith('document-board 1 '),
    );
    const page = await (await app.ask('/system', { headers: { accept: 'text/html' } })).text();
    const [newest] = await app.database.database.sql`SELECT max(position)::int AS head FROM events`;
    expect(page).toContain(`Newest event <b>${newest?.['head']}</b>`);
    expect(page).toContain('Connected browsers <b>1</b>');
    expect(rowOf(page, 'next-step')).toMatch(/^next-step reactor \d+ \d+ none$/);
    expect(rowOf(page, 'step-inspection')).toMatch(/^step-inspection 0 0 0 nothing waits$/);
    expect(rowOf(page, 'DocumentCompleted')).toMatch(
      /^DocumentCompleted pipeline .*document-board/,
    );
  });

  it('offers to rebuild to administrators only', async () => {
    const [viewer, admin] = [await watch('/system/stream'), await watch('/system/stream', 'admin')];
    await untilPage(viewer, (page) => page.includes('for administrators'));
    await untilPage(admin, (page) =>
      page.includes('action="/system/read-models/document-board/rebuild"'),
    );
    expect(lastPage(viewer)).not.toContain('<form');
  });

  it('tells how long the oldest job waits', async () => {
    // Nobody takes this one: it is due in an hour.
    const { queue, database } = app.cradle;
    await database.db.transaction((tx) =>
      queue.enqueue(tx, [
        {
          queue: 'step-publication',
          key: 'document-none',
          data: {},
          cause: 9_000_000,
          due: new Date(Date.now() + 3_600_000),
        },
      ]),
    );
    const reader = await watch('/system/stream');
    await untilPage(reader, (page) =>
      /^step-publication 1 0 0 .*(now|ago)/.test(rowOf(page, 'step-publication')),
    );
    const samples = await metrics();
    expect(valueOf(samples, 'queue_waiting_jobs', { queue: 'step-publication' })).toBe(1);
    expect(
      valueOf(samples, 'queue_oldest_waiting_seconds', { queue: 'step-publication' }),
    ).toBeLessThan(60);
  });

  it('shows a parked stream with its error, until it was run again', async () => {
    const id = await completeDocument('parked.txt');
    const { store, blobs, runtime } = app.cradle;
    const { bus } = runtime;
    const stream = documentStream(id);
    const content = Buffer.from(
      '{"fields":[{"name":"total","value":"7.00","page":1,"source":"7"}]}',
    );
    const sha256 = createHash('sha256').update(content).digest('hex');
    await store.append({
      stream,
      expected: null,
      events: [
        classificationEvents.Finished({
          attempt: 1,
          language: null,
          languageConfidence: 0,
          title: 'A title',
          kind: 'letter',
          confidence: 1,
          findings: sha256,
        }),
      ],
      metadata: { correlation: id, causation: null, actor: 'user:test', command: 'test' },
    });
    const reader = await watch('/system/stream');
    await untilPage(reader, (page) => rowOf(page, 'document-board').includes(stream));
    expect(rowOf(lastPage(reader), 'document-board')).toMatch(new RegExp(`${stream} \\S+.*`));
    // Another one that has nothing to do with that event.
    expect(rowOf(lastPage(reader), 'notification-rules')).toContain('none');
    expect(
      valueOf(await metrics(), 'subscription_parked_streams', { subscription: 'document-board' }),
    ).toBe(1);

    expect(await bus.redrive('document-board', stream)).toBe('failed');
    // Others go on meanwhile.
    await completeDocument('other.txt');

    await blobs.put(id, content);
    expect(await bus.redrive('document-board', stream)).toBe('handled');
    await untilPage(reader, (page) => rowOf(page, 'document-board').includes('none'));
    expect((await app.document(id)).fields).toMatchObject([{ name: 'total' }]);
    expect(await bus.redrive('document-board', stream)).toBe('not-parked');
  });
});

type Samples = ReturnType<typeof parsePrometheus>;

async function metrics(): Promise<Samples> {
  const answer = await app.ask('/metrics', { as: 'viewer' });
  expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  return parsePrometheus(await answer.text());
}

function valueOf(samples: Samples, name: string, labels: Record<string, string> = {}) {
  return samples.find(
    (sample) =>
      sample.name === `doctrail_${name}` &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )?.value;
}

describe('/metrics', () => {
  it('tells the figures of the page, of this moment', async () => {
    const before =
      valueOf(await metrics(), 'read_model_rows', { read_model: 'document-board' }) ?? 0;
    await completeDocument('counted.txt');
    const now = await metrics();
    const [row] = await app.database.database.sql`SELECT max(position)::int AS head FROM events`;
    expect(valueOf(now, 'events_position')).toBe(row?.['head']);
    expect(valueOf(now, 'read_model_rows', { read_model: 'document-board' })).toBe(before + 1);
    for (const { name: subscription } of app.cradle.runtime.subscriptions) {
      const lag = valueOf(now, 'subscription_lag_events', { subscription });
      const checkpoint = valueOf(now, 'subscription_checkpoint_position', { subscription });
      expect((lag ?? Number.NaN) + (checkpoint ?? Number.NaN)).toBe(row?.['head']);
    }
    expect(valueOf(now, 'queue_failed_jobs', { queue: 'step-inspection' })).toBe(0);
    expect(valueOf(now, 'process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  it('knows all of it at the first question after a start', async () => {
    await app.restart();
    const first = await metrics();
    expect(valueOf(first, 'subscription_lag_events', { subscription: 'next-step' })).toBeDefined();
    expect(valueOf(first, 'browsers')).toBe(0);
  });
});

describe('probes', () => {
  it('are open to everybody', async () => {
    for (const path of ['/livez', '/readyz']) {
      const answer = await app.ask(path, { as: null });
      expect([answer.status, await answer.text()]).toEqual([200, 'ok\n']);
    }
  });

  it('say that nothing can be done while the database refuses, and pages are live again afterwards', async () => {
    const id = await completeDocument('before.txt');
    const [own] = await app.database.database.sql`SELECT current_database() AS name`;
    const name = String(own?.['name']);
    const server = openDatabase(inject('databaseUrl'), { max: 1 });
    const reader = await watch('/system/stream');
    await untilPage(reader, (page) => page.includes('document-board'));

    await server.sql.unsafe(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await server.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`;
    const refused = await app.ask('/readyz', { as: null });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.json()).toMatchObject({ type: '/problems/unavailable', status: 503 });
    expect((await app.ask('/livez', { as: null })).status).toBe(200);
    await reader.ended;

    await server.sql.unsafe(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await server.close();
    await vi.waitFor(
      async () => expect((await app.ask('/readyz', { as: null })).status).toBe(200),
      { timeout: 10_000, interval: 50 },
    );
    expect(await app.document(id)).toMatchObject({ status: 'completed' });
    const [after] = await app.upload({ name: 'after.txt', content: 'A note after the outage.' });
    await untilLive((page) => page.includes('document-board'));
    await app.untilStatus(after?.id ?? '', 'completed');
  });

  it('do not wait for a database that says nothing', async () => {
    const sql = (() => new Promise(() => undefined)) as unknown as Database['sql'];
    await expect(askDatabase({ sql }, 10)).rejects.toMatchObject({ status: 503 });
  });
});
