import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../../tests/app.ts';
import { createRefusalBook, refusals } from './refusals.ts';

let app: TestApp;
let session: string;
beforeAll(async () => {
  app = await startTestApp({ env: { TRUST_PROXY: 'on' } });
  session = await app.session();
});
afterAll(() => app.stop());

const ask = (path: string, fields?: Record<string, string>, address = '10.8.0.1') =>
  fetch(`${app.url}${path}`, {
    method: fields ? 'POST' : 'GET',
    headers: {
      accept: 'text/html',
      cookie: session,
      origin: app.url,
      'x-forwarded-for': address,
    },
    redirect: 'manual',
    ...(fields ? { body: new URLSearchParams(fields) } : {}),
  });
const page = async (query = '') => (await ask(`/settings/audit${query}`)).text();
const csv = async (query = '') =>
  (await (await ask(`/settings/audit.csv${query}`)).text()).trim().split('\r\n');

describe('the audit', () => {
  it('tells who did what, why and from where: of accounts and of documents', async () => {
    const name = '=cmd|calc';
    await ask('/settings/tokens', { name, role: 'viewer', days: '' });
    const [token] = await app.cradle.accounts.tokens();
    await ask(`/settings/tokens/${token?.id}/revoke`, { reason: 'It leaked.' }, '10.8.0.2');
    const [bad] = await app.upload({ name: 'broken.pdf', content: '%PDF-1.7 and nothing else' });
    await app.untilStatus(bad?.id ?? '', 'failed');
    await ask(`/documents/${bad?.id}/cancel`, { reason: 'It is of no use.' });

    const lines = await csv();
    const revoked = lines.find((line) => line.includes('TokenRevoked')) ?? '';
    expect(revoked).toContain('Administrator');
    expect(revoked).toContain('It leaked.');
    expect(revoked).toContain('10.8.0.2');
    const cancelled = lines.find((line) => line.includes('DocumentCancelled')) ?? '';
    expect(cancelled).toContain('It is of no use.,10.8.0.1');
    expect(lines.some((line) => line.includes('DocumentReceived'))).toBe(true);
    expect(lines.some((line) => line.includes('InspectionStarted'))).toBe(false);
    expect(lines.some((line) => /(^|,)=/.test(line))).toBe(false);
    const html = await page();
    expect(html).toContain('was revoked: It leaked.');
    expect(html).toContain('10.8.0.2');
  });

  it('shows what one asks for: a kind, a person, days', async () => {
    expect(await page('?about=accounts')).not.toContain('DocumentReceived');
    expect(await page('?about=documents')).toContain('DocumentReceived');
    const [user] = await app.cradle.accounts.users();
    const own = await csv(`?who=user:${user?.id}`);
    expect(own.length).toBeGreaterThan(2);
    expect(own.slice(1).every((line) => line.includes(`user:${user?.id}`))).toBe(true);
    expect((await csv('?to=2020-01-01')).length).toBe(1);
    expect((await csv('?from=2999-01-01')).length).toBe(1);
    const today = new Date().toISOString().slice(0, 10);
    expect((await csv(`?from=${today}&to=${today}`)).length).toBeGreaterThan(2);
    expect(await page('?to=2020-01-01')).toContain('Nothing like this was done.');
    expect((await ask('/settings/audit?about=nothing')).status).toBe(400);
    expect((await ask('/settings/audit?from=today')).status).toBe(400);
  });

  it('goes on page by page, without a gap and without a double', async () => {
    for (let count = 0; count < 60; count += 1)
      await app.cradle.accounts.createToken({ name: `token ${count}`, role: 'viewer' });
    const all = (await csv()).length - 1;
    const seen: string[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const html = await page(next);
      seen.push(...[...html.matchAll(/id="event-([0-9a-f-]+)"/g)].map(([, id = '']) => id));
      next = /href="\/settings\/audit(\?[^"]*before=\d+)"/
        .exec(html)?.[1]
        ?.replaceAll('&amp;', '&');
    }
    expect(seen.length).toBe(all);
    expect(new Set(seen).size).toBe(all);
  });

  it('cannot be changed', async () => {
    const { sql } = app.database.database;
    await expect(sql`DELETE FROM events`).rejects.toThrow();
    await expect(sql`UPDATE events SET metadata = '{}'`).rejects.toThrow();
  });

  it('tells readers of a document nothing of where somebody was', async () => {
    const [one] = await app.upload({ name: 'where.txt', content: 'Where was I?' });
    const answer = await app.ask(`/api/documents/${one?.id}/events`, { as: 'viewer' });
    const { events } = (await answer.json()) as { events: { metadata: object }[] };
    expect(events.some(({ metadata }) => 'from' in metadata)).toBe(false);
    const [stored] = await app.cradle.store.read(`document-${one?.id}`);
    expect(stored?.metadata.from).toBeDefined();
    expect(await (await ask(`/documents/${one?.id}`)).text()).not.toContain(
      String(stored?.metadata.from),
    );
  });
});

