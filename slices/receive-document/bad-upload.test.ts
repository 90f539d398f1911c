import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formOf, startTestApp, type TestApp } from '../../tests/app.ts';
import { boundary, rawBody, rawField, rawFile, rawType } from './multipart.fixture.ts';

const LIMIT = 1_000;
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ steps: [], env: { MAX_FILE_BYTES: String(LIMIT) } });
});
afterAll(() => app.stop());

const post = (body: BodyInit | null, headers: Record<string, string> = rawType) =>
  app.ask('/api/documents', { method: 'POST', body, headers });
const files = (count: number) =>
  Array.from({ length: count }, (_, index) => rawFile(`content ${index}`));
const fields = (count: number) =>
  Array.from({ length: count }, (_, index) => rawField(`field${index}`, 'value'));

interface Refusal {
  what: string;
  body: BodyInit | null;
  headers?: Record<string, string>;
  status: number;
  slug: string;
  says: RegExp;
}

const refusals: Refusal[] = [
  {
    what: 'no part at all',
    body: rawBody(),
    status: 400,
    slug: 'bad-request',
    says: /no file.*parts named "file"/,
  },
  {
    what: 'only a field',
    body: rawBody(rawField('source', 'scanner')),
    status: 400,
    slug: 'bad-request',
    says: /no file.*parts named "file"/,
  },
  {
    what: 'a field named file',
    body: rawBody(rawField('file', 'not a file')),
    status: 400,
    slug: 'bad-request',
    says: /each with a file name/,
  },
  {
    what: 'an empty body',
    body: '',
    status: 400,
    slug: 'bad-request',
    says: /no file|cut off/,
  },
  {
    what: 'an empty file',
    body: rawBody(rawFile('')),
    status: 422,
    slug: 'unprocessable',
    says: /"note.txt" is empty/,
  },
  {
    what: 'an empty file after good ones',
    body: rawBody(...files(3), rawFile('')),
    status: 422,
    slug: 'unprocessable',
    says: /is empty/,
  },
  {
    what: 'a file under another name',
    body: rawBody(rawFile('x', 'name="upload"; filename="note.txt"')),
    status: 400,
    slug: 'bad-request',
    says: /"note.txt" came in a part named "upload".*parts named "file"/,
  },
  {
    what: 'a file under another name after a good one',
    body: rawBody(...files(1), rawFile('x', 'name="files[]"; filename="a.txt"'), ...files(1)),
    status: 400,
    slug: 'bad-request',
    says: /parts named "file"/,
  },
  {
    what: 'a reserved name',
    body: rawBody(rawFile('x', 'name="__proto__"; filename="a.txt"')),
    status: 400,
    slug: 'bad-request',
    says: /reserved name/,
  },
  {
    what: 'a file above the limit',
    body: rawBody(...files(1), rawFile('x'.repeat(LIMIT + 1))),
    status: 413,
    slug: 'content-too-large',
    says: /"note.txt" is larger than 1,000 bytes.*Nothing of this request was stored/,
  },
  {
    what: 'a hundred and one files',
    body: rawBody(...files(101)),
    status: 413,
    slug: 'content-too-large',
    says: /too many files.*Send them in several/,
  },
  {
    what: 'eleven fields',
    body: rawBody(...files(1), ...fields(11)),
    status: 413,
    slug: 'content-too-large',
    says: /too many form fields/,
  },
  {
    what: 'a source of 201 characters',
    body: rawBody(...files(1), rawField('source', 'x'.repeat(201))),
    status: 422,
    slug: 'unprocessable',
    says: /"source" may have 200 characters/,
  },
  {
    what: 'a label of a megabyte',
    body: rawBody(...files(1), rawField('label', 'x'.repeat(2 ** 20))),
    status: 422,
    slug: 'unprocessable',
    says: /"label" may have 200 characters/,
  },
  {
    what: 'a source with U+0000',
    body: rawBody(...files(1), rawField('source', 'a\u0000b')),
    status: 422,
    slug: 'unprocessable',
    says: /"source" must be plain text/,
  },
  {
    what: 'a label that is JSON',
    body: rawBody(...files(1), rawField('label', '{"a":1}', 'Content-Type: application/json')),
    status: 422,
    slug: 'unprocessable',
    says: /"label" must be plain text/,
  },
  {
    what: 'a field that says it is JSON, and is not',
    body: rawBody(...files(1), rawField('label', '{', 'Content-Type: application/json')),
    status: 400,
    slug: 'bad-request',
    says: /declared as JSON/,
  },
  {
    what: 'JSON in place of a form',
    body: '{"file":"x"}',
    headers: { 'content-type': 'application/json' },
    status: 415,
    slug: 'unsupported-media-type',
    says: /multipart\/form-data.*"file"/,
  },
  {
    what: 'bytes without a type',
    body: new Blob(['bytes']),
    headers: {},
    status: 415,
    slug: 'unsupported-media-type',
    says: /multipart\/form-data|Content-Type/,
  },
  {
    what: 'nothing at all',
    body: null,
    headers: {},
    status: 415,
    slug: 'unsupported-media-type',
    says: /multipart\/form-data/,
  },
  {
    what: 'no boundary',
    body: rawBody(...files(1)),
    headers: { 'content-type': 'multipart/form-data' },
    status: 400,
    slug: 'bad-request',
    says: /boundary/,
  },
  {
    what: 'another boundary',
    body: rawBody(...files(1)),
    headers: { 'content-type': 'multipart/form-data; boundary=another' },
    status: 400,
    slug: 'bad-request',
    says: /malformed|no file/,
  },
  {
    what: 'a body cut off in a file',
    body: rawBody(...files(2)).slice(0, -60),
    status: 400,
    slug: 'bad-request',
    says: /malformed or was cut off/,
  },
  {
    what: 'a body cut off in the headers of a part',
    body: rawBody(...files(2)).slice(0, rawBody(...files(1)).length + 20),
    status: 400,
    slug: 'bad-request',
    says: /malformed or was cut off/,
  },
  {
    what: 'a body cut off before its end',
    body: rawBody(...files(2)).slice(0, -boundary.length - 8),
    status: 400,
    slug: 'bad-request',
    says: /malformed or was cut off/,
  },
  {
    what: 'parts without a disposition',
    body: rawBody({ headers: ['X-Nothing: here'], content: 'x' }),
    status: 400,
    slug: 'bad-request',
    says: /no file/,
  },
];

