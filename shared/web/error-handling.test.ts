import { once } from 'node:events';
import { connect } from 'node:net';
import multipart from '@fastify/multipart';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conflict, Problem } from './problem.ts';
import { createTestServer } from './test-server.ts';
import type { AddressInfo } from 'node:net';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { App, Routes } from './server.ts';

const failures: Record<string, () => Error> = {
  unexpected: () => new Error('secret detail of the inside'),
  conflict: () => conflict('It is done already.', { extra: { documentId: '1' } }),
  connection: () => wrapped({ code: 'ECONNREFUSED' }),
  shutdown: () => wrapped({ code: '57P01' }),
  full: () => wrapped({ code: '53100' }),
  disk: () => Object.assign(new Error('write'), { code: 'ENOSPC' }),
  nul: () => wrapped({ code: '22021' }),
  statement: () => wrapped({ code: '42601' }),
  teapot: () => Object.assign(new Error('Short and stout.'), { statusCode: 418 }),
};

/** As drizzle wraps what the driver throws. */
function wrapped(properties: object): Error {
  return new Error('Failed query: select secret', {
    cause: Object.assign(new Error('driver'), properties),
  });
}

const routes: Routes = async (app) => {
  const schema = {
    params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
    querystring: Type.Object(
      { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })) },
      { additionalProperties: false },
    ),
  };
  const body = Type.Object({ reason: Type.String({ minLength: 1 }) });
  app.get('/api/things/:id', { schema }, async ({ query }) => query);
  app.post('/api/things', { schema: { body }, bodyLimit: 100 }, async () => 'done');
  app.delete('/api/things/:id', async () => 'done');
  app.get<{ Params: { name: string } }>('/api/fails/:name', async ({ params }) => {
    throw failures[params.name]?.() ?? new Error('no such failure');
  });
  app.get('/page', async () => {
    throw new Problem(409, 'conflict', 'A <b>bold</b> reason.');
  });
  app.get('/download', async (_request, reply) => {
    reply.header('content-disposition', 'attachment').header('cache-control', 'public');
    throw new Problem(410, 'gone', 'It was erased.');
  });
  app.post('/form', async ({ body }) => body);
  await app.register(multipart, { limits: { fileSize: 10, files: 1 } });
  app.post('/api/upload', async (request, _reply) => {
    for await (const part of request.files()) await part.toBuffer();
  });
};

let app: App;
beforeAll(async () => {
  const paths = ['POST /form', 'GET /download', 'POST /api/upload', 'GET /api/fails/:name'];
  const things = ['GET /api/things/:id', 'DELETE /api/things/:id', 'POST /api/things', 'GET /page'];
  const table = Object.fromEntries([...paths, ...things].map((key) => [key, 'open' as const]));
  app = await createTestServer(table, routes);
  await app.listen({ port: 0 });
});
afterAll(() => app.close());

const own = { 'sec-fetch-site': 'same-origin' };
const json = { ...own, 'content-type': 'application/json' };
const html = { accept: 'text/html,*/*;q=0.8' };

function expectProblem(answer: LightMyRequestResponse, status: number, slug: string): void {
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.headers['cache-control']).toBe('no-store');
  const document = answer.json();
  expect(document).toMatchObject({ type: `/problems/${slug}`, status });
  expect(document.title).toMatch(/^[A-Z]/);
  expect(document.detail).toMatch(/^\S.+\.$/s);
  expect(document.instance).toMatch(/^\//);
}

const upload = (payload: string, contentType = 'multipart/form-data; boundary=b') =>
  app.inject({
    method: 'POST',
    url: '/api/upload',
    headers: { ...own, 'content-type': contentType },
    payload,
  });
const part = (content: string) =>
  `--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${content}\r\n`;

