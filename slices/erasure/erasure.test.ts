import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvents } from '../../shared/live/event-stream.fixture.ts';
import { rebuildName } from '../../shared/rebuild.ts';
import { formOf, startTestApp, type TestApp, type Uploaded } from '../../tests/app.ts';
import { placesOf } from './everything.fixture.ts';

/** Words that stand in this test and nowhere else: of a text, a file's name, a label and a source. */
const WORDS = ['zephyrquill', 'fjordlantern', 'mosscandle', 'brinepepper'];
const TEXT = 'Invoice\nDear zephyrquill, please pay EUR 120.00 to zephyrquill@example.org.\n';
const REASON = 'asked for by the person it is about';

let app: TestApp;
/** Read, and failed. */
let read: string;
let failed: string;

beforeAll(async () => {
  app = await startTestApp();
  await addPausedEndpoint();
  read = await receive('fjordlantern.txt', TEXT);
  failed = await receive('fjordlantern.pdf', `%PDF-1.7 zephyrquill ${TEXT}`);
  expect((await app.untilStatus(read, 'completed', 'failed')).status).toBe('completed');
  expect((await app.untilStatus(failed, 'completed', 'failed')).status).toBe('failed');
}, 120_000);
afterAll(() => app.stop());

const stores = () => ({ database: app.database.database, dataDir: app.dataDir });
const raw = () => app.database.database.sql;

async function send(name: string, content: string, headers: Record<string, string> = {}) {
  const fields = { label: 'mosscandle', source: 'brinepepper' };
  const body = formOf([{ name, content }], fields);
  return app.ask('/api/documents', { method: 'POST', body, headers });
}

async function receive(name: string, content: string, headers = {}): Promise<string> {
  const answer = await send(name, content, headers);
  const { documents } = (await answer.json()) as { documents: Uploaded[] };
  return documents[0]?.id ?? '';
}

const json = (body: object) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const erase = (id: string, body: object = { reason: REASON }) =>
  app.ask(`/api/documents/${id}`, { as: 'admin', method: 'DELETE', ...json(body) });

/** Messages are written down and kept, and wait there. */
async function addPausedEndpoint(): Promise<void> {
  const post = (path: string, body: object) =>
    app.ask(`/api/notification-endpoints${path}`, { as: 'admin', method: 'POST', ...json(body) });
  const added = await post('', { url: 'https://example.org/', rules: ['completed'] });
  const { id } = (await added.json()) as { id: string };
  expect((await post(`/${id}/pause`, { reason: 'for the test' })).status).toBe(202);
}

const projections = () => app.cradle.slices.flatMap((slice) => slice.projections ?? []);

/** Waits until every listener has read all there is, and the erasure was worked on. */
async function settled(): Promise<void> {
  const reactors = app.cradle.slices.flatMap((slice) => slice.reactors ?? []);
  await app.level(...[...projections(), ...reactors].map(({ name }) => name));
  await untilNone(() => raw()`SELECT FROM parked_streams`);
  await untilNone(
    () => raw()`SELECT FROM pgboss.job WHERE name = 'erasure' AND data ->> 'again' = 'false'
      AND state <> 'completed'`,
  );
}

