import { once } from 'node:events';
import { connect } from 'node:net';
import fastify from 'fastify';
import { Type } from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import { loggerOptions } from './logging.ts';
import { installReceiveDeadline } from './receive-deadline.ts';
import { createTemplates } from './templates.ts';
import { bearer, createTestServer } from './test-server.ts';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { App } from './server.ts';

const servers: FastifyInstance[] = [];
const keep = <T extends FastifyInstance>(app: T): T => {
  servers.push(app);
  return app;
};
const server = async (...args: Parameters<typeof createTestServer>) =>
  keep(await createTestServer(...args));
const streamRoute = (slice: App): void => {
  slice.get('/stream', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write('data: 1\n\n');
  });
};
const portOf = (app: FastifyInstance) => (app.server.address() as AddressInfo).port;

afterEach(async () => {
  await Promise.all(servers.splice(0).map((app) => app.close()));
});

describe('headers', () => {
  it('allow nothing inline and nothing from elsewhere', async () => {
    const { headers } = await (await server({})).inject({ url: '/openapi.json' });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
    });
    expect(headers['permissions-policy']).toContain('camera=(), ');
  });

  it('ask for TLS only where people use it', async () => {
    const plain = await (await server({})).inject({ url: '/openapi.json' });
    expect(plain.headers['strict-transport-security']).toBeUndefined();
    const secure = await server({}, undefined, { publicUrl: 'https://docs.example' });
    const answer = await secure.inject({ url: '/openapi.json' });
    expect(answer.headers['strict-transport-security']).toContain('max-age=');
  });
});

