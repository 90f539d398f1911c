import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loggerOptions } from '../shared/web/logging.ts';
import { sessionCookie } from '../shared/web/principal.ts';
import { startTestApp, type TestApp } from './app.ts';

// The whole server at its most talkative, and nothing in the log that would open a door or tell a text.

let logged = '';
const sink = new Writable({
  write(chunk, _encoding, done) {
    logged += String(chunk);
    done();
  },
});

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ log: pino(loggerOptions('trace'), sink) });
});
afterAll(() => app.stop());

const TEXT = 'zanzibarquartz';
const PASSWORD = 'four words that differ';

it('logs name no credential, and nothing that a document or a reader says', async () => {
  const { accounts } = app.cradle;
  const form = async (path: string, fields: Record<string, string>, cookie = '') =>
    fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { accept: 'text/html', origin: app.url, cookie },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
  const link = await accounts.createSignInLink();
  const opened = await fetch(`${app.url}/sign-in/${link}`, { redirect: 'manual' });
  const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  await fetch(`${app.url}/sign-in/${link}`);
  await form('/settings/password', { password: PASSWORD }, cookie);
  await form('/settings/password', { password: 'short', current: PASSWORD }, cookie);
  await form('/sign-in', { email: 'nobody@example.org', password: PASSWORD });
  const made = await form('/settings/tokens', { name: 'x', role: 'viewer', days: '' }, cookie);
  const [token = ''] = /dt_[\w-]{43}/.exec(await made.text()) ?? [];
  const wrong = `dt_${'w'.repeat(43)}`;
  for (const bearer of [token, wrong])
    await fetch(`${app.url}/api/documents?q=${TEXT}`, {
      headers: { authorization: `Bearer ${bearer}` },
    });
  const [read, broken] = await app.upload(
    { name: 'read.txt', content: `It says ${TEXT}.` },
    { name: 'broken.pdf', content: `%PDF-1.7 ${TEXT}` },
  );
  await app.untilStatus(read?.id ?? '', 'completed');
  await app.untilStatus(broken?.id ?? '', 'failed');
  await app.ask(`/documents/${read?.id}?q=${TEXT}`, { headers: { accept: 'text/html' } });
  // A query that fails carries what it was asked for.
  const { sql } = app.database.database;
  await sql`ALTER TABLE document_search RENAME TO away`;
  expect((await app.ask(`/?q=${TEXT}`, { headers: { accept: 'text/html' } })).status).toBe(500);
  await sql`ALTER TABLE away RENAME TO document_search`;
  await sql`ALTER TABLE users ADD CONSTRAINT short CHECK (length(name) < 20)`;
  const profile = { name: `${TEXT} ${TEXT}`, email: '' };
  expect((await form('/settings/profile', profile, cookie)).status).toBe(500);
  await sql`ALTER TABLE users DROP CONSTRAINT short`;

  const session = cookie.replace(`${sessionCookie}=`, '');
  expect([session.length, token.length]).toEqual([43, 46]);
  const secrets = { link, session, token, wrong, PASSWORD, key: 'the secret key of a test', TEXT };
  const lines = logged.split('\n');
  for (const [name, secret] of Object.entries(secrets))
    expect([name, lines.filter((line) => line.includes(secret))]).toEqual([name, []]);
  // It has logged all of this, so nothing has just been silent.
  for (const told of ['/sign-in/…', '"statusCode":401', '"statusCode":500', 'step run'])
    expect(logged).toContain(told);
});