describe('a refused upload', () => {
  it.each(refusals)('with $what answers $status', async ({ body, headers, status, slug, says }) => {
    const before = await app.stored();
    const answer = await post(body, headers);
    const problem = (await answer.json()) as { detail: string };
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status,
      type: 'application/problem+json',
    });
    expect(problem).toMatchObject({
      type: `/problems/${slug}`,
      status,
      instance: '/api/documents',
    });
    expect(problem.detail).toMatch(says);
    expect(await app.stored()).toEqual(before);
  });

  it('of a page shows the reason as a page', async () => {
    const answer = await app.ask('/documents', {
      method: 'POST',
      body: rawBody(rawFile('x'.repeat(LIMIT + 1))),
      headers: {
        ...rawType,
        cookie: await app.session(),
        origin: app.url,
        accept: 'text/html',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-site': 'same-origin',
      },
      as: null,
    });
    expect(answer.status).toBe(413);
    expect(await answer.text()).toContain('is larger than 1,000 bytes');
  });

  it.each([
    { as: 'viewer' as const, status: 403 },
    { as: null, status: 401 },
  ])('of $as answers $status', async ({ as, status }) => {
    const before = await app.stored();
    const body = formOf([{ name: 'a.txt', content: 'x' }]);
    const answer = await app.ask('/api/documents', { method: 'POST', body, as });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await app.stored()).toEqual(before);
  });

  it('with a wrong token answers 401', async () => {
    const answer = await app.ask('/api/documents', {
      method: 'POST',
      body: rawBody(rawFile('x')),
      headers: { ...rawType, authorization: `Bearer dt_${'x'.repeat(43)}` },
      as: null,
    });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining('token') as string,
    });
  });
});