async function untilNone(rows: () => Promise<readonly unknown[]>): Promise<void> {
  while ((await rows()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function rowsOf(table: string): Promise<string[]> {
  const rows = await raw()<{ row: string }[]>`
    SELECT (to_jsonb(t) - 'revision')::text AS row FROM ${raw()(table)} t ORDER BY 1`;
  return rows.map(({ row }) => row);
}

describe('a request to erase a document', () => {
  it('needs a reason, and a document', async () => {
    for (const body of [{}, { reason: '' }, { reason: '  ' }])
      expect((await erase(read, body)).status).toBe(422);
    expect((await erase('0190a6c0-0000-7000-8000-000000000000')).status).toBe(404);
    expect((await erase('nonsense')).status).toBe(404);
    const mine = await app.ask(`/api/documents/${read}`);
    expect(mine.status).toBe(200);
  });
});

describe('an erased document', () => {
  it('leaves no word of it in any row or file, while its events and figures stay', async () => {
    await untilNone(async () => {
      const found = await raw()`SELECT FROM events WHERE type = 'NotificationAddressed'`;
      return found.length > 0 ? [] : [1];
    });
    await settled();
    // What failed while the document was handled quotes it.
    const [position] =
      await raw()`SELECT max(position) AS at FROM events WHERE stream = ${`document-${read}`}`;
    await raw()`INSERT INTO parked_streams (subscription, stream, position, error)
      VALUES ('document-board', ${`document-${read}`}, ${position?.['at']}, 'cannot fold zephyrquill')`;
    await raw()`INSERT INTO pgboss.job (name, singleton_key, data, state, policy, output)
      SELECT name, ${read}, ${raw().json({ document: read, cause: 'none' })}, 'failed', policy,
        ${raw().json({ message: 'cannot read zephyrquill' })}
      FROM pgboss.queue WHERE name = 'step-publication'`;
    expect((await placesOf(stores(), WORDS)).length).toBeGreaterThan(10);
    const before =
      await raw()`SELECT position, id, stream, version, type, metadata, stored_at FROM events ORDER BY 1`;
    const figures = await rowsOf('notifications');

    for (const id of [read, failed]) {
      const answer = await erase(id);
      expect(answer.status).toBe(202);
      expect(await answer.json()).toEqual({
        event: { id: expect.any(String), type: 'DocumentErased', version: expect.any(Number) },
      });
    }
    await settled();

    expect(await placesOf(stores(), WORDS)).toEqual([]);
    const after =
      await raw()`SELECT position, id, stream, version, type, metadata, stored_at FROM events
      WHERE type <> 'DocumentErased' ORDER BY 1`;
    expect(after).toEqual(before);
    expect(await rowsOf('notifications')).toEqual(figures);
    const [erased] = await raw()`SELECT data, metadata FROM events WHERE type = 'DocumentErased'`;
    expect(erased?.['data']).toEqual({ why: 'requested', reason: REASON });
    expect(erased?.['metadata']).toMatchObject({ actor: expect.stringMatching(/^token:/) });
  });

  it('is gone wherever it is asked for, with who, when and why', async () => {
    const base = `/api/documents/${read}`;
    const paths = ['', '/events', '/text', '/file', '/preview.png', '/fields'];
    const answers = await Promise.all(
      [
        ...paths.map((path) => base + path),
        `/documents/${read}/stream`,
        `/failures/documents/${failed}`,
      ].map((path) => app.ask(path)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 410));
    expect(await answers[0]?.json()).toMatchObject({
      type: '/problems/erased',
      title: 'This document was erased',
      detail: expect.stringMatching(
        new RegExp(`^It was erased on .+ by admin \\(API token\\): ${REASON}$`),
      ),
    });
    expect((await erase(read)).status).toBe(410);
    const acts = ['cancel', 'reprocess', 'steps/inspection/retry'].map((act) =>
      app.ask(`${base}/${act}`, {
        as: 'admin',
        method: 'POST',
        ...json({ reason: 'too late', fromStep: 'inspection' }),
      }),
    );
    expect((await Promise.all(acts)).map(({ status }) => status)).toEqual([410, 410, 410]);
  });

  it('has a page that says so', async () => {
    const headers = { accept: 'text/html', cookie: await app.session() };
    const page = await app.ask(`/documents/${read}`, { headers, as: null });
    expect(page.status).toBe(410);
    const text = await page.text();
    expect(text).toContain('<h1>This document was erased</h1>');
    expect(text).toContain(REASON);
  });

  it('is still unknown to who never could see it', async () => {
    expect((await app.ask(`/api/documents/${read}`, { as: 'uploader' })).status).toBe(404);
  });

  it('is on no list', async () => {
    for (const query of ['', '?q=fjordlantern', '?status=failed']) {
      const answer = await app.ask(`/api/documents${query}`);
      expect(await answer.json()).toMatchObject({ documents: [] });
    }
  });

  it('is erased in tables that are made anew, row for row', async () => {
    for (const { name, tableName } of projections()) {
      const live = await rowsOf(tableName);
      await app.cradle.runtime.rebuilds.start(name);
      await app.cradle.runtime.rebuilds.resume();
      await untilNone(() => raw()`SELECT FROM subscriptions WHERE name = ${rebuildName(name)}`);
      expect([name, await rowsOf(tableName)]).toEqual([name, live]);
    }
    expect(await raw()`SELECT FROM parked_streams`).toHaveLength(0);
  });

  it('takes no bytes any more', async () => {
    await expect(app.cradle.blobs.put(read, Buffer.from('zephyrquill'))).rejects.toThrow('erased');
    expect(await placesOf(stores(), WORDS)).toEqual([]);
  });
});

describe('the same bytes', () => {
  it('of another document stay, and are no duplicate of what was erased', async () => {
    const content = `${TEXT} for two`;
    const first = await receive('one.txt', content);
    const second = await receive('two.txt', content);
    await app.untilStatus(second, 'completed');
    expect((await erase(first)).status).toBe(202);
    await settled();
    expect(await (await app.ask(`/api/documents/${second}/file`)).text()).toBe(content);
    const answer = await send('three.txt', content);
    expect(await answer.json()).toMatchObject({ documents: [{ duplicateOf: second }] });
  });

  it('under the Idempotency-Key of what was erased need a new key', async () => {
    const headers = { 'idempotency-key': 'erased' };
    const id = await receive('one.txt', 'under a key', headers);
    expect((await erase(id)).status).toBe(202);
    const again = await send('one.txt', 'under a key', headers);
    expect(again.status).toBe(422);
    expect(await again.json()).toMatchObject({ detail: expect.stringContaining('new key') });
  });
});

describe('whoever looks', () => {
  it('is told to load the page anew: of the document, of the board', async () => {
    const id = await receive('seen.txt', 'seen by somebody');
    await app.untilStatus(id, 'completed');
    const headers = { authorization: `Bearer ${await app.token('viewer')}` };
    const page = await readEvents(`${app.url}/documents/${id}/stream`, { headers });
    const board = await readEvents(`${app.url}/documents/stream`, { headers });
    await page.until((messages) => messages.some(({ data }) => data.includes('seen.txt')));
    await erase(id);
    await Promise.all(
      [page, board].map((reader) =>
        reader.until((messages) => messages.some(({ event }) => event === 'reload')),
      ),
    );
    page.leave();
    board.leave();
  });
});
