import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../shared/config.ts';
import type { Projection } from '../shared/projection.ts';
import { rebuildName, tablesOf } from '../shared/rebuild.ts';
import type { Role } from '../shared/web/principal.ts';
import { startDoctrail, type Doctrail } from '../slices/doctrail.ts';
import { startTestApp, type TestApp } from './app.ts';
import { level, silent } from './kernel.ts';

let app: TestApp;
const others: Doctrail[] = [];
beforeAll(async () => {
  app = await startTestApp();
  await receiveSamples();
}, 120_000);
afterEach(async () => {
  for (const other of others.splice(0)) await other.stop();
});
afterAll(() => app.stop());

const raw = () => app.database.database.sql;
const projections = () => app.cradle.slices.flatMap((slice) => slice.projections ?? []);

/** Real documents of every kind, one of them encrypted, until none of them moves any more. */
async function receiveSamples(): Promise<void> {
  await addPausedEndpoint();
  const answer = await app.ask('/documents/samples', { method: 'POST', redirect: 'manual' });
  expect(answer.status).toBe(303);
  const received = await raw()<{ id: string }[]>`
    SELECT substr(stream, 10) AS id FROM events WHERE type = 'DocumentReceived'`;
  for (const { id } of received) await app.untilStatus(id, 'completed', 'failed');
  await failInEveryWay();
  await untilAddressed();
}

