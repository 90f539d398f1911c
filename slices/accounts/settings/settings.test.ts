import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionCookie } from '../../../shared/web/principal.ts';
import { startTestApp, type TestApp } from '../../../tests/app.ts';
import { password, reason, visitors, type Fields } from '../visitors.fixture.ts';
import { evolve, userStream, type User } from '../user/user.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { TRUST_PROXY: 'on' } });
});
afterAll(() => app.stop());

const { browser, administrator, invite, joined, signIn } = visitors(() => app);

describe('an invitation', () => {
  it('lets one person in, once, who sets a password and signs in with it', async () => {
    const { link, email } = await invite();
    const own = browser();
    const opened = await own.ask(link);
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/settings#password']);
    expect(await own.text('/settings')).toContain('Grace Hopper');
    expect((await browser().ask(link)).status).toBe(410);
    const set = await own.ask('/settings/password', { password });
    expect(set.headers.get('location')).toBe('/settings?done=password');
    const { answer, from } = await signIn(email.toUpperCase());
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect(await from.text('/settings')).toContain('Firefox on Linux');
  });

  it('to an address that somebody has is refused, and nobody is added', async () => {
    const { email } = await invite();
    const { admin } = await invite();
    const before = (await app.cradle.accounts.users()).length;
    const again = { name: 'Somebody else', email: ` ${email.toUpperCase()} `, role: 'viewer' };
    expect((await admin.ask('/settings/users', again)).status).toBe(409);
    expect((await app.cradle.accounts.users()).length).toBe(before);
  });

  it.each([
    { role: 'uploader' },
    { role: 'root' },
    { name: '  ' },
    { name: 'x'.repeat(101) },
    { email: 'nobody' },
    { email: 'a b@example.org' },
  ])('with %j is refused', async (wrong) => {
    const admin = await administrator();
    const person = { name: 'Grace', email: '', role: 'viewer', ...wrong };
    expect((await admin.ask('/settings/users', person as Fields)).status).toBe(422);
  });
});