describe('static files', () => {
  it('are kept for ever under the version of their content, and revalidated otherwise', async () => {
    const app = await server({});
    const environment = createTemplates();
    const url = environment.renderString("{{ asset('/vendor/htmx/htmx.min.js') }}", {});
    expect(url).toMatch(/^\/vendor\/htmx\/htmx\.min\.js\?v=[\w-]{12}$/);
    const versioned = await app.inject({ url });
    expect(versioned.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const plain = await app.inject({ url: '/vendor/htmx/htmx.min.js?v=other' });
    expect(plain.headers['cache-control']).toBe('no-cache');
    const headers = { 'if-none-match': String(plain.headers['etag']) };
    expect((await app.inject({ url, headers })).statusCode).toBe(304);
  });

  it('are the ones that the layout asks for', async () => {
    const app = await server({});
    const page = await app.inject({ url: '/nowhere', headers: { accept: 'text/html' } });
    const addresses = [...page.body.matchAll(/(?:src|href)="(\/(?:public|vendor)[^"#]+)/g)];
    expect(addresses.length).toBeGreaterThan(3);
    for (const [, url = ''] of addresses) {
      expect([url, (await app.inject({ url })).statusCode]).toEqual([url, 200]);
    }
  });

  it.each([
    '/public/../package.json',
    '/public/%2e%2e/package.json',
    '/vendor/htmx/',
    '/public/none',
  ])('end at their folder: %s', async (url) => {
    expect([403, 404]).toContain((await (await server({})).inject({ url })).statusCode);
  });
});

describe('templates', () => {
  it('escape everything and accept nothing undefined', () => {
    const templates = createTemplates();
    expect(templates.renderString('{{ name }}', { name: '<script>"' })).toBe(
      '&lt;script&gt;&quot;',
    );
    expect(() => templates.renderString('{{ nmae }}', { name: 'x' })).toThrow(/undefined/);
  });
});

describe('openapi.json', () => {
  it('describes the API from its schemas, with roles and errors, and no pages', async () => {
    const table = {
      'GET /api/things': ['viewer'],
      'GET /livez': 'open',
      'GET /page': 'open',
    } as const;
    const app = await server(table, (slice) => {
      const schema = {
        querystring: Type.Object({ limit: Type.Optional(Type.Integer({ maximum: 200 })) }),
        response: { 200: Type.Object({ things: Type.Array(Type.String()) }) },
      };
      slice.get('/api/things', { schema }, async () => ({ things: [] }));
      slice.get('/livez', async () => 'ok');
      slice.get('/page', async () => 'page');
    });
    const answer = await app.inject({ url: '/openapi.json', headers: bearer('viewer') });
    const { openapi, paths, components } = answer.json();
    expect(openapi).toBe('3.1.0');
    expect(Object.keys(paths).toSorted()).toEqual(['/api/things', '/livez']);
    expect(paths['/livez'].get.security).toEqual([]);
    const { parameters, responses, description } = paths['/api/things'].get;
    expect(description).toBe('Roles: viewer.');
    expect(parameters[0]).toMatchObject({ name: 'limit', in: 'query' });
    expect(responses['200'].content['application/json'].schema.type).toBe('object');
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '429', 'default']);
    expect(responses.default).toEqual({ $ref: '#/components/responses/Problem' });
    expect(Object.keys(components.responses.Problem.content)).toEqual(['application/problem+json']);
    const things = await app.inject({ url: '/api/things', headers: bearer('viewer') });
    expect(things.json()).toEqual({ things: [] });
  });
});

describe('limits', () => {
  it('end a flood of requests with a time to come back', async () => {
    const app = await server({}, undefined, { requestsPerMinute: 2 });
    const ask = (role: 'viewer' | 'admin') =>
      app.inject({ url: '/openapi.json', headers: bearer(role) });
    expect((await ask('viewer')).headers).toMatchObject({
      'ratelimit-limit': '2',
      'ratelimit-remaining': '1',
      'ratelimit-reset': '60',
    });
    expect((await ask('viewer')).statusCode).toBe(200);
    const answer = await ask('viewer');
    expect(answer.statusCode).toBe(429);
    expect(answer.json().type).toBe('/problems/too-many-requests');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask('admin')).statusCode).toBe(403);
  });

  it('end a body that trickles in, but no upload', async () => {
    const app = keep(fastify());
    installReceiveDeadline(app, 20);
    app.addContentTypeParser('multipart/form-data', (_request, payload, done) => {
      payload.on('end', () => done(null)).resume();
    });
    app.post('/', async () => 'done');
    await app.listen({ port: 0 });
    const slow = (contentType: string) => {
      const socket = connect(portOf(app));
      socket.on('error', () => undefined);
      socket.write(
        `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${contentType}\r\nContent-Length: 2\r\n\r\n"`,
      );
      return socket;
    };
    const upload = slow('multipart/form-data; boundary=b');
    await once(slow('application/json'), 'close');
    upload.write('"');
    const [answer] = await once(upload, 'data');
    upload.destroy();
    expect(String(answer)).toContain('200 OK');
  });
});

describe('a stream', () => {
  it('ends when the credential that opened it does, and no other does', async () => {
    const revoked = new Set<string>();
    const authenticator = {
      session: async () => null,
      token: async (id: string) =>
        revoked.has(id) ? null : ({ kind: 'token', id, name: id, role: 'viewer' } as const),
    };
    const app = await server({ 'GET /stream': ['viewer'] }, streamRoute, { authenticator });
    await app.listen({ port: 0 });
    const open = (token: string, signal?: AbortSignal) =>
      fetch(`http://127.0.0.1:${portOf(app)}/stream`, {
        headers: { authorization: `Bearer ${token}` },
        signal: signal ?? null,
      });
    const leave = new AbortController();
    const [mine, also, other] = await Promise.all([open('a'), open('a'), open('b', leave.signal)]);
    revoked.add('a');
    expect(await Promise.all([mine.text(), also.text()])).toEqual(['data: 1\n\n', 'data: 1\n\n']);
    const reader = other.body?.getReader();
    await reader?.read();
    const next = await Promise.race([reader?.read(), Promise.resolve('still open')]);
    expect(next).toBe('still open');
    leave.abort();
  });
});