/** An endpoint at which messages wait: nothing moves while tables are compared. */
async function addPausedEndpoint(): Promise<void> {
  const post = (path: string, body: object) =>
    app.ask(`/api/notification-endpoints${path}`, {
      as: 'admin',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const rules = ['completed', 'failed-twice'];
  const added = await post('', { url: 'https://example.org/hook', rules });
  const { id } = (await added.json()) as { id: string };
  expect((await post(`/${id}/pause`, { reason: 'for the rebuild' })).status).toBe(202);
}

async function untilAddressed(): Promise<void> {
  for (;;) {
    const [row] = await raw()<{ open: number }[]>`
      SELECT count(*) FILTER (WHERE type = 'NotificationRequested')::int
        - count(*) FILTER (WHERE type = 'NotificationAddressed')::int AS open FROM events`;
    if (row?.open === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Rows in the tables of failures: of some documents, and marks of their groups. */
async function failInEveryWay(): Promise<void> {
  const files = [
    { name: 'broken.pdf', content: '%PDF-1.7 and nothing else' },
    { name: 'old.xls', content: new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) },
    { name: 'archive.gz', content: new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]) },
  ];
  for (const { id } of await app.upload(...files)) await app.untilStatus(id, 'failed');
  await app.level(...projections().map(({ name }) => name));
  const { groups } = (await (await app.ask('/api/failures', { as: 'admin' })).json()) as {
    groups: { id: string }[];
  };
  expect(groups.length).toBeGreaterThanOrEqual(3);
  const answers = await Promise.all(
    groups.map(async ({ id }, index) =>
      app.ask(`/api/failures/${id}/${['resolve', 'ignore', 'retry'][index % 3]}`, {
        as: 'admin',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ reason: 'for the rebuild' }),
      }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  const documents = await raw()<{ id: string }[]>`SELECT id FROM failures`;
  for (const { id } of documents) await app.untilStatus(id, 'completed', 'failed');
}

/** Another process on the same database. */
async function startOther(env: Record<string, string> = {}): Promise<Doctrail> {
  const config = loadConfig({
    DATABASE_URL: app.database.url,
    SECRET_KEY: 'the secret key of a test, long enough',
    DATA_DIR: app.dataDir,
    PORT: '0',
    LOG_LEVEL: 'silent',
    ...env,
  });
  const other = await startDoctrail(config, { log: silent });
  others.push(other);
  return other;
}

async function rebuild(name: string, as: Role | null = 'admin', url = app.url): Promise<Response> {
  const headers: Record<string, string> = as
    ? { authorization: `Bearer ${await app.token(as)}` }
    : {};
  const path = `/system/read-models/${encodeURIComponent(name)}/rebuild`;
  return fetch(`${url}${path}`, { method: 'POST', headers, redirect: 'manual' });
}

async function isUnderWay(name: string): Promise<boolean> {
  return (await raw()`SELECT FROM subscriptions WHERE name = ${rebuildName(name)}`).length > 0;
}

async function untilSwapped(name: string): Promise<void> {
  while (await isUnderWay(name)) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Every row as text, without what only says when it was told. */
async function rowsOf(table: string): Promise<string[]> {
  const rows = await raw()<{ row: string }[]>`
    SELECT (to_jsonb(t) - 'revision')::text AS row FROM ${raw()(table)} t ORDER BY 1`;
  return rows.map(({ row }) => row);
}

/** Every index without its name. */
async function indexesOf(table: string): Promise<string[]> {
  const rows = await raw()<{ columns: string }[]>`
    SELECT regexp_replace(indexdef, '^.* USING ', '') AS columns
    FROM pg_indexes WHERE tablename = ${table} ORDER BY 1`;
  return rows.map(({ columns }) => columns);
}

/** Of a read model's rows and of its tallies, each by its table. */
async function inTables(
  projection: Projection,
  lookInto: (table: string) => Promise<string[]>,
): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const table of tablesOf(projection)) found[table] = await lookInto(table);
  return found;
}

const tableId = async (table: string) =>
  String((await raw()`SELECT ${table}::regclass::oid::int AS id`)[0]?.['id']);

async function allLevel(): Promise<void> {
  await app.level(...projections().map(({ name }) => name));
}

describe('a rebuild', () => {
  it('is for administrators, of what there is', async () => {
    for (const role of ['uploader', 'viewer', 'operator'] as const)
      expect((await rebuild('document-board', role)).status).toBe(403);
    expect((await rebuild('document-board', null)).status).toBe(401);
    const unknown = await rebuild('no-such-thing');
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({
      detail: expect.stringContaining('no-such-thing'),
    });
    expect(await isUnderWay('document-board')).toBe(false);
  });

  it('gives every row and every index again as it was, each time', async () => {
    expect(projections().map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'document-board',
        'document-search',
        'failures',
        'failure-groups',
        'group-retries',
        'webhook-endpoints',
        'webhook-deliveries',
      ]),
    );
    await allLevel();
    for (const projection of projections()) {
      const { name, tableName } = projection;
      const live = await inTables(projection, rowsOf);
      const indexes = await inTables(projection, indexesOf);
      for (const [table, rows] of Object.entries(live))
        expect([table, rows.length > 0]).toEqual([table, true]);
      for (const _time of ['first', 'second']) {
        const before = await tableId(tableName);
        const answer = await rebuild(name);
        expect([answer.status, answer.headers.get('location')]).toEqual([303, '/system']);
        await untilSwapped(name);
        expect(await tableId(tableName)).not.toBe(before);
        expect(await inTables(projection, rowsOf)).toEqual(live);
        expect(await inTables(projection, indexesOf)).toEqual(indexes);
      }
    }
  });

  it('swaps without anybody noticing while documents come', { timeout: 60_000 }, async () => {
    let over = false;
    const answers: number[] = [];
    const looking = (async () => {
      while (!over) {
        for (const path of ['/', '/api/documents', '/api/documents?q=note', '/system'])
          answers.push((await app.ask(path, { as: 'viewer' })).status);
      }
    })();
    const uploaded = await Promise.all([
      (async () => {
        for (let time = 0; time < 3; time += 1) {
          for (const { name } of projections()) await rebuild(name);
          for (const { name } of projections()) await untilSwapped(name);
        }
      })(),
      ...Array.from({ length: 25 }, async (_, index) => {
        const [one] = await app.upload({ name: `note-${index}.txt`, content: `Note ${index}.` });
        await app.untilStatus(one?.id ?? '', 'completed');
        return one?.id;
      }),
    ]);
    over = true;
    await looking;
    expect(answers.length).toBeGreaterThan(4);
    expect(answers.every((status) => status === 200)).toBe(true);
    expect(uploaded.filter(Boolean)).toHaveLength(25);
    await allLevel();
    for (const projection of projections()) {
      const live = await inTables(projection, rowsOf);
      await rebuild(projection.name);
      await untilSwapped(projection.name);
      expect(await inTables(projection, rowsOf)).toEqual(live);
    }
  });

  it('is worked on by two processes, begun at either', async () => {
    const other = await startOther();
    await allLevel();
    for (const url of [app.url, other.url ?? '']) {
      for (const projection of projections()) {
        const live = await inTables(projection, rowsOf);
        expect((await rebuild(projection.name, 'admin', url)).status).toBe(303);
        await untilSwapped(projection.name);
        expect(await inTables(projection, rowsOf)).toEqual(live);
      }
    }
    // Both go on with the tables that took over.
    const [one] = await app.upload({ name: 'both.txt', content: 'For both of them.' });
    await app.untilStatus(one?.id ?? '', 'completed');
    const headers = { authorization: `Bearer ${await app.token('viewer')}` };
    const page = await (await fetch(`${other.url}/`, { headers })).text();
    expect(page).toContain('both.txt');
  });

  it('begun by a process that only shows pages is worked on by another', async () => {
    const web = await startOther({ ROLE: 'web' });
    const before = await tableId('document_board');
    expect((await rebuild('document-board', 'admin', web.url ?? '')).status).toBe(303);
    await untilSwapped('document-board');
    expect(await tableId('document_board')).not.toBe(before);
  });

  it('goes on after the process that began it was stopped', async () => {
    await allLevel();
    const live = await rowsOf('document_board');
    const before = await tableId('document_board');
    // Who holds the live table's checkpoint keeps the swap waiting, and the process stops in the middle.
    const holder = await raw().reserve();
    await holder`BEGIN`;
    await holder`SELECT FROM subscriptions WHERE name = 'document-board' FOR UPDATE`;
    await rebuild('document-board');
    await level(app.database.database, rebuildName('document-board'));
    await app.restart();
    expect(await isUnderWay('document-board')).toBe(true);
    await holder`COMMIT`;
    holder.release();
    await untilSwapped('document-board');
    expect(await tableId('document_board')).not.toBe(before);
    expect(await rowsOf('document_board')).toEqual(live);
  });

  it('waits for who reads the table for long, without keeping others waiting', async () => {
    const before = await tableId('document_board');
    const reader = await raw().reserve();
    await reader`BEGIN`;
    await reader`SELECT count(*) FROM document_board`;
    await rebuild('document-board');
    await level(app.database.database, rebuildName('document-board'));
    // More often than the swap tries: each look is answered although one of them waits for the table.
    for (let look = 0; look < 20; look += 1)
      expect((await app.ask('/api/documents', { as: 'viewer' })).status).toBe(200);
    expect(await tableId('document_board')).toBe(before);
    await reader`COMMIT`;
    reader.release();
    await untilSwapped('document-board');
    expect(await tableId('document_board')).not.toBe(before);
  });
});
