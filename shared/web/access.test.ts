import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { unusedEntries } from './access.ts';
import { roles } from './principal.ts';
import { bearer, createTestServer } from './test-server.ts';
import type { AddressInfo } from 'node:net';
import type { AccessTable } from './access.ts';
import type { App, Routes } from './server.ts';

const table: AccessTable = {
  'GET /page': ['viewer', 'admin'],
  'POST /page': ['admin'],
  'GET /api/things/:owner': roles,
  'POST /api/things': ['uploader', 'admin'],
  'GET /livez': 'open',
  'POST /open': 'open',
};

const routes: Routes = (app) => {
  app.get('/page', async ({ actor }) => ({ actor }));
  app.post('/page', async () => ({}));
  app.get<{ Params: { owner: string } }>('/api/things/:owner', async (request, _reply) => ({
    mayRead: request.mayRead(request.params.owner),
    isStillAllowed: await request.isStillAllowed(),
  }));
  app.post('/api/things', async () => ({}));
  app.get('/livez', async () => 'ok');
  app.post('/open', async () => ({}));
};

const servers: App[] = [];
const server = async (...args: Parameters<typeof createTestServer>): Promise<App> => {
  const app = await createTestServer(...args);
  servers.push(app);
  return app;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((app) => app.close()));
});

const html = { accept: 'text/html,application/xhtml+xml' };
const fromHere = { 'sec-fetch-site': 'same-origin' };
const signedIn = (role: string) => ({ cookie: `doctrail_session=${role}` });

describe('the access table', () => {
  it('stops the start when a route is missing in it', async () => {
    const undeclared = server({}, (app) => void app.get('/secret', async () => 'x'));
    await expect(undeclared).rejects.toThrow(/"GET \/secret".*slices\/access\.ts/);
  });

  it('does not take what every object inherits for an entry', async () => {
    const undeclared = server({}, (app) => void app.get('/constructor', async () => 'x'));
    await expect(undeclared).rejects.toThrow('GET /constructor');
  });

  it('names the entries that no route answers to', async () => {
    const app = await server({ ...table, 'GET /gone': 'open' }, routes);
    expect(unusedEntries(app, { ...table, 'GET /gone': 'open' })).toEqual(['GET /gone']);
  });
});

describe('a token', () => {
  it('opens what its role may use, and HEAD like GET', async () => {
    const app = await server(table, routes);
    const answer = await app.inject({ url: '/page', headers: bearer('viewer') });
    expect(answer.json()).toEqual({ actor: 'token:viewer-id' });
    const head = await app.inject({ method: 'HEAD', url: '/page', headers: bearer('uploader') });
    expect(head.statusCode).toBe(403);
  });

  it.each([undefined, 'Bearer wrong', 'Bearer', 'Basic YTpi', 'viewer'])(
    'that is %s gets a 401 with a challenge, even beside a good session',
    async (authorization) => {
      const app = await server(table, routes);
      const headers = authorization === undefined ? {} : { authorization, ...signedIn('admin') };
      const answer = await app.inject({ url: '/page', headers });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(answer.json()).toMatchObject({ type: '/problems/unauthorized', instance: '/page' });
    },
  );

  it('of another role gets a 403 that names the roles', async () => {
    const app = await server(table, routes);
    const answer = await app.inject({ method: 'POST', url: '/page', headers: bearer('viewer') });
    expect(answer.statusCode).toBe(403);
    expect(answer.json().detail).toContain('role admin; yours is viewer');
  });

  it('of an uploader reads only what it handed in', async () => {
    const app = await server(table, routes);
    const read = async (owner: string, role: 'uploader' | 'viewer') =>
      (await app.inject({ url: `/api/things/${owner}`, headers: bearer(role) })).json();
    expect(await read('token:uploader-id', 'uploader')).toMatchObject({ mayRead: true });
    expect(await read('token:other', 'uploader')).toMatchObject({ mayRead: false });
    expect(await read('token:other', 'viewer')).toMatchObject({ mayRead: true });
  });

  it('is refused before the body has arrived', async () => {
    const app = await server(table, routes);
    await app.listen({ port: 0 });
    const socket = connect((app.server.address() as AddressInfo).port);
    socket.write(
      'POST /api/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{',
    );
    const [first] = await once(socket, 'data');
    socket.destroy();
    expect(String(first)).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('is not looked up any more after many wrong ones from the same address', async () => {
    const app = await server(table, routes);
    const wrong = { url: '/page', headers: { authorization: 'Bearer wrong' } };
    for (let count = 0; count < 300; count += 1) {
      expect((await app.inject(wrong)).statusCode).toBe(401);
    }
    const answer = await app.inject(wrong);
    expect(answer.statusCode).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await app.inject({ ...wrong, remoteAddress: '10.0.0.1' })).statusCode).toBe(401);
  });

  it('may ask again whether it still counts', async () => {
    let revoked = false;
    const principal = { kind: 'token', id: '1', name: 'x', role: 'viewer' } as const;
    const authenticator = {
      token: async () => (revoked ? null : principal),
      session: async () => null,
    };
    const app = await server(
      { 'GET /x': ['viewer'] },
      (slice) => {
        slice.get('/x', async (request, _reply) => {
          revoked = true;
          return { allowed: await request.isStillAllowed() };
        });
      },
      { authenticator },
    );
    const answer = await app.inject({ url: '/x', headers: bearer('viewer') });
    expect(answer.json()).toEqual({ allowed: false });
  });
});