describe('a request that is refused leaves as a problem', () => {
  const id = '0190a6c0-0000-7000-8000-000000000000';

  it.each<[string, InjectOptions, number, string]>([
    ['unknown address', { url: '/nowhere' }, 404, 'not-found'],
    [
      'unknown address with a body',
      { url: '/nowhere', method: 'POST', headers: json, payload: '{' },
      404,
      'not-found',
    ],
    ['identifier of no form', { url: '/api/things/7' }, 404, 'not-found'],
    ['wrong method', { url: `/api/things/${id}`, method: 'PUT' }, 405, 'method-not-allowed'],
    ['wrong query', { url: `/api/things/${id}?limit=0` }, 400, 'bad-request'],
    ['misspelt query', { url: `/api/things/${id}?limits=1` }, 400, 'bad-request'],
    [
      'wrong body',
      { url: '/api/things', method: 'POST', headers: json, payload: '{}' },
      422,
      'unprocessable',
    ],
    [
      'no JSON',
      { url: '/api/things', method: 'POST', headers: json, payload: '{"reason' },
      400,
      'bad-request',
    ],
    [
      'poisoned JSON',
      { url: '/api/things', method: 'POST', headers: json, payload: '{"__proto__":{}}' },
      400,
      'bad-request',
    ],
    [
      'empty JSON',
      { url: '/api/things', method: 'POST', headers: json, payload: '' },
      400,
      'bad-request',
    ],
    [
      'large body',
      {
        url: '/api/things',
        method: 'POST',
        headers: json,
        payload: `{"reason":"${'x'.repeat(200)}"}`,
      },
      413,
      'content-too-large',
    ],
    [
      'unknown content',
      {
        url: '/api/things',
        method: 'POST',
        headers: { ...own, 'content-type': 'text/x' },
        payload: 'x',
      },
      415,
      'unsupported-media-type',
    ],
    ['U+0000', { url: '/api/things/%00' }, 400, 'bad-request'],
    ['broken encoding', { url: '/api/things/%zz' }, 400, 'bad-request'],
    ['long identifier', { url: `/api/fails/${'x'.repeat(500)}` }, 404, 'not-found'],
  ])('%s', async (_case, request, status, slug) => {
    expectProblem(await app.inject(request), status, slug);
  });

  it('with the methods that do work', async () => {
    const answer = await app.inject({ url: `/api/things/${id}`, method: 'PUT' });
    expect(answer.headers['allow']).toBe('DELETE, GET, HEAD');
  });

  it('with a pointer to what is wrong in a body', async () => {
    const payload = { reason: '' };
    const answer = await app.inject({ method: 'POST', url: '/api/things', headers: json, payload });
    expect(answer.json().errors).toEqual([
      { pointer: '#/reason', detail: 'must NOT have fewer than 1 characters' },
    ]);
  });

  it('when a form cannot be read', async () => {
    expectProblem(await upload(`${part('x'.repeat(11))}--b--`), 413, 'content-too-large');
    expectProblem(await upload(`${part('a')}${part('b')}--b--`), 413, 'content-too-large');
    expectProblem(await upload(part('a').trimEnd()), 400, 'bad-request');
    expectProblem(await upload('x', 'multipart/form-data'), 400, 'bad-request');
    expectProblem(await upload('{}', 'application/json'), 415, 'unsupported-media-type');
  });

  it('when a connection does not speak HTTP', async () => {
    expect(await send('NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*\/problems\/bad-request/s);
    const headers = `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await send(headers)).toMatch(/^HTTP\/1\.1 431 .*\/problems\/headers-too-large/s);
  });
});

async function send(text: string): Promise<string> {
  const socket = connect((app.server.address() as AddressInfo).port);
  socket.write(text);
  let answer = '';
  socket.on('data', (data) => (answer += String(data)));
  await once(socket, 'close');
  return answer;
}

describe('an error inside', () => {
  it.each([
    ['unexpected', 500, 'unexpected'],
    ['statement', 500, 'unexpected'],
    ['conflict', 409, 'conflict'],
    ['connection', 503, 'unavailable'],
    ['shutdown', 503, 'unavailable'],
    ['full', 507, 'insufficient-storage'],
    ['disk', 507, 'insufficient-storage'],
    ['nul', 400, 'bad-request'],
    ['teapot', 418, 'i-m-a-teapot'],
  ])('%s: %i %s', async (name, status, slug) => {
    const answer = await app.inject({ url: `/api/fails/${name}` });
    expectProblem(answer, status, slug);
    expect(answer.body).not.toMatch(/secret|driver|node_modules|\.ts/);
    expect(answer.headers['retry-after']).toBe(status === 503 ? '5' : undefined);
  });

  it('can be found by its number in the log', async () => {
    const answer = await app.inject({ url: '/api/fails/unexpected' });
    expect(answer.json().requestId).toBe(answer.headers['x-request-id']);
    expect(answer.json().detail).toContain(answer.headers['x-request-id']);
  });

  it('brings its own members', async () => {
    const answer = await app.inject({ url: '/api/fails/conflict?a=b' });
    expect(answer.json()).toMatchObject({ documentId: '1', instance: '/api/fails/conflict' });
  });

  it('takes back the headers of what it replaces', async () => {
    const answer = await app.inject({ url: '/download' });
    expectProblem(answer, 410, 'gone');
    expect(answer.headers['content-disposition']).toBeUndefined();
  });
});

describe('for a person an error', () => {
  it('is a page, with everything escaped', async () => {
    const answer = await app.inject({ url: '/page', headers: html });
    expect(answer.statusCode).toBe(409);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.body).toContain('A &lt;b&gt;bold&lt;/b&gt; reason.');
  });

  it('is a page where nothing is', async () => {
    const answer = await app.inject({ url: '/nowhere', headers: html });
    expect(answer.statusCode).toBe(404);
    expect(answer.body).toContain('<!doctype html>');
  });

  it('of the API stays a problem', async () => {
    expectProblem(await app.inject({ url: '/api/nowhere', headers: html }), 404, 'not-found');
  });
});

it('reads forms, without letting a field reach into the prototype', async () => {
  const headers = { ...own, 'content-type': 'application/x-www-form-urlencoded' };
  const payload = 'reason=a+b%21&__proto__=x';
  const answer = await app.inject({ method: 'POST', url: '/form', headers, payload });
  expect(answer.json()).toEqual({ reason: 'a b!', ['__proto__']: 'x' });
});
