import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  formOf,
  startTestApp,
  type TestApp,
  type TestFile,
  type Uploaded,
} from '../../tests/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ steps: [] });
});
afterAll(() => app.stop());

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
let made = 0;
/** Content that no other test has. */
const file = (name = 'note.txt'): TestFile => ({ name, content: `This is file ${(made += 1)}.` });
const send = (
  files: TestFile[],
  { key, fields }: { key?: string; fields?: Record<string, string> } = {},
): Promise<Response> =>
  app.ask('/api/documents', {
    method: 'POST',
    body: formOf(files, fields),
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });
const documentsOf = async (answer: Response): Promise<Uploaded[]> => {
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { documents: Uploaded[] }).documents;
};
const received = async (id: string) => {
  const answer = await app.ask(`/api/documents/${id}/events`);
  const { events } = (await answer.json()) as { events: { data: Record<string, unknown> }[] };
  return events[0]?.data ?? {};
};

describe('an upload', () => {
  it('is answered with an id, the page, the name and no duplicate', async () => {
    const answer = await send([file('hello.txt')]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    const body = (await answer.json()) as { documents: Uploaded[] };
    expect(body).toEqual({
      documents: [
        {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
          url: `${app.url}/documents/${body.documents[0]?.id}`,
          fileName: 'hello.txt',
          duplicateOf: null,
        },
      ],
    });
  });

  it('of several files keeps their order, and takes source and label for all', async () => {
    const names = ['b.txt', 'a.txt', 'c.txt'];
    const fields = { source: ' mail room ', label: 'Größe' };
    const documents = await documentsOf(await send(names.map(file), { fields }));
    expect(documents.map(({ fileName }) => fileName)).toEqual(names);
    for (const { id } of documents) {
      expect(await received(id)).toMatchObject({ source: 'mail room', label: 'Größe', plan: [] });
    }
  });

  it('takes a hundred files at once', async () => {
    const documents = await documentsOf(await send(Array.from({ length: 100 }, () => file())));
    expect(new Set(documents.map(({ id }) => id)).size).toBe(100);
  });

  it('has its bytes on the disk, and gives them back unchanged', async () => {
    const content = crypto.getRandomValues(new Uint8Array(60_000));
    const [document] = await app.upload({ name: 'bytes.bin', content });
    const id = document?.id ?? '';
    const stored = await readFile(join(app.dataDir, 'blobs', id, sha256(content)));
    expect(sha256(stored)).toBe(sha256(content));
    const answer = await app.ask(`/api/documents/${id}/file`);
    expect(sha256(await answer.bytes())).toBe(sha256(content));
    expect(await received(id)).toMatchObject({ bytes: 60_000, sha256: sha256(content) });
  });

  it('leaves nothing staged', async () => {
    await app.upload(file(), file());
    const { files } = await app.stored();
    expect(files.filter((path) => path.includes('.incoming'))).toEqual([]);
  });

  it('of a page without JavaScript leads back to the board', async () => {
    const headers = { cookie: await app.session(), origin: app.url };
    const answer = await app.ask('/documents', {
      method: 'POST',
      body: formOf([file('by hand.txt')]),
      headers,
      as: null,
      redirect: 'manual',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
  });

  it('names the claimed type, as long as it looks like one', async () => {
    const claims = ['application/pdf', 'Text/Plain; charset=utf-8', 'no type'];
    const documents = await app.upload(...claims.map((type) => ({ ...file(), type })));
    const kept = await Promise.all(documents.map(({ id }) => received(id)));
    expect(kept.map((data) => data['claimedMediaType'])).toEqual([
      'application/pdf',
      'text/plain',
      'application/octet-stream',
    ]);
  });
});

describe('bytes that were received before', () => {
  it('are told by the id of the first document that had them', async () => {
    const one = file('one.txt');
    const [first] = await app.upload(one);
    const [second] = await app.upload({ ...one, name: 'two.txt' });
    const [third] = await app.upload(one);
    expect([second?.duplicateOf, third?.duplicateOf]).toEqual([first?.id, first?.id]);
    expect(second?.id).not.toBe(first?.id);
    expect(await received(second?.id ?? '')).toMatchObject({ duplicateOf: first?.id });
  });

  it('are told within one request too', async () => {
    const twice = file('twice.txt');
    const [first, other, again] = await app.upload(twice, file(), twice);
    expect([first, other, again].map((each) => each?.duplicateOf)).toEqual([null, null, first?.id]);
  });
});

describe('an Idempotency-Key', () => {
  it('gives the same answer for the same files, and stores them once', async () => {
    const files = [file(), file()];
    const first = await documentsOf(await send(files, { key: 'twice' }));
    const before = await app.stored();
    expect(await documentsOf(await send(files, { key: 'twice' }))).toEqual(first);
    expect(await app.stored()).toEqual(before);
  });

  it('gives the same answer after a restart', async () => {
    const files = [file()];
    const first = await documentsOf(await send(files, { key: 'restart' }));
    await app.restart();
    const again = await documentsOf(await send(files, { key: 'restart' }));
    expect(again.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  });

  it('gives the same answer to ten requests at the same moment', async () => {
    const files = [file('a.txt'), file('b.txt')];
    const before = await app.stored();
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => documentsOf(await send(files, { key: 'ten' }))),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const after = await app.stored();
    expect(after.files.length - before.files.length).toBe(2);
    for (const { id } of answers[0] ?? []) {
      expect((await app.ask(`/api/documents/${id}/file`)).status).toBe(200);
    }
  });

  it('lets one of several contents win at the same moment, and keeps nothing of the others', async () => {
    const before = await app.stored();
    const shared = file('shared.txt');
    const contents = [[shared], [shared, file()], [file()], [file(), file(), file()], [file()]];
    const answers = await Promise.all(contents.map((files) => send(files, { key: 'race' })));
    const won = answers.findIndex(({ status }) => status === 202);
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toEqual(statuses.map((_, index) => (index === won ? 202 : 422)));
    const after = await app.stored();
    expect(after.files.length - before.files.length).toBe(contents[won]?.length);
    expect(await documentsOf(await send(contents[won] ?? [], { key: 'race' }))).toHaveLength(
      contents[won]?.length ?? 0,
    );
  });

  it('refuses other, fewer and more files', async () => {
    const [one, two] = [file(), file()];
    await documentsOf(await send([one, two], { key: 'other' }));
    const before = await app.stored();
    for (const files of [[one, file()], [one], [one, two, file()], [two, one], [file()]]) {
      const answer = await send(files, { key: 'other' });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({
        type: '/problems/unprocessable',
        detail: expect.stringMatching(
          /Idempotency-Key was used for other files.*new key/,
        ) as string,
      });
    }
    expect(await app.stored()).toEqual(before);
  });

  it('is the business of one token', async () => {
    const files = [file()];
    const [mine] = await documentsOf(await send(files, { key: 'mine' }));
    const answer = await app.ask('/api/documents', {
      method: 'POST',
      body: formOf(files),
      headers: { 'idempotency-key': 'mine' },
      as: 'uploader',
    });
    const [theirs] = await documentsOf(answer);
    expect(theirs?.id).not.toBe(mine?.id);
  });

  it.each(['', ' ', 'two words', 'ü', 'x'.repeat(256)])('%j is refused', async (key) => {
    // fetch trims a header's value, and an empty one is sent.
    const before = await app.stored();
    const headers = { 'idempotency-key': Buffer.from(key, 'utf8').toString('latin1') };
    const answer = await app.ask('/api/documents', {
      method: 'POST',
      body: formOf([file()]),
      headers,
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining('1 to 255 visible ASCII characters') as string,
    });
    expect(await app.stored()).toEqual(before);
  });
});