describe('the end', () => {
  it('ends streams, finishes what is under way, and tells late requests to go elsewhere', async () => {
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const late = Promise.withResolvers<Response>();
    let address = '';
    const table = { 'GET /stream': 'open', 'GET /slow': 'open', 'GET /fast': 'open' } as const;
    const app = await server(table, (slice) => {
      streamRoute(slice);
      slice.get('/slow', async () => {
        started.resolve();
        await finish.promise;
        return 'slow';
      });
      slice.get('/fast', async () => 'fast');
      // The server listens until these hooks are done, so that the request is late but arrives.
      slice.addHook('preClose', async () => late.resolve(await fetch(`${address}/fast`)));
    });
    await app.listen({ port: 0 });
    address = `http://127.0.0.1:${portOf(app)}`;
    const stream = await fetch(`${address}/stream`);
    const slow = fetch(`${address}/slow`);
    await started.promise;
    const closed = app.close();
    expect(await stream.text()).toBe('data: 1\n\n');
    expect(app.closing.aborted).toBe(true);
    const answer = await late.promise;
    expect(answer.status).toBe(503);
    expect(answer.headers.get('connection')).toBe('close');
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({ type: '/problems/unavailable' });
    finish.resolve();
    expect((await slow).headers.get('connection')).toBe('close');
    expect(await (await slow).text()).toBe('slow');
    await closed;
  });
});

describe('the log', () => {
  it('holds no secret', async () => {
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(line) };
    const { log } = fastify({ logger: { ...loggerOptions('info'), stream } });
    const app = await server(
      { 'GET /sign-in/:token': 'open' },
      (slice) => {
        slice.get('/sign-in/:token', async (request, reply) => {
          request.log.info({ req: request, headers: request.headers }, 'all of it');
          request.log.info({ token: 'hush-1', user: { password: 'hush-2' } }, 'more');
          return reply.header('set-cookie', 'a=hush-3').send('ok');
        });
      },
      { logger: log },
    );
    const headers = { authorization: 'Bearer hush-4', cookie: 'doctrail_session=hush-5' };
    await app.inject({ url: '/sign-in/hush-6?x=1', headers });
    expect(lines.length).toBe(3);
    expect(lines.join('')).not.toContain('hush');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      msg: 'request',
      req: { method: 'GET', url: '/sign-in/…' },
      statusCode: 200,
    });
  });
});

it('believes X-Forwarded headers only from whom it was told to', async () => {
  const table = { 'GET /who': 'open' } as const;
  const ask = async (trustProxy: boolean | string[]) => {
    const app = await server(
      table,
      (slice) => void slice.get('/who', async ({ ip, protocol }) => ({ ip, protocol })),
      { trustProxy },
    );
    const headers = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
    return (await app.inject({ url: '/who', headers })).json();
  };
  expect(await ask(false)).toEqual({ ip: '127.0.0.1', protocol: 'http' });
  expect(await ask(['10.0.0.0/8'])).toEqual({ ip: '127.0.0.1', protocol: 'http' });
  expect(await ask(['127.0.0.1'])).toEqual({ ip: '203.0.113.7', protocol: 'https' });
});

describe('live pages', () => {
  it('of one user or token are limited, and count no more once they are closed', async () => {
    const table = { 'GET /board/stream': ['viewer', 'operator'] } as const;
    const app = await server(
      table,
      (slice) => {
        slice.get('/board/stream', (_request, reply) => {
          reply.hijack();
          reply.raw.write('data: x\n\n');
        });
      },
      { streamsPerUser: 2 },
    );
    const address = await app.listen({ port: 0 });
    const open = async (role: 'viewer' | 'operator') => {
      const leave = new AbortController();
      const answer = await fetch(`${address}/board/stream`, {
        headers: bearer(role),
        signal: leave.signal,
      });
      return { answer, leave: () => leave.abort() };
    };
    const [first] = [await open('viewer'), await open('viewer')];
    const { answer } = await open('viewer');
    expect(answer.status).toBe(429);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('2 live pages') });
    expect((await open('operator')).answer.status).toBe(200);
    first.leave();
    await expect.poll(async () => (await open('viewer')).answer.status).toBe(200);
  });
});