describe('a person', () => {
  it('without a session is taken to the sign-in page and back again', async () => {
    const app = await server(table, routes);
    const answer = await app.inject({ url: '/page?q=1', headers: html });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/sign-in?return=%2Fpage%3Fq%3D1');
    const stale = await app.inject({ url: '/page', headers: { ...html, ...signedIn('nobody') } });
    expect(stale.headers.location).toBe('/sign-in?return=%2Fpage');
  });

  it('inside a live page gets a 401 that tells htmx where to go', async () => {
    const app = await server(table, routes);
    const answer = await app.inject({
      url: '/page',
      headers: { ...html, 'hx-request': 'true', 'hx-current-url': 'https://x.example/page?q=2' },
    });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['hx-redirect']).toBe('/sign-in?return=%2Fpage%3Fq%3D2');
  });

  it('is never redirected by the API', async () => {
    const app = await server(table, routes);
    const answer = await app.inject({ url: '/api/things/x', headers: html });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('with a session acts as a user', async () => {
    const app = await server(table, routes);
    const answer = await app.inject({ url: '/page', headers: { ...html, ...signedIn('admin') } });
    expect(answer.json()).toEqual({ actor: 'user:admin-id' });
  });
});

const post = async (headers: Record<string, string>, url = '/page', options = {}) => {
  const app = await server(table, routes, options);
  return (await app.inject({ method: 'POST', url, headers })).statusCode;
};

describe('a form from elsewhere', () => {
  const session = { ...signedIn('admin'), host: 'docs.example' };

  it.each<[string, Record<string, string>]>([
    ['says neither where it comes from', {}],
    ['comes from another site', { 'sec-fetch-site': 'cross-site', origin: 'https://docs.example' }],
    ['comes from a sibling', { 'sec-fetch-site': 'same-site' }],
    ['was typed', { 'sec-fetch-site': 'none' }],
    ['has another origin', { origin: 'https://elsewhere.example' }],
    ['has another port', { origin: 'http://docs.example:81' }],
    ['has a null origin', { origin: 'null' }],
  ])('is refused when it %s', async (_case, headers) => {
    expect(await post({ ...session, ...headers })).toBe(403);
    expect(await post({ ...headers, host: 'docs.example' }, '/open')).toBe(403);
  });

  it('is accepted from our own pages', async () => {
    expect(await post({ ...session, ...fromHere })).toBe(200);
    expect(await post({ ...session, origin: 'http://docs.example' })).toBe(200);
    const behindProxy = { publicUrl: 'https://public.example/' };
    const origin = { origin: 'https://public.example' };
    expect(await post({ ...session, ...origin }, '/page', behindProxy)).toBe(200);
  });

  it('does not matter to a token, which no browser sends by itself', async () => {
    expect(await post({ ...bearer('admin'), 'sec-fetch-site': 'cross-site' })).toBe(200);
  });
});

it('an open route knows nobody, and has no principal to rely on by mistake', async () => {
  const app = await server({ 'GET /livez': 'open' }, (slice) => {
    slice.get('/livez', async (request, _reply) => {
      expect(request.visitor).toBeNull();
      expect(() => request.actor).toThrow('GET /livez is open');
      return 'ok';
    });
  });
  expect((await app.inject({ url: '/livez', headers: bearer('admin') })).body).toBe('ok');
});
