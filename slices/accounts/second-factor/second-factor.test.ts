import { TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionCookie } from '../../../shared/web/principal.ts';
import { startTestApp, type TestApp } from '../../../tests/app.ts';
import { backupCodes, secondFactors } from '../tables.ts';
import { password, reason, visitors } from '../visitors.fixture.ts';
import { newBackupCode, newFactorSecret, plainCode, stepOf } from './codes.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { TRUST_PROXY: 'on' } });
});
afterAll(() => app.stop());

const { browser, invite, joined, signIn } = visitors(() => app);
const STEP_MS = 30_000;

/** What an app shows that was told the secret; `later`: so many steps from now. */
const codeOf = (secret: string, later = 0, now = Date.now()) =>
  new TOTP({ secret }).generate({ timestamp: now + later * STEP_MS });

/** The secret that the page tells to whoever sets it up. */
const secretIn = (page: string) =>
  (/id="secret"[^>]*>([A-Z2-7 ]+)</.exec(page)?.[1] ?? '').replaceAll(' ', '');

/** Somebody with a second factor whose present code is used up, and their backup codes. */
async function protectedPerson() {
  const person = await joined();
  const { own } = person;
  expect((await own.ask('/settings/second-factor', {})).status).toBe(303);
  const page = await own.text('/settings/second-factor');
  const secret = secretIn(page);
  const told = await own.ask('/settings/second-factor/confirm', { code: codeOf(secret) });
  const codes = (await told.text()).match(/(?:[a-z0-9]{4}-){3}[a-z0-9]{4}/g) ?? [];
  return { ...person, page, secret, codes };
}

/** A browser that has entered the password and owes the code. */
async function halfway(email: string) {
  const { answer, from } = await signIn(email);
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in/code']);
  expect(from.jar.has(sessionCookie)).toBe(false);
  return from;
}

const enter = async (from: Awaited<ReturnType<typeof halfway>>, code: string) => {
  const answer = await from.ask('/sign-in/code', { code });
  return [answer.status, await from.signedIn()];
};

describe('a second factor', () => {
  it('is set up by a code of the app, and asked for after the password', async () => {
    const { email, own, page, secret, codes } = await protectedPerson();
    expect(page).toMatch(/<svg [^>]*viewBox/);
    expect(page).not.toContain('style=');
    expect(new Set(codes).size).toBe(10);
    expect(await own.text('/settings')).toContain('10 backup codes are left');
    expect(await own.text('/settings')).not.toContain(codes[0]);

    const from = await halfway(email);
    expect(await from.text('/sign-in/code')).toContain('autocomplete="one-time-code"');
    const wrong = await from.ask('/sign-in/code', { code: '000000' });
    expect([wrong.status, await wrong.text()]).toEqual([401, expect.stringContaining('is wrong')]);
    // One that was used before.
    expect(await enter(from, codeOf(secret))).toEqual([401, false]);
    const next = codeOf(secret, 1);
    expect(await enter(from, `${next.slice(0, 3)} ${next.slice(3)}`)).toEqual([303, true]);
    expect([...from.jar.keys()]).toEqual([sessionCookie]);
    expect(await enter(await halfway(email), next)).toEqual([401, false]);
  });

  it('does without the app by a backup code, each once', async () => {
    const { email, codes } = await protectedPerson();
    const [first = ''] = codes;
    const from = await halfway(email);
    expect(await enter(from, first.toUpperCase().replaceAll('-', ' '))).toEqual([303, true]);
    expect(await from.text('/settings')).toContain('9 backup codes are left');
    expect(await enter(await halfway(email), first)).toEqual([401, false]);
  });

  it('lets one in for a code that many enter at the same moment', async () => {
    const { email, secret } = await protectedPerson();
    const code = codeOf(secret, 1);
    const all = await Promise.all(Array.from({ length: 5 }, () => halfway(email)));
    const entered = await Promise.all(all.map((from) => enter(from, code)));
    expect(entered.filter(([status]) => status === 303).length).toBe(1);
  });

  it('ends the sessions that did without it, but the one that set it up', async () => {
    const { email, own } = await joined();
    const { from } = await signIn(email);
    await own.ask('/settings/second-factor', {});
    const secret = secretIn(await own.text('/settings/second-factor'));
    const refused = await own.ask('/settings/second-factor/confirm', { code: '000000' });
    expect([refused.status, await from.signedIn()]).toEqual([403, true]);
    await own.ask('/settings/second-factor/confirm', { code: codeOf(secret) });
    expect([await own.signedIn(), await from.signedIn()]).toEqual([true, false]);
  });

  it('is asked for anew after five wrong codes, beginning with the password', async () => {
    const { email, codes } = await protectedPerson();
    const from = await halfway(email);
    const held = from.jar.get('doctrail_second_step') ?? '';
    for (let count = 0; count < 5; count += 1)
      expect(await enter(from, `00000${count}`)).toEqual([401, false]);
    // Whoever guesses does not let go of it when told to.
    from.jar.set('doctrail_second_step', held);
    expect(await enter(from, codes[0] ?? '')).toEqual([401, false]);
    expect(await enter(await halfway(email), codes[0] ?? '')).toEqual([303, true]);
  });

  it('has to wait after ten wrong codes for one account, wherever they come from', async () => {
    const { email, codes } = await protectedPerson();
    for (let count = 0; count < 10; count += 1)
      expect(await enter(await halfway(email), '000000')).toEqual([401, false]);
    expect(await enter(await halfway(email), '000000')).toEqual([429, false]);
    expect(await enter(await halfway(email), codes[0] ?? '')).toEqual([429, false]);
  });

  it('cannot be entered without the password, or after another one was set', async () => {
    const { email, own, codes } = await protectedPerson();
    const [first = ''] = codes;
    expect(await enter(browser(), first)).toEqual([401, false]);
    expect((await browser().ask('/sign-in/code')).headers.get('location')).toBe('/sign-in');
    const from = await halfway(email);
    await own.ask('/settings/password', { password: `${password}!` });
    expect(await enter(from, first)).toEqual([401, false]);
  });

  it('is asked for by the link that replaces a password, too', async () => {
    const { admin, id, codes } = await protectedPerson();
    const told = await (await admin.ask(`/settings/users/${id}/link`, { reason })).text();
    const from = browser();
    const opened = await from.ask(/\/sign-in\/[\w-]{43}/.exec(told)?.[0] ?? '');
    expect(opened.headers.get('location')).toBe('/sign-in/code');
    expect(await from.signedIn()).toBe(false);
    const answer = await from.ask('/sign-in/code', { code: codes[0] ?? '' });
    expect(answer.headers.get('location')).toBe('/settings#password');
    expect((await from.ask('/settings/password', { password: `${password}?` })).status).toBe(303);
  });
});

