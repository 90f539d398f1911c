import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessTable } from '../access.ts';
import { buildServer } from '../../shared/web/server.ts';
import { createTestDatabase } from '../../tests/database.ts';
import { credentialsOf, walkAccess } from '../../tests/access-matrix.ts';
import { createAccounts } from './accounts.ts';
import { createCookies } from './session/cookie.ts';
import { sessionRoutes } from './session/routes.ts';
import { settingsRoutes } from './settings/routes.ts';
import { apiTokens } from './tables.ts';
import type { Accounts } from './accounts.ts';
import type { Role } from '../../shared/web/principal.ts';
import type { App } from '../../shared/web/server.ts';
import type { TestDatabase } from '../../tests/database.ts';

/** `https`: people use TLS. */
const accountRoutes = (https: boolean) => (app: App) => {
  sessionRoutes(app, { accounts, cookies: createCookies(https), signOn: null });
  settingsRoutes(app, accounts, null);
};

let test: TestDatabase;
let accounts: Accounts;
let app: App;
let address: string;

beforeAll(async () => {
  test = await createTestDatabase();
  accounts = createAccounts(test.database);
  app = await buildServer({
    accessTable,
    authenticator: accounts,
    routes: [accountRoutes(false), standIns],
    trustProxy: true,
    logLevel: 'silent',
  });
  address = await app.listen({ port: 0 });
});
afterAll(async () => {
  await app.close();
  await test.drop();
});

/** For the routes of other slices, so that the table can be walked from here. */
function standIns(slice: App): void {
  const here = /sign-|\/settings(?!\/audit)|\/openapi|\*/;
  for (const key of Object.keys(accessTable).filter((key) => !here.test(key))) {
    const [method = '', url = ''] = key.split(' ');
    slice.route({ method, url, handler: async () => 'ok' });
  }
}

const html = { accept: 'text/html' };
const own = { 'sec-fetch-site': 'same-origin' };

const signIn = async (query = '', headers = {}) =>
  app.inject({ url: `/sign-in/${await accounts.createSignInLink()}${query}`, headers });

const guess = (remoteAddress: string) => app.inject({ url: '/sign-in/guess', remoteAddress });

const sessionOf = (answer: Awaited<ReturnType<typeof signIn>>) =>
  answer.cookies.find(({ name }) => name === 'doctrail_session');

async function session(): Promise<string> {
  return sessionOf(await signIn())?.value ?? '';
}

describe('every route', () => {
  it('opens to whom the access table says, and to nobody else', async () => {
    const make = (role: Role, name: string = role, expiresAt: Date | null = null) =>
      accounts.createToken({ name, role, expiresAt });
    const revoked = await make('admin', 'revoked');
    const rows = await test.database.db.select().from(apiTokens);
    await accounts.revokeToken(rows.find(({ name }) => name === 'revoked')?.id ?? '', {
      actor: 'system:test',
      reason: 'It leaked.',
    });
    const endedSession = await session();
    await accounts.signOut(endedSession);
    const credentials = credentialsOf({
      tokens: {
        uploader: await make('uploader'),
        viewer: await make('viewer'),
        operator: await make('operator'),
        admin: await make('admin'),
      },
      expired: await make('admin', 'expired', new Date(0)),
      revoked,
      session: await session(),
      endedSession,
    });
    // Signing out ends the session that all others are tried with.
    const keys = [...app.routeKeys].toSorted(
      (a, b) => Number(a === 'POST /sign-out') - Number(b === 'POST /sign-out'),
    );
    expect(keys.toSorted()).toEqual(Object.keys(accessTable).toSorted());
    expect(await walkAccess(address, accessTable, keys, credentials)).toEqual([]);
  });
});

