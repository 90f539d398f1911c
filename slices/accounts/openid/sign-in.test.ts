import { TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sessionCookie } from '../../../shared/web/principal.ts';
import { startTestApp, type TestApp } from '../../../tests/app.ts';
import { evolve, userStream, type User } from '../user/user.ts';
import { password, visitors } from '../visitors.fixture.ts';
import { createOpenIdProvider, flowSeconds } from './provider.ts';
import { startProvider, type Person, type TestProvider } from './provider.fixture.ts';

let provider: TestProvider;
/** One that gives roles here, one whose provider gives them. */
let here: TestApp;
let there: TestApp;
beforeAll(async () => {
  provider = await startProvider();
  const env = { ...provider.env, TRUST_PROXY: 'on' };
  const roles = { OIDC_ROLE_CLAIM: 'groups', OIDC_ROLES: 'admins=admin,ops=operator,all=viewer' };
  [here, there] = await Promise.all([
    startTestApp({ env }),
    startTestApp({ env: { ...env, ...roles } }),
  ]);
});
afterAll(async () => {
  await Promise.all([here?.stop(), there?.stop()]);
  await provider.stop();
});
beforeEach(() => {
  provider.isAway = false;
  provider.forge = (idToken) => idToken;
});

const ofHere = visitors(() => here);
const ofThere = visitors(() => there);
type Visitor = ReturnType<typeof ofHere.browser>;

const begin = '/sign-in/oidc';
const flowCookie = 'doctrail_openid';

/** Somebody at the provider, under a login of their own. */
function person(of: Person = {}): { login: string; email: string } {
  const login = crypto.randomUUID();
  const email = `${login}@example.org`;
  provider.people.set(login, { name: 'Ada', email, email_verified: true, ...of });
  return { login, email };
}

const locationOf = (answer: Response) => answer.headers.get('location') ?? '';

/** Goes to the provider, signs in there and gives the address, of Doctrail, that leads back. */
async function returning(from: Visitor, login: string, change = (url: string) => url) {
  const back = await provider.signIn(change(locationOf(await from.ask(begin))), login);
  const { pathname, search } = new URL(back);
  return pathname + search;
}

async function signIn(from: Visitor, login: string) {
  const answer = await from.ask(await returning(from, login));
  return { answer, page: await answer.text() };
}

const eventsOf = async (app: TestApp, id: string) =>
  (
    await app.database.database.sql<{ type: string; data: object; actor: string }[]>`
      SELECT type, data, metadata ->> 'actor' AS actor FROM events
      WHERE stream = ${`user-${id}`} ORDER BY version`
  ).map(({ type, data, actor }) => ({ type, data, actor }));

const idOf = async (app: TestApp, email: string) =>
  (await app.cradle.accounts.users()).find((user) => user.email === email)?.id ?? '';

describe('the provider being away', () => {
  it('is told on the sign-in page, where the other ways in are, and is over when it is', async () => {
    const own = ofHere.browser();
    provider.isAway = true;
    const answer = await own.ask(begin);
    expect(answer.status).toBe(503);
    const page = await answer.text();
    expect(page).toContain('You cannot sign in with Acme now');
    expect(page).toContain('name="password"');
    const problem = await here.ask(begin, { as: null });
    expect(await problem.json()).toMatchObject({ type: '/problems/unavailable', status: 503 });
    provider.isAway = false;
    expect((await own.ask(begin)).status).toBe(303);
  });

  it('is told also to whoever comes back from there', async () => {
    const own = ofHere.browser();
    const back = await returning(own, person().login);
    provider.isAway = true;
    const answer = await own.ask(back);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('it does not answer as it should');
  });
});

const elsewhere = ['https://x.example', '//x.example', '/\\x.example', '/sign-out'];

