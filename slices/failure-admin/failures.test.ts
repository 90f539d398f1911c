import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../shared/web/principal.ts';
import { startTestApp, type TestApp } from '../../tests/app.ts';
import { gatedSteps } from '../../tests/browser/gated-steps.ts';
import { groupOf, groupStream } from './failure-group.contract.ts';
import { createGroupMarks } from './groups/mark-group.ts';
import { createGroupQueries, type GroupQueries } from './screen/group-queries.ts';

const gates = gatedSteps();
let app: TestApp;
let queries: GroupQueries;
beforeAll(async () => {
  app = await startTestApp({ steps: gates.steps });
  queries = createGroupQueries(app.database.database);
});
afterAll(() => app.stop());

const raw = () => app.database.database.sql;
/** A document of which the first step was given up for a reason, in every table. */
async function failed(message: string, name = 'a.txt'): Promise<string> {
  const [uploaded] = await app.upload({ name, content: `${message} ${crypto.randomUUID()}` });
  const id = uploaded?.id ?? '';
  gates.fail(id, message);
  await app.untilStatus(id, 'failed');
  await app.level('failures', 'document-board');
  return id;
}

const ofMessage = (message: string) => groupOf(`reading gate ${message}`);

const post = (path: string, fields: Record<string, string>, as: Role = 'admin') =>
  app.ask(path, { as, method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
const postJson = (path: string, body: object, as: Role = 'admin') =>
  app.ask(path, {
    as,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const page = async (path: string, as: Role = 'admin') =>
  (await app.ask(path, { as, headers: { accept: 'text/html' } })).text();

describe('groups of failures', () => {
  it('count documents that failed apart from those that are tried again', async () => {
    const message = 'The bridge is up.';
    await failed(message);
    const retried = await failed(message);
    await postJson(`/api/documents/${retried}/steps/reading/retry`, { reason: 'it is down' });
    await app.level('failures');
    expect(await queries.group(ofMessage(message))).toMatchObject({
      failed: 1,
      retrying: 1,
      step: 'reading',
      code: 'gate',
      kind: 'permanent',
      message,
      tab: 'open',
      mark: null,
    });
    gates.finish(retried);
    gates.finish(retried);
    await app.untilStatus(retried, 'completed');
    await app.level('failures');
    expect(await queries.group(ofMessage(message))).toMatchObject({ failed: 1, retrying: 0 });
    expect(await queries.countClosed(ofMessage(message))).toBe(1);
  });

  it('spread over time and over kinds of document', async () => {
    const message = 'The bell is cracked.';
    for (const name of ['one.pdf', 'two.pdf', 'three.TXT', 'four']) await failed(message, name);
    const group = await queries.group(ofMessage(message));
    if (!group) throw new Error('Four documents failed.');
    const now = new Date();
    const figures = (await queries.figures([group], now)).get(group.group);
    expect(figures?.span.words).toBe('last hour');
    expect(figures?.counts.reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(figures?.kinds.map(({ extension, count }) => [extension, count])).toEqual([
      ['pdf', 2],
      ['txt', 1],
      [null, 1],
    ]);
    const tomorrow = new Date(now.getTime() + 20 * 3_600_000);
    const later = (await queries.figures([group], tomorrow)).get(group.group);
    expect([later?.span.words, later?.counts[3]]).toEqual(['last day', 4]);
  });

  it('are listed by pages, each exactly once, those that began last first', async () => {
    for (const word of ['red', 'green', 'blue', 'white', 'black']) await failed(`It is ${word}.`);
    const all = await queries.page('open', null, 200);
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ limit: '2', ...(cursor ? { cursor } : {}) });
      const answer = await app.ask(`/api/failures?${query.toString()}`, { as: 'viewer' });
      const { groups, nextCursor } = (await answer.json()) as {
        groups: { id: string }[];
        nextCursor: string | null;
      };
      found.push(...groups.map(({ id }) => id));
      cursor = nextCursor;
    } while (cursor !== null);
    expect(found).toEqual(all.groups.map(({ group }) => group));
    expect(found.slice(0, 5)).toEqual(
      ['black', 'white', 'blue', 'green', 'red'].map((word) => ofMessage(`It is ${word}.`)),
    );
    const wrong = await app.ask('/api/failures?cursor=sideways', { as: 'viewer' });
    expect(wrong.status).toBe(400);
  });
});

describe('marking a group', () => {
  it('takes it off the open list until a document fails like that again', async () => {
    const message = 'The well is dry.';
    const group = ofMessage(message);
    await failed(message);
    const answer = await post(`/failures/${group}/resolve`, {
      reason: 'it rained',
      back: '/failures',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/failures']);
    expect(await page('/failures')).not.toContain(group);
    expect(await page('/failures?tab=resolved')).toContain(group);
    expect((await queries.group(group))?.tab).toBe('resolved');
    await failed(message);
    expect(await page('/failures?tab=resolved')).not.toContain(group);
    const open = await page('/failures');
    expect(open).toContain(group);
    expect(open).toMatch(/Came back: marked resolved by admin \(API token\)[^]*: it rained/);
  });

  it('is an event with actor and reason, and is refused when it no longer applies', async () => {
    const message = 'The gate is shut.';
    const group = ofMessage(message);
    const id = await failed(message);
    const first = await postJson(`/api/failures/${group}/ignore`, { reason: 'let it be' });
    expect([first.status, await first.json()]).toMatchObject([
      202,
      { event: { type: 'FailureGroupIgnored', version: 1 } },
    ]);
    expect(await app.cradle.store.read(groupStream(group))).toMatchObject([
      {
        data: { reason: 'let it be', signature: `reading gate ${message}` },
        metadata: { actor: expect.stringMatching(/^token:/) as string, command: 'ignore group' },
      },
    ]);
    await app.level('failure-groups');
    const refused = await postJson(`/api/failures/${group}/ignore`, { reason: 'me, too' });
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { detail: expect.stringContaining('already') as string },
    ]);
    expect((await postJson(`/api/failures/${group}/reopen`, { reason: 'no' })).status).toBe(202);
    expect((await postJson(`/api/failures/${group}/reopen`, { reason: 'no' })).status).toBe(409);
    await postJson(`/api/documents/${id}/cancel`, { reason: 'enough' });
    await app.level('failures');
    expect((await postJson(`/api/failures/${group}/resolve`, { reason: 'gone' })).status).toBe(409);
    expect((await postJson(`/api/failures/${group}/resolve`, { reason: ' ' })).status).toBe(422);
    const unknown = await postJson(`/api/failures/0123456789abcdef/resolve`, { reason: 'what' });
    expect(unknown.status).toBe(404);
  });

  it('by several at once is done once', async () => {
    const message = 'The roof leaks.';
    await failed(message);
    const marks = createGroupMarks(app.database.database, app.cradle.store);
    const asking = { actor: 'user:test', reason: 'patched' };
    const all = await Promise.allSettled(
      Array.from({ length: 5 }, async () => marks.mark(ofMessage(message), 'resolve', asking)),
    );
    const refused = all.flatMap((one) => (one.status === 'rejected' ? String(one.reason) : []));
    expect(refused).toHaveLength(4);
    expect(refused.every((words) => words.includes('already'))).toBe(true);
  });
});

describe('the pages of failures', () => {
  it('tell the number of failed documents in the header of every page', async () => {
    await failed('The header counts.');
    const [counted] = await raw()<{ count: number }[]>`
      SELECT count(*)::int AS count FROM document_board WHERE status = 'failed'`;
    for (const path of ['/', '/failures', '/system', '/nowhere'])
      expect(await page(path, 'viewer')).toContain(`<b data-count="failed">${counted?.count}</b>`);
  });

  it('escape what a document says', async () => {
    const message = 'It says <script>alert()</script>.';
    const id = await failed(message, '<b>bold</b>.txt');
    for (const path of [
      '/failures',
      `/failures/${ofMessage(message)}`,
      `/failures/documents/${id}`,
    ]) {
      const html = await page(path);
      expect(html).toContain('&lt;script&gt;');
      expect(html).not.toMatch(/<script>|<b>bold| style=|\son\w+=/);
    }
  });

  it('offer actions to administrators alone', async () => {
    const message = 'Only some may act.';
    const id = await failed(message);
    const group = ofMessage(message);
    for (const path of [`/failures/${group}`, `/failures/documents/${id}`]) {
      expect(await page(path, 'admin')).toContain('class="action"');
      expect(await page(path, 'operator')).not.toContain('class="action"');
    }
    const answer = await post(`/failures/${group}/resolve`, { reason: 'mine' }, 'operator');
    expect(answer.status).toBe(403);
  });

  it('are 404 for a group and a document that never failed', async () => {
    expect((await app.ask('/failures/0123456789abcdef', { as: 'viewer' })).status).toBe(404);
    const none = '/failures/documents/0190a6c0-0000-7000-8000-000000000000';
    expect((await app.ask(none, { as: 'viewer' })).status).toBe(404);
  });
});

describe('what is stuck', () => {
  /** As if a subscriber could not have handled a document's first event. */
  async function park(id: string): Promise<void> {
    await raw()`
      INSERT INTO parked_streams (subscription, stream, position, error, attempts)
      SELECT 'document-search', stream, position, ${'TypeError: <oops>\n    at fold'}, 4
      FROM events WHERE stream = ${`document-${id}`} AND version = 1`;
  }
  const parked = async () => (await raw()`SELECT FROM parked_streams`).length;
  const redrives = () => app.cradle.store.read('redrives');

  it('is listed with its error, can be looked at, and runs again, told before it does', async () => {
    const id = await failed('The shelf is full.');
    await park(id);
    const query = { subscription: 'document-search', stream: `document-${id}` };
    const html = await page('/failures');
    expect(html).toContain('TypeError: &lt;oops&gt;');
    expect(html).toContain(`action="/failures/deliveries/run-again"`);
    const preview = await page(`/failures/deliveries?${new URLSearchParams(query).toString()}`);
    expect(preview).toContain('Received a.txt');
    const fields = { ...query, reason: 'the fold was fixed' };
    expect((await post('/failures/deliveries/run-again', fields)).status).toBe(303);
    expect((await redrives()).at(-1)).toMatchObject({
      type: 'RedriveRequested',
      data: { ...query, queue: null, job: null, what: 'deliveries', reason: 'the fold was fixed' },
      metadata: { actor: expect.stringMatching(/^token:/) as string },
    });
    await expect.poll(parked, { timeout: 10_000 }).toBe(0);
    expect((await post('/failures/deliveries/run-again', fields)).status).toBe(409);
    const gone = await app.ask(`/failures/deliveries?${new URLSearchParams(query).toString()}`);
    expect(gone.status).toBe(404);
  });

  it('runs again all at once', async () => {
    for (const word of ['first', 'second']) await park(await failed(`The ${word} shelf is full.`));
    const others = { subscription: 'document-board', stream: '', reason: 'those of the board' };
    expect((await post('/failures/deliveries/run-again', others)).status).toBe(409);
    expect(await parked()).toBe(2);
    const fields = { subscription: '', stream: '', reason: 'all of it' };
    expect((await post('/failures/deliveries/run-again', fields)).status).toBe(303);
    await expect.poll(parked, { timeout: 10_000 }).toBe(0);
    expect((await redrives()).at(-1)?.data).toMatchObject({ subscription: null, stream: null });
    expect((await post('/failures/deliveries/run-again', fields)).status).toBe(409);
    expect((await post('/failures/deliveries/run-again', fields, 'operator')).status).toBe(403);
  });

  it('is a job, too', async () => {
    const id = await failed('The cart broke.');
    const [job] = await raw()<{ id: string }[]>`
      UPDATE pgboss.job SET state = 'failed', output = '{"message": "The <axle> broke."}'
      WHERE name = 'step-reading' AND singleton_key = ${id} RETURNING id`;
    expect(await page('/failures')).toMatch(/Stuck jobs[^]*The &lt;axle&gt; broke\./);
    const fields = { queue: 'step-reading', id: job?.id ?? '', reason: 'a new axle' };
    expect((await post('/failures/jobs/run-again', fields)).status).toBe(303);
    expect((await redrives()).at(-1)?.data).toMatchObject({ queue: 'step-reading', job: job?.id });
    const state = async () =>
      (
        await raw()<{ state: string }[]>`SELECT state FROM pgboss.job WHERE id = ${job?.id ?? ''}`
      )[0]?.state;
    await expect.poll(state, { timeout: 10_000 }).toBe('completed');
    expect((await post('/failures/jobs/run-again', fields)).status).toBe(409);
    expect((await post('/failures/jobs/run-again', { reason: 'all' })).status).toBe(409);
  });
});
