import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.ts';

// Requests that no browser sends, byte by byte, to the whole server.

let app: TestApp;
let token: string;
beforeAll(async () => {
  app = await startTestApp();
  token = await app.token('admin');
});
afterAll(() => app.stop());

/** Sends lines as they are and gives all that comes back until the server closes. */
function send(...lines: string[]): Promise<string> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(lines.join('\r\n')));
    socket
      .setEncoding('latin1')
      .on('data', (text: string) => {
        answer += text;
      })
      .on('error', reject)
      .on('close', () => resolve(answer));
  });
}

const get = (path: string, ...headers: string[]) =>
  send(
    `GET ${path} HTTP/1.1`,
    ...(headers.some((each) => /^host:/i.test(each)) ? [] : ['Host: localhost']),
    `Authorization: Bearer ${token}`,
    ...headers,
    'Connection: close',
    '',
    '',
  );
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
const headersOf = (answer: string) => answer.slice(0, answer.indexOf('\r\n\r\n'));

describe('a path that leads elsewhere', () => {
  it.each([
    '/public/../package.json',
    '/public/..%2fpackage.json',
    '/public/%2e%2e/package.json',
    '/public/%252e%252e/package.json',
    '/public/..%5cpackage.json',
    '/public/....//package.json',
    '/public//etc/passwd',
    '/public/%00/../../package.json',
    '/../package.json',
    '//localhost/package.json',
    '/api/documents/..%2f..%2fetc%2fpasswd/file',
    '/api/documents/%2e%2e%2f%2e%2e/text',
    '/documents/..%2fsettings',
  ])('%s finds nothing', async (path) => {
    const answer = await get(path);
    expect([400, 403, 404]).toContain(statusOf(answer));
    expect(answer).not.toMatch(/"scripts"|root:|"dependencies"/);
  });
});

describe('a request under a false name', () => {
  it('is not answered with that name: links and redirects stay here', async () => {
    const answers = [
      await get('/', 'Host: evil.example', 'Accept: text/html'),
      await get('/sign-in', 'Host: evil.example', 'Accept: text/html'),
      await get('/', 'X-Forwarded-Host: evil.example', 'Accept: text/html'),
    ];
    for (const answer of answers) expect(answer).not.toContain('evil.example');
  });

  it('is not another one than its first line says', async () => {
    const answer = await get(
      '/api/documents',
      'X-HTTP-Method-Override: DELETE',
      'X-Original-URL: /settings/users',
      'X-Rewrite-URL: /settings/users',
    );
    expect(statusOf(answer)).toBe(200);
    expect(answer).toContain('"documents":[]');
  });

  it('has no rights by headers alone', async () => {
    const answer = await send(
      'GET /api/documents HTTP/1.1',
      'Host: localhost',
      'X-Forwarded-User: admin',
      'X-Remote-User: admin',
      'X-Forwarded-For: 127.0.0.1',
      'Connection: close',
      '',
      '',
    );
    expect(statusOf(answer)).toBe(401);
  });
});

describe('a way back that leads away', () => {
  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    '/%0d%0aSet-Cookie:%20evil=1',
    '/%09/evil.example',
    'javascript:alert(1)',
  ])('%s is not followed', async (back) => {
    const link = await app.cradle.accounts.createSignInLink();
    const answer = await get(`/sign-in/${link}?back=${encodeURIComponent(back)}`);
    const headers = headersOf(answer);
    const location = /^location: (.*)$/im.exec(headers)?.[1] ?? '/';
    expect(new URL(location, 'http://here').origin).toBe('http://here');
    expect(location).not.toMatch(/^\/[\\/]/);
    expect(headers).not.toMatch(/^set-cookie: evil/im);
  });
});

describe('two requests in the coat of one', () => {
  const hidden = ['GET /settings/users HTTP/1.1', 'Host: localhost', '', ''];

  it.each([
    ['two lengths', ['Content-Length: 3', 'Content-Length: 60']],
    ['a length and chunks', ['Content-Length: 3', 'Transfer-Encoding: chunked']],
    ['chunks that are none', ['Transfer-Encoding: xchunked']],
    ['a length that is no number', ['Content-Length: 0x10']],
    ['a folded header', ['X-One: 1', ' Transfer-Encoding: chunked']],
    ['a bare line feed', ['X-One: 1\nTransfer-Encoding: chunked']],
  ])('are refused: %s', async (_what, headers) => {
    const answer = await send(
      'POST /api/documents HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${token}`,
      ...headers,
      '',
      '0',
      '',
      ...hidden,
    );
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(statusOf(answer)).toBe(400);
  });

  it('are refused: no host', async () => {
    const answer = await send('GET / HTTP/1.1', 'Connection: close', '', '');
    expect(statusOf(answer)).toBe(400);
  });
});