describe('what is odd, but right', () => {
  it('takes a file of exactly the limit', async () => {
    expect((await post(rawBody(rawFile('x'.repeat(LIMIT))))).status).toBe(202);
  });

  it('takes ten fields, in any place, and a boundary in quotes', async () => {
    const [first, ...rest] = fields(10);
    const body = rawBody(...(first ? [first] : []), ...files(2), ...rest);
    const type = `multipart/form-data; charset=utf-8; boundary="${boundary}"`;
    expect((await post(body, { 'content-type': type })).status).toBe(202);
  });

  it('takes what comes before the first and after the last boundary for nothing', async () => {
    expect((await post(`preamble\r\n${rawBody(...files(1))}epilogue\r\n`)).status).toBe(202);
  });

  it.each([
    ['filename="../../etc/passwd"', 'passwd'],
    ['filename="<b>bold</b>.txt"', 'b>.txt'],
    ['filename="exe\u202Efdp.txt"', 'exefdp.txt'],
    ['filename="Größe 📄.pdf"', 'Größe 📄.pdf'],
    ["filename*=UTF-8''Gr%C3%B6%C3%9Fe.pdf", 'Größe.pdf'],
    [`filename="${'📄'.repeat(500)}.pdf"`, `${'📄'.repeat(125)}….pdf`],
    [`filename="${'x'.repeat(500)}.pdf"`, `${'x'.repeat(250)}….pdf`],
    ['filename=""', 'unnamed'],
    ['filename="a\\"quote.txt"', 'a"quote.txt'],
    ['filename="a\u0007bell.txt"', 'abell.txt'],
  ])('keeps the name %s as %s', async (said, kept) => {
    const answer = await post(rawBody(rawFile('named', `name="file"; ${said}`)));
    expect(answer.status).toBe(202);
    const { documents } = (await answer.json()) as {
      documents: { id: string; fileName: string }[];
    };
    expect(documents[0]?.fileName).toBe(kept);
    const file = await app.ask(`/api/documents/${documents[0]?.id}/file`);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="[ -~]+"/);
  });

  it('takes bytes without a file name as unnamed', async () => {
    const body = rawBody(rawFile('x', 'name="file"', 'application/octet-stream'));
    expect(await (await post(body)).json()).toMatchObject({ documents: [{ fileName: 'unnamed' }] });
  });
});

describe('a sender that goes away', () => {
  it.each(['destroy', 'end'] as const)('leaves nothing (%s)', async (how) => {
    const before = await app.stored();
    const socket = await beginUpload();
    await untilIncoming(2);
    if (how === 'destroy') socket.resetAndDestroy();
    else socket.end();
    await untilIncoming(0);
    expect(await app.stored()).toEqual(before);
    socket.destroy();
  });

  it('hears why before it has sent everything', async () => {
    const before = await app.stored();
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    const token = await app.token('operator');
    const head = `POST /api/documents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: ${rawType['content-type']}\r\nContent-Length: 100000000\r\n\r\n`;
    socket.write(head + rawBody(rawFile('x'.repeat(5_000))).slice(0, 3_000));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 .*is larger than/s);
    socket.destroy();
    expect(await app.stored()).toEqual(before);
  });
});

async function beginUpload(): Promise<Socket> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  const begin = rawBody(rawFile('x'.repeat(500)), rawFile('y'.repeat(500))).slice(0, -200);
  socket.write(
    [
      'POST /api/documents HTTP/1.1',
      'Host: doctrail.example',
      `Authorization: Bearer ${await app.token('operator')}`,
      `Content-Type: ${rawType['content-type']}`,
      'Content-Length: 100000',
      '',
      begin,
    ].join('\r\n'),
  );
  return socket;
}

/** Until the folder of what is coming in holds so many files: the only trace of a half upload. */
async function untilIncoming(count: number): Promise<void> {
  const incoming = join(app.dataDir, 'blobs', '.incoming');
  await expect
    .poll(async () => (await readdir(incoming)).length, { interval: 5, timeout: 10_000 })
    .toBe(count);
}