describe('refusals', () => {
  const refused = () => csv('?show=refused');

  it('are counted with who, what and from where', async () => {
    const wrong = { email: 'nobody@example.org', password: 'wrong' };
    for (let count = 0; count < 3; count += 1) await ask('/sign-in', wrong, '10.8.1.1');
    await app.ask('/system/read-models/document-board/rebuild', { as: 'viewer', method: 'POST' });
    const lines = await refused();
    const signIns = lines.find((line) => line.includes('10.8.1.1')) ?? '';
    expect(signIns).toContain(',3,somebody unknown,nobody,10.8.1.1,');
    expect(signIns).toContain('wrong e-mail address or password');
    const viewer = lines.find((line) => line.includes('rebuild')) ?? '';
    expect(viewer).toMatch(/,1,viewer \(API token\),token:[0-9a-f-]+,.*not allowed/);
    expect(await page('?show=refused')).toContain('10.8.1.1');
    expect(lines.join()).not.toContain('nobody@example.org');
  });

  it('are told of whom they were about, where that is known', async () => {
    const [user] = await app.cradle.accounts.users();
    const email = 'admin@example.org';
    const profile = { do: 'change profile', name: 'Administrator', email } as const;
    await app.cradle.accounts.changeUser(user?.id ?? '', profile, { actor: 'system:test' });
    await ask('/sign-in', { email, password: 'wrong' }, '10.8.1.2');
    const line = (await refused()).find((line) => line.includes('10.8.1.2'));
    expect(line).toContain(`Administrator,user:${user?.id}`);
  });

  it('come by the thousand without becoming as many rows, in any hour', async () => {
    let now = Date.parse('2025-06-01T12:00:00Z');
    const { db } = app.database.database;
    const book = createRefusalBook({ db }, { log: pino({ level: 'silent' }), now: () => now });
    const flood = (count: number) => {
      for (let each = 0; each < count; each += 1)
        book.note({ actor: 'nobody', address: `flood ${each}`, what: '401 GET /' });
    };
    const counted = async () => {
      await book.flush();
      const rows = (await db.select().from(refusals)).filter(
        ({ hour }) => hour < new Date('2026-01-01'),
      );
      return { rows: rows.length, total: rows.reduce((sum, { count }) => sum + count, 0) };
    };
    flood(5_000);
    expect(await counted()).toEqual({ rows: 1_001, total: 5_000 });
    flood(5_000);
    expect(await counted()).toEqual({ rows: 1_001, total: 10_000 });
    now += 3_600_000;
    flood(10);
    expect(await counted()).toEqual({ rows: 1_011, total: 10_010 });
    now += 91 * 24 * 3_600_000;
    flood(1);
    expect(await counted()).toEqual({ rows: 1, total: 1 });
  });

  it('that cannot be written down stop nothing', async () => {
    const { db, sql } = app.database.database;
    const book = createRefusalBook({ db }, { log: pino({ level: 'silent' }) });
    await sql`ALTER TABLE refusals RENAME TO gone`;
    book.note({ actor: 'nobody', address: 'x', what: '401 GET /' });
    await expect(book.flush()).resolves.toBeUndefined();
    await sql`ALTER TABLE gone RENAME TO refusals`;
  });
});