describe('a sign-in link', () => {
  it('signs in and opens the board', async () => {
    const answer = await signIn();
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/');
    const cookie = sessionOf(answer);
    expect(cookie).toMatchObject({ path: '/', httpOnly: true, sameSite: 'Lax', maxAge: 2_592_000 });
    expect(cookie?.secure).toBeUndefined();
    const headers = { ...html, cookie: `doctrail_session=${cookie?.value}` };
    expect((await app.inject({ url: '/', headers })).body).toBe('ok');
  });

  it('works once, and says so afterwards', async () => {
    const url = `/sign-in/${await accounts.createSignInLink()}`;
    await app.inject({ url, headers: html });
    const answer = await app.inject({ url, headers: html });
    expect(answer.statusCode).toBe(410);
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.body).toContain('npm run -s sign-in-link');
    expect(answer.cookies).toEqual([]);
    expect((await app.inject({ url })).json().type).toBe('/problems/sign-in-link-used');
  });

  it('opens one session for a hundred clicks at once', async () => {
    const url = `/sign-in/${await accounts.createSignInLink()}`;
    const clicks = Array.from({ length: 100 }, (_, index) =>
      app.inject({ url, remoteAddress: `10.1.${index}.1` }),
    );
    const answers = await Promise.all(clicks);
    expect(answers.filter(({ statusCode }) => statusCode === 303).length).toBe(1);
    expect(answers.filter(({ statusCode }) => statusCode === 410).length).toBe(99);
  });

  it('is not used up by what looks at it before its reader does', async () => {
    const url = `/sign-in/${await accounts.createSignInLink()}`;
    const head = await app.inject({ method: 'HEAD', url });
    expect(head.statusCode).toBe(204);
    expect(head.cookies).toEqual([]);
    for (const headers of [{ 'sec-purpose': 'prefetch;prerender' }, { purpose: 'prefetch' }]) {
      expect((await app.inject({ url, headers })).statusCode).toBe(503);
    }
    expect((await app.inject({ url })).statusCode).toBe(303);
  });

  it('cannot be guessed at leisure', async () => {
    for (let count = 0; count < 60; count += 1) {
      expect((await guess('10.2.0.1')).statusCode).toBe(410);
    }
    expect((await guess('10.2.0.1')).statusCode).toBe(429);
    expect((await guess('10.2.0.2')).statusCode).toBe(410);
  });

  it('sets a cookie for TLS alone where people use TLS', async () => {
    const secure = await buildServer({
      accessTable,
      authenticator: accounts,
      routes: [accountRoutes(true)],
      logLevel: 'silent',
    });
    const url = `/sign-in/${await accounts.createSignInLink()}`;
    expect(sessionOf(await secure.inject({ url }))?.secure).toBe(true);
    await secure.close();
  });
});

describe('coming back to where somebody wanted to go', () => {
  it('survives the way over the sign-in page', async () => {
    const asked = await app.inject({ url: '/documents/7?tab=text', headers: html });
    const page = await app.inject({ url: String(asked.headers.location), headers: html });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('npm run -s sign-in-link');
    const { name, value } = page.cookies[0] ?? { name: '', value: '' };
    const answer = await signIn('', { cookie: `${name}=${encodeURIComponent(value)}` });
    expect(answer.headers.location).toBe('/documents/7?tab=text');
  });

  it.each([
    'https://elsewhere.example',
    '//elsewhere.example',
    '/%5Celsewhere.example',
    '/sign-out',
  ])('does not lead to %s', async (target) => {
    const query = `?return=${target.includes('%') ? target : encodeURIComponent(target)}`;
    expect((await signIn(query)).headers.location).toBe('/');
    const page = await app.inject({ url: `/sign-in${query}`, headers: html });
    expect(page.cookies).toEqual([]);
    const cookie = `doctrail_return=${encodeURIComponent(decodeURIComponent(target))}`;
    expect((await signIn('', { cookie })).headers.location).toBe('/');
  });

  it('needs no link for somebody who is signed in', async () => {
    const headers = { ...html, cookie: `doctrail_session=${await session()}` };
    const answer = await app.inject({ url: '/sign-in?return=/system', headers });
    expect(answer.headers.location).toBe('/system');
  });
});

describe('signing in at a provider', () => {
  it('is offered nowhere when none is set', async () => {
    expect((await app.inject({ url: '/sign-in', headers: html })).body).not.toContain('oidc');
    for (const url of ['/sign-in/oidc', '/sign-in/oidc/callback?code=x']) {
      const answer = await app.inject({ url });
      expect(answer.statusCode).toBe(404);
      expect(answer.json().detail).toContain('OIDC_ISSUER is not set');
    }
  });
});

describe('signing out', () => {
  it('ends the session', async () => {
    const headers = { ...html, ...own, cookie: `doctrail_session=${await session()}` };
    const answer = await app.inject({ method: 'POST', url: '/sign-out', headers });
    expect(answer.headers.location).toBe('/sign-in');
    expect(sessionOf(answer)).toMatchObject({ value: '', path: '/' });
    expect((await app.inject({ url: '/', headers })).headers.location).toBe('/sign-in');
  });

  it('cannot be done for somebody by another site', async () => {
    const headers = { cookie: `doctrail_session=${await session()}` };
    const foreign = { ...headers, 'sec-fetch-site': 'cross-site' };
    const answer = await app.inject({ method: 'POST', url: '/sign-out', headers: foreign });
    expect(answer.json().type).toBe('/problems/cross-origin');
    expect((await app.inject({ url: '/', headers })).statusCode).toBe(200);
  });
});