describe('signing in at the provider', () => {
  it('asks it by code, with PKCE, state and nonce, and keeps what has to fit', async () => {
    const answer = await fetch(`${here.url}${begin}`, { redirect: 'manual' });
    const asked = Object.fromEntries(new URL(locationOf(answer)).searchParams);
    expect(asked).toMatchObject({
      response_type: 'code',
      client_id: 'doctrail',
      redirect_uri: `${here.url}/sign-in/oidc/callback`,
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(
      /^doctrail_openid=[^;]+; Max-Age=600; Path=\/sign-in\/oidc; HttpOnly; SameSite=Lax$/,
    );
    for (const part of [asked['state'], asked['nonce']]) expect(cookie).not.toContain(part);
  });

  it('links the account with the same verified address, for good, and leads on', async () => {
    const { login, email } = person();
    const { id, link } = await ofHere.invite({ email: email.toUpperCase(), role: 'operator' });
    const own = ofHere.browser();
    await own.ask('/sign-in?return=/system');
    const { answer } = await signIn(own, login);
    expect([answer.status, locationOf(answer)]).toEqual([303, '/system']);
    expect(await own.signedIn()).toBe(true);
    const actor = `user:${id}`;
    const issuer = provider.env['OIDC_ISSUER'];
    expect((await eventsOf(here, id)).slice(2)).toEqual([
      { type: 'IdentityLinked', data: { name: 'Grace Hopper', issuer, subject: login }, actor },
      { type: 'SignedIn', data: expect.objectContaining({ by: 'single sign-on' }), actor },
    ]);
    expect(link).not.toBe('');

    provider.people.set(login, { name: 'Ada', email: 'another@example.org' });
    expect((await signIn(ofHere.browser(), login)).answer.status).toBe(303);
    expect((await eventsOf(here, id)).slice(4)).toMatchObject([{ type: 'SignedIn', actor }]);
  });

  it('opens a session of its own, in place of any that the browser brought along', async () => {
    const { login, email } = person();
    await ofHere.invite({ email });
    const own = ofHere.browser(await here.session());
    const planted = own.jar.get(sessionCookie);
    const { answer } = await signIn(own, login);
    const cookies = answer.headers.getSetCookie();
    expect(cookies.find((cookie) => cookie.startsWith(sessionCookie))).toMatch(
      /^doctrail_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(cookies).toContainEqual(
      expect.stringMatching(/^doctrail_openid=; .*Path=\/sign-in\/oidc/),
    );
    expect(own.jar.get(sessionCookie)).not.toBe(planted);
    expect(await ofHere.browser(`x=${planted}`).signedIn()).toBe(false);
  });

  it('ends every way in that the account had: its address may be of somebody else', async () => {
    const { login, email } = person();
    const before = await ofHere.joined();
    await before.own.ask('/settings/profile', { name: 'Eve', email });
    const { admin, id } = before;
    const reset = await admin.ask(`/settings/users/${id}/link`, { reason: 'They lost it.' });
    const link = /\/sign-in\/[\w-]{43}/.exec(await reset.text())?.[0] ?? '';
    expect((await signIn(ofHere.browser(), login)).answer.status).toBe(303);
    expect(await before.own.signedIn()).toBe(false);
    expect((await ofHere.signIn(email)).answer.status).toBe(401);
    expect((await ofHere.browser().ask(link)).status).toBe(410);
    expect((await eventsOf(here, id)).slice(-3)).toMatchObject([
      { type: 'IdentityLinked' },
      { type: 'SessionsEnded', data: { why: 'linked-to-a-provider' } },
      { type: 'SignedIn' },
    ]);
  });

  it('asks for no code: the provider sees to it', async () => {
    const { login, email } = person();
    const { id } = await ofHere.invite({ email });
    const own = ofHere.browser();
    await signIn(own, login);
    const session = own.jar.get(sessionCookie) ?? '';
    const { accounts } = here.cradle;
    await accounts.setPassword(session, { userId: id, current: '', password });
    await accounts.startSecondFactor(id);
    const secret = (await accounts.startedSecondFactor(id)) ?? '';
    const code = new TOTP({ secret }).generate();
    await accounts.confirmSecondFactor(session, { userId: id, current: password, code });
    const { answer } = await signIn(ofHere.browser(), login);
    expect(locationOf(answer)).toBe('/');
  });

  it('links two sign-ins of the same moment once', async () => {
    const { login, email } = person({ groups: ['all'] });
    const browsers = [ofThere.browser(), ofThere.browser(), ofThere.browser()];
    const backs = await Promise.all(browsers.map((each) => returning(each, login)));
    const answers = await Promise.all(browsers.map((each, index) => each.ask(backs[index] ?? '')));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    const types = (await eventsOf(there, await idOf(there, email))).map(({ type }) => type);
    expect(types).toEqual(['UserAdded', 'IdentityLinked', 'SignedIn', 'SignedIn', 'SignedIn']);
  });

  it.each(elsewhere)('does not lead to %s', async (target) => {
    const { login, email } = person();
    await ofHere.invite({ email });
    const own = ofHere.browser();
    await own.ask(`/sign-in?return=${encodeURIComponent(target)}`);
    own.jar.set('doctrail_return', encodeURIComponent(target));
    expect(locationOf((await signIn(own, login)).answer)).toBe('/');
  });
});

describe('whoever the provider signed in', () => {
  async function refused(login: string, from = ofHere.browser()) {
    const { answer, page } = await signIn(from, login);
    expect(answer.status).toBe(403);
    expect(from.jar.has(sessionCookie)).toBe(false);
    return page;
  }

  it('is refused with an address that it has not verified', async () => {
    const { login, email } = person({ email_verified: false });
    const { id } = await ofHere.invite({ email });
    expect(await refused(login)).toContain('gives no verified e-mail address');
    expect((await eventsOf(here, id)).map(({ type }) => type)).not.toContain('IdentityLinked');
  });

  it('is refused when nobody has invited them', async () => {
    const before = await here.cradle.accounts.users();
    expect(await refused(person().login)).toContain('Ask an administrator to invite you');
    expect(await here.cradle.accounts.users()).toEqual(before);
  });

  it('is refused when an administrator has shut them out, and the audit says so', async () => {
    const { login, email } = person();
    const { admin, id } = await ofHere.invite({ email });
    await signIn(ofHere.browser(), login);
    await admin.ask(`/settings/users/${id}/shut-out`, { reason: 'They left.' });
    expect(await refused(login)).toContain('Your account is shut out');
    const audit = await admin.text('/settings/audit?show=refused');
    expect(audit).toContain('Signing in at the provider: shut out');
  });

  it('is refused an account that another identity is linked to, until that is unlinked', async () => {
    const { login, email } = person();
    const { admin, id } = await ofHere.invite({ email });
    await signIn(ofHere.browser(), login);
    const successor = person({ email });
    expect(await refused(successor.login)).toContain('signs in with another account at Acme');

    expect(await admin.text(`/settings/users/${id}`)).toContain('Unlink');
    const reason = 'They have a new account there.';
    await admin.ask(`/settings/users/${id}/unlink`, { reason });
    expect(await admin.text(`/settings/users/${id}`)).not.toContain('Unlink');
    const again = await admin.ask(`/settings/users/${id}/unlink`, { reason });
    expect(again.status).toBe(409);
    expect((await signIn(ofHere.browser(), successor.login)).answer.status).toBe(303);
    const types = (await eventsOf(here, id)).map(({ type }) => type);
    expect(types.slice(-4)).toEqual([
      'IdentityUnlinked',
      'IdentityLinked',
      'SessionsEnded',
      'SignedIn',
    ]);
  });
});

const forgeries: [string, RegExp, string][] = [
  ['another subject', /"sub":"[^"]+"/, '"sub":"somebody-else"'],
  ['another client', /"aud":"[^"]+"/, '"aud":"another"'],
  ['no end', /"exp":\d+/, '"exp":9999999999'],
];

describe('an answer that does not fit', () => {
  async function refused(from: Visitor, back: string, words: string) {
    const answer = await from.ask(back);
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain(words);
    expect(from.jar.has(sessionCookie)).toBe(false);
    expect(from.jar.has(flowCookie)).toBe(false);
  }
  const unverified = 'could not be verified';
  const over = 'was begun in another browser';

  async function invited() {
    const { login, email } = person();
    await ofHere.invite({ email });
    return login;
  }

  it('has another state', async () => {
    const own = ofHere.browser();
    const back = await returning(own, await invited());
    await refused(own, back.replace(/state=[\w-]+/, `state=${'x'.repeat(43)}`), unverified);
  });

  it('is that of another sign-in', async () => {
    const [own, other] = [ofHere.browser(), ofHere.browser()];
    const back = await returning(other, await invited());
    await own.ask(begin);
    await refused(own, back, unverified);
  });

  it('comes to a browser that has not begun', async () => {
    const back = await returning(ofHere.browser(), await invited());
    await refused(ofHere.browser(), back, over);
  });

  it('comes with a cookie that was not made here', async () => {
    const own = ofHere.browser();
    const back = await returning(own, await invited());
    own.jar.set(flowCookie, `${own.jar.get(flowCookie)}x`.slice(1));
    await refused(own, back, over);
  });

  it('comes again, with or without the cookie', async () => {
    const login = await invited();
    const own = ofHere.browser();
    const back = await returning(own, login);
    const kept = own.jar.get(flowCookie) ?? '';
    expect((await own.ask(back)).status).toBe(303);
    own.jar.delete(sessionCookie);
    await refused(own, back, over);
    own.jar.set(flowCookie, kept);
    await refused(own, back, unverified);
  });

  it('has another nonce', async () => {
    const own = ofHere.browser();
    const back = await returning(own, await invited(), (url) =>
      url.replace(/nonce=[\w-]+/, `nonce=${'x'.repeat(43)}`),
    );
    await refused(own, back, unverified);
  });

  it('names another issuer', async () => {
    const own = ofHere.browser();
    const back = await returning(own, await invited());
    await refused(own, back.replace(/iss=[^&]+/, 'iss=https://elsewhere.example'), unverified);
  });

  it.each(forgeries)('holds an ID token that was altered: %s', async (_what, part, by) => {
    const own = ofHere.browser();
    const back = await returning(own, await invited());
    provider.forge = (idToken) => {
      const [header, payload = '', signature] = idToken.split('.');
      const told = Buffer.from(payload, 'base64url').toString().replace(part, by);
      return [header, Buffer.from(told).toString('base64url'), signature].join('.');
    };
    await refused(own, back, unverified);
  });

  it('holds an ID token without a signature', async () => {
    const own = ofHere.browser();
    const back = await returning(own, await invited());
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    provider.forge = (idToken) => `${header}.${idToken.split('.')[1]}.`;
    await refused(own, back, unverified);
  });

  it('is an error of the provider', async () => {
    const own = ofHere.browser();
    const back = await returning(own, '');
    expect(back).toContain('error=access_denied');
    await refused(own, back, 'You were not signed in at Acme (access_denied)');
    const problem = await here.ask(back, { as: null });
    expect(await problem.json()).toMatchObject({ type: '/problems/sign-in-over', status: 401 });
  });

  it('comes too often from one address', async () => {
    const own = ofHere.browser();
    const answers: number[] = [];
    for (let count = 0; count < 61; count += 1)
      answers.push((await own.ask('/sign-in/oidc/callback?code=guess')).status);
    expect([...new Set(answers.slice(0, 60)), answers[60]]).toEqual([401, 429]);
  });

  it('comes after ten minutes', async () => {
    const { oidc } = here.cradle.config;
    if (!oidc) throw new Error('This server has a provider.');
    let time = Date.now();
    const patient = createOpenIdProvider(oidc, 'the key of a test', () => time);
    const { flow } = await patient.begin(`${here.url}/sign-in/oidc/callback`);
    await expect(patient.finish(flow, '?code=x')).rejects.toThrow(unverified);
    time += flowSeconds * 1_000;
    await expect(patient.finish(flow, '?code=x')).rejects.toThrow(over);
  });
});

describe('where the provider gives roles', () => {
  it('somebody new is added, and the role followed at every sign-in', async () => {
    const { login, email } = person({ groups: ['ops', 'all'] });
    expect((await signIn(ofThere.browser(), login)).answer.status).toBe(303);
    const id = await idOf(there, email);
    provider.people.set(login, { email, email_verified: true, groups: ['all'] });
    const own = ofThere.browser();
    await signIn(own, login);
    expect(await own.text('/settings')).toContain('Your role is viewer');
    const says = 'system:openid-connect';
    expect(await eventsOf(there, id)).toMatchObject([
      { type: 'UserAdded', data: { name: 'Ada', email, role: 'operator' }, actor: says },
      { type: 'IdentityLinked', actor: `user:${id}` },
      { type: 'SignedIn', actor: `user:${id}` },
      { type: 'SignedIn', actor: `user:${id}` },
      { type: 'RoleChanged', data: { role: 'viewer' }, actor: says },
    ]);
    const admin = await ofThere.administrator();
    const audit = await admin.text(`/settings/audit?who=${says}`);
    expect(audit).toContain('has the role viewer now');
    expect(audit).toContain('>openid-connect<');
  });

  it('nobody without one comes in, also who had one', async () => {
    const { login, email } = person({ groups: ['all'] });
    await signIn(ofThere.browser(), login);
    provider.people.set(login, { email, email_verified: true, groups: ['others'] });
    const { answer, page } = await signIn(ofThere.browser(), login);
    expect(answer.status).toBe(403);
    expect(page).toContain('Acme gives you no role here');
  });

  it('an address that was not verified links nobody', async () => {
    const { email } = await ofThere.invite();
    const { login } = person({ name: 'Eve', email, email_verified: false, groups: ['all'] });
    const own = ofThere.browser();
    await signIn(own, login);
    const page = await own.text('/settings');
    expect(page).toContain('value="Eve"');
    expect(page).not.toContain(email);
  });

  it('the only administrator stays one', async () => {
    const admin = await ofThere.administrator();
    const { login, email } = person({ groups: ['all'] });
    await admin.ask('/settings/profile', { name: 'First', email });
    const own = ofThere.browser();
    expect((await signIn(own, login)).answer.status).toBe(303);
    expect(await own.text('/settings')).toContain('Your role is admin');
  });
});

describe('what people see of it', () => {
  it('a link on the sign-in page, with its name', async () => {
    const page = await ofHere.browser().text('/sign-in');
    expect(page).toContain('href="/sign-in/oidc">Sign in with Acme</a>');
  });

  it('where they are linked, on their own page and for administrators', async () => {
    const { login, email } = person();
    const { admin, id } = await ofHere.invite({ email });
    const host = new URL(provider.env['OIDC_ISSUER'] ?? '').host;
    expect(await admin.text(`/settings/users/${id}`)).not.toContain(host);
    const own = ofHere.browser();
    await signIn(own, login);
    const account = await own.text('/settings');
    expect(account).toContain(`You sign in at ${host}`);
    expect(account).toContain('Signing out here does not sign you out there.');
    expect(await admin.text(`/settings/users/${id}`)).toContain(host);
    const row = (await admin.text('/settings/users'))
      .split(`id="user-${id}"`)[1]
      ?.split('</tr>')[0];
    expect(row).toContain('single sign-on');
  });
});

it('everybody is what the history says, whom they were linked to included', async () => {
  for (const { cradle } of [here, there]) {
    const users = await cradle.accounts.users();
    expect(users.filter(({ subject }) => subject !== null).length).toBeGreaterThan(2);
    for (const { id, createdAt: _createdAt, ...kept } of users) {
      const history = await cradle.store.read(userStream(id));
      if (history.length > 0) expect(history.reduce<User | null>(evolve, null)).toEqual(kept);
    }
  }
});