describe('doing without it again', () => {
  it('takes the password and a code', async () => {
    const { email, codes } = await protectedPerson();
    const [first = '', second = '', third = ''] = codes;
    const from = await halfway(email);
    await enter(from, first);
    const path = '/settings/second-factor/remove';
    expect((await from.ask(path, { current: 'wrong', code: second })).status).toBe(403);
    expect((await from.ask(path, { current: password, code: first })).status).toBe(403);
    const renewed = await from.ask('/settings/second-factor/backup-codes', {
      current: password,
      code: second,
    });
    const [fresh = ''] = /(?:[a-z0-9]{4}-){3}[a-z0-9]{4}/.exec(await renewed.text()) ?? [];
    expect((await from.ask(path, { current: password, code: third })).status).toBe(403);
    expect((await from.ask(path, { current: password, code: fresh })).status).toBe(303);
    const { from: plain } = await signIn(email);
    expect(await plain.signedIn()).toBe(true);
    expect((await from.ask(path, { current: password, code: '' })).status).toBe(409);
  });

  it('is an administrator’s to arrange, with a reason that the audit tells', async () => {
    const { admin, id, email } = await protectedPerson();
    const path = `/settings/users/${id}/second-factor/reset`;
    expect((await admin.ask(path, {})).status).toBe(422);
    expect((await admin.ask(path, { reason: 'The phone fell into the sea.' })).status).toBe(303);
    expect((await admin.ask(path, { reason })).status).toBe(409);
    const { from } = await signIn(email);
    expect(await from.signedIn()).toBe(true);
    const audit = await admin.text('/settings/audit');
    expect(audit).toContain('was removed: The phone fell into the sea.');
    expect(audit).toContain('A second factor was set up');
  });

  it('is possible for whoever runs the server, by its link', async () => {
    const admin = browser(await app.session());
    await admin.ask('/settings/profile', { name: 'Administrator', email: 'root@example.org' });
    await admin.ask('/settings/password', { password });
    await admin.ask('/settings/second-factor', {});
    const secret = secretIn(await admin.text('/settings/second-factor'));
    await admin.ask('/settings/second-factor/confirm', { code: codeOf(secret) });
    await halfway('root@example.org');
    const again = browser(await app.session());
    expect((await again.ask('/settings/second-factor/remove', {})).status).toBe(303);
  });
});

it('needs a password first', async () => {
  const { link } = await invite();
  const own = browser();
  await own.ask(link);
  expect((await own.ask('/settings/second-factor', {})).status).toBe(409);
  expect((await own.ask('/settings/second-factor')).headers.get('location')).toBe('/settings');
});

it('is stored so that neither the database nor the log tells it', async () => {
  const { secret, codes } = await protectedPerson();
  const { db, sql } = app.database.database;
  const rows = [await db.select().from(secondFactors), await db.select().from(backupCodes)];
  const [log] = await sql<{ text: string }[]>`
    SELECT string_agg(data::text || metadata::text, ' ') AS text FROM events`;
  const all = JSON.stringify(rows) + log?.text;
  expect(rows.every(({ length }) => length > 0)).toBe(true);
  for (const each of [secret, ...codes, ...codes.map(plainCode)]) expect(all).not.toContain(each);
});

describe('a code', () => {
  // RFC 6238, appendix B, cut to six digits.
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  const at = (seconds: number) => new Date(seconds * 1_000);

  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [2_000_000_000, '279037'],
  ])('is that of the standard at %i', (seconds, code) => {
    expect(stepOf(secret, code, at(seconds))).toBe(Math.floor(seconds / 30));
  });

  it('counts for one step before and after, and no further', () => {
    const now = at(1_111_111_109);
    const steps = [-2, -1, 0, 1, 2].map((later) =>
      stepOf(secret, codeOf(secret, later, now.getTime()), now),
    );
    const own = Math.floor(1_111_111_109 / 30);
    expect(steps).toEqual([null, own - 1, own, own + 1, null]);
    for (const wrong of ['', '28708', '2870820', 'abcdef'])
      expect(stepOf(secret, wrong, now)).toBeNull();
  });

  it('is made of a secret, or is a backup code, that nobody guesses', () => {
    expect(newFactorSecret()).toMatch(/^[A-Z2-7]{32}$/);
    expect(newBackupCode()).toMatch(/^([a-hjkmnp-z02-9]{4}-){3}[a-hjkmnp-z02-9]{4}$/);
    expect(newBackupCode()).not.toBe(newBackupCode());
  });
});