describe('signing in by password', () => {
  it('is refused alike for a wrong password, an unknown address and who has no password', async () => {
    const { email } = await joined();
    const { email: invited } = await invite();
    const answers = await Promise.all(
      [email, invited, 'nobody@example.org'].map(async (address) => {
        const { answer, from } = await signIn(address, 'some wrong password');
        const page = (await answer.text()).replaceAll(address, '…');
        return { status: answer.status, cookies: [...from.jar], page };
      }),
    );
    expect(answers[0]).toMatchObject({ status: 401, cookies: [] });
    expect(answers[0]?.page).toContain('The e-mail address or the password is wrong.');
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('has to wait after ten tries for one account from one address, known or not', async () => {
    const { email } = await joined();
    for (const address of [email, 'unknown@example.org']) {
      const from = browser();
      for (let count = 0; count < 10; count += 1)
        expect((await signIn(address, 'a wrong password', from)).answer.status).toBe(401);
      const { answer } = await signIn(address, password, from);
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await signIn(email)).answer.status).toBe(303);
  });

  it('lets no more tries through when they come at the same moment', async () => {
    const from = browser();
    const tries = Array.from({ length: 30 }, () => signIn('many@example.org', 'x', from));
    const statuses = (await Promise.all(tries)).map(({ answer }) => answer.status);
    expect(statuses.filter((status) => status === 401).length).toBe(10);
    expect(statuses.filter((status) => status === 429).length).toBe(20);
  });

  it('has to wait after thirty failures from one address, whatever the accounts', async () => {
    const from = browser();
    for (let count = 0; count < 30; count += 1) await signIn(`a${count}@example.org`, 'x', from);
    expect((await signIn('another@example.org', 'x', from)).answer.status).toBe(429);
    expect((await signIn('another@example.org', 'x')).answer.status).toBe(401);
  });

  it('gives a new session, and ends the one that the browser brought along', async () => {
    const { email, own } = await joined();
    const [planted = ''] = [own.jar.get(sessionCookie)];
    await signIn(email, password, own);
    expect(own.jar.get(sessionCookie)).not.toBe(planted);
    expect(await own.signedIn()).toBe(true);
    expect(await browser(`${sessionCookie}=${planted}`).signedIn()).toBe(false);
  });

  it('never takes a session over that somebody else chose', async () => {
    const { email } = await joined();
    const chosen = 'c'.repeat(43);
    const from = browser(`${sessionCookie}=${chosen}`);
    await signIn(email, password, from);
    expect(from.jar.get(sessionCookie)).not.toBe(chosen);
    expect(await browser(`${sessionCookie}=${chosen}`).signedIn()).toBe(false);
  });

  it('by another site is refused', async () => {
    const { email } = await joined();
    const body = new URLSearchParams({ email, password });
    const headers = { origin: 'https://elsewhere.example' };
    const answer = await fetch(`${app.url}/sign-in`, { method: 'POST', headers, body });
    expect(answer.status).toBe(403);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

describe('a password', () => {
  it('is changed by who knows it, and ends every other session', async () => {
    const { email, own } = await joined();
    const { from } = await signIn(email);
    const wrong = await from.ask('/settings/password', {
      current: 'wrong',
      password: `${password}!`,
    });
    expect(wrong.status).toBe(403);
    const right = { current: password, password: `${password}!` };
    expect((await from.ask('/settings/password', right)).status).toBe(303);
    expect([await from.signedIn(), await own.signedIn()]).toEqual([true, false]);
    expect((await signIn(email)).answer.status).toBe(401);
    expect((await signIn(email, `${password}!`)).answer.status).toBe(303);
  });

  it('that would be guessed is refused with what to do', async () => {
    const { own } = await joined();
    const answer = await own.ask('/settings/password', { password: 'short' });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('Take at least 12');
  });

  it('is not to be guessed at in a browser that was left open', async () => {
    const { email } = await joined();
    const { from } = await signIn(email);
    const guess = { current: 'wrong', password: `${password}!` };
    // The first of ten was when it was set.
    for (let count = 0; count < 9; count += 1)
      expect((await from.ask('/settings/password', guess)).status).toBe(403);
    expect((await from.ask('/settings/password', guess)).status).toBe(429);
  });

  it('that was lost is replaced by an administrator’s link', async () => {
    const { admin, id, email } = await joined();
    const told = await (await admin.ask(`/settings/users/${id}/link`, { reason })).text();
    const own = browser();
    await own.ask(/\/sign-in\/[\w-]{43}/.exec(told)?.[0] ?? '');
    expect((await own.ask('/settings/password', { password: `${password}?` })).status).toBe(303);
    expect((await signIn(email, `${password}?`)).answer.status).toBe(303);
  });
});

describe('sessions', () => {
  it('are ended one by one, and all others at once', async () => {
    const { email, own } = await joined();
    const { from } = await signIn(email);
    const { from: third } = await signIn(email);
    const page = await own.text('/settings');
    const [, id = ''] = /sessions\/([0-9a-f-]{36})\/end/.exec(page) ?? [];
    expect((await own.ask(`/settings/sessions/${id}/end`, {})).status).toBe(303);
    expect([await from.signedIn(), await third.signedIn()].filter(Boolean).length).toBe(1);
    expect((await own.ask(`/settings/sessions/${id}/end`, {})).status).toBe(404);
    await own.ask('/settings/sessions/end-others', {});
    expect([await from.signedIn(), await third.signedIn(), await own.signedIn()]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('of somebody else are nobody’s to end', async () => {
    const { own } = await joined();
    const { own: other, id } = await joined();
    const [session] = await app.cradle.accounts.sessions(id);
    expect((await own.ask(`/settings/sessions/${session?.id}/end`, {})).status).toBe(404);
    expect(await other.signedIn()).toBe(true);
  });

  it('are an administrator’s to end, with a reason', async () => {
    const { admin, id, own } = await joined();
    const [session] = await app.cradle.accounts.sessions(id);
    const path = `/settings/users/${id}/sessions/${session?.id}/end`;
    expect((await admin.ask(path, {})).status).toBe(422);
    expect((await admin.ask(path, { reason })).status).toBe(303);
    expect(await own.signedIn()).toBe(false);
  });
});

describe('an administrator', () => {
  it('shuts somebody out, everywhere and at once, and lets them in again', async () => {
    const { admin, id, email, own } = await joined();
    expect((await admin.ask(`/settings/users/${id}/shut-out`, {})).status).toBe(422);
    expect((await admin.ask(`/settings/users/${id}/shut-out`, { reason })).status).toBe(303);
    expect(await own.signedIn()).toBe(false);
    expect((await signIn(email)).answer.status).toBe(401);
    expect((await admin.ask(`/settings/users/${id}/link`, { reason })).status).toBe(409);
    await admin.ask(`/settings/users/${id}/let-in`, { reason });
    expect((await signIn(email)).answer.status).toBe(303);
  });

  it('gives another role, which counts at once', async () => {
    const { admin, id, own } = await joined();
    expect((await own.ask('/settings/users')).status).toBe(403);
    await admin.ask(`/settings/users/${id}/role`, { role: 'admin', reason });
    expect((await own.ask('/settings/users')).status).toBe(200);
    await admin.ask(`/settings/users/${id}/role`, { role: 'viewer', reason });
    expect((await own.ask('/settings/users')).status).toBe(403);
  });

  it('cannot be the last to go', async () => {
    const [first] = await app.cradle.accounts.users();
    const admin = await administrator();
    const answer = await admin.ask(`/settings/users/${first?.id}/shut-out`, { reason });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('only administrator');
  });

  it('alone sees the pages of users and tokens', async () => {
    const { own } = await joined();
    expect(await own.text('/settings')).not.toContain('/settings/users');
    expect((await own.ask('/settings/tokens')).status).toBe(403);
    expect((await own.ask('/settings/tokens', { name: 'x', role: 'admin', days: '' })).status).toBe(
      403,
    );
  });
});

describe('a form that is refused', () => {
  it('is shown again as it was left, and why', async () => {
    const { email } = await invite();
    const admin = await administrator();
    const taken = { name: 'A <b>new</b> one', email, role: 'operator' };
    const answer = await admin.ask('/settings/users', taken);
    const page = await answer.text();
    expect(answer.status).toBe(409);
    expect(page).toContain('Somebody else has this e-mail address');
    expect(page).toContain('value="A &lt;b&gt;new&lt;/b&gt; one"');
    expect(page).toContain(`value="${email}"`);
    expect(page).toContain('<option value="operator" selected>');
    expect(page).toMatch(/<details class="action settings" name="action" open>/);
    const profile = await (await admin.ask('/settings/profile', { name: 'Root', email })).text();
    expect(profile).toContain('value="Root"');
  });

  it('says so where it stands: with a reason, a role, a name', async () => {
    const [first] = await app.cradle.accounts.users();
    const admin = await administrator();
    const path = `/settings/users/${first?.id}/role`;
    const page = await (await admin.ask(path, { role: 'viewer', reason })).text();
    expect(page).toMatch(/id="act-role" name="action" open>/);
    expect(page).toMatch(/<option value="viewer" selected>/);
    expect(page).toContain(`value="${reason}"`);
    expect(page.match(/role="alert"/g)?.length).toBe(1);
    const blank = { name: ' ', role: 'admin', days: '30' };
    const tokens = await (await admin.ask('/settings/tokens', blank)).text();
    expect(tokens).toContain('<option value="30" selected>');
    expect(tokens).toContain('<option value="admin" selected>');
  });

  it('is no page for who may not ask, nor for programs', async () => {
    const { own } = await joined();
    const refused = await own.ask('/settings/users', { name: '', email: '', role: 'viewer' });
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.not.stringContaining('Invite somebody'),
    ]);
    const answer = await app.ask('/settings/tokens', { as: 'admin', method: 'POST' });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });
});

describe('an API token', () => {
  it('is made, shown once, used, and revoked with a reason', async () => {
    const admin = await administrator();
    const made = await admin.ask('/settings/tokens', {
      name: 'Scanner',
      role: 'viewer',
      days: '90',
    });
    const token = /dt_[\w-]{43}/.exec(await made.text())?.[0] ?? '';
    const headers = { authorization: `Bearer ${token}` };
    const use = async () => (await fetch(`${app.url}/api/documents`, { headers })).status;
    expect(await use()).toBe(200);
    const page = await admin.text('/settings/tokens');
    expect(page).toContain(token.slice(0, 9));
    expect(page).not.toContain(token);
    const row = (await app.cradle.accounts.tokens()).find(({ name }) => name === 'Scanner');
    const days = ((row?.expiresAt?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(90);
    expect((await admin.ask(`/settings/tokens/${row?.id}/revoke`, {})).status).toBe(422);
    expect((await admin.ask(`/settings/tokens/${row?.id}/revoke`, { reason })).status).toBe(303);
    expect(await use()).toBe(401);
    expect((await admin.ask(`/settings/tokens/${row?.id}/revoke`, { reason })).status).toBe(409);
  });

  it('has no account of its own', async () => {
    expect((await app.ask('/settings', { as: 'admin' })).status).toBe(404);
  });
});

it('every user is what the history says, secrets are nowhere in it, and addresses in the log alone', async () => {
  await joined();
  const users = await app.cradle.accounts.users();
  let told = 0;
  for (const { id, createdAt: _createdAt, ...kept } of users) {
    const history = await app.cradle.store.read(userStream(id));
    const folded = history.reduce<User | null>(evolve, null);
    expect(folded).toEqual(kept);
    told += history.filter(({ metadata }) => metadata.from?.startsWith('10.7.')).length;
  }
  expect(told).toBeGreaterThan(10);
  const [log] = await app.database.database.sql<{ text: string }[]>`
    SELECT string_agg(data::text || metadata::text, ' ') AS text FROM events`;
  expect(log?.text).not.toContain(password);
  expect(log?.text).not.toMatch(/argon2|dt_[\w-]{20}/);
});
