import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvents } from '../shared/live/event-stream.fixture.ts';
import type { Role } from '../shared/web/principal.ts';
import { formOf, startTestApp, type TestApp, type TestDocument, type TestFile } from './app.ts';
import { readCorpus } from './corpus/manifest.ts';

// Two programs hand over good and poisonous files at the same time, the same bytes among them. A word
// in everything that one sends must not be seen wherever the other, or the other's document, is shown.

interface Sender {
  word: string;
  ask(path: string, init?: RequestInit): Promise<Response>;
  ids: string[];
  /** What uploads were answered. */
  told: string[];
}

let app: TestApp;
let senders: [Sender, Sender];
const leave: (() => void)[] = [];

const names = ['xxe-local-file.odt', 'billion-laughs.xlsx', 'docx-named-pdf.pdf'];
const poisonous = async (): Promise<TestFile[]> => {
  const entries = readCorpus('nasty').filter(({ path }) => names.some((end) => path.endsWith(end)));
  const read = entries.map(async ({ file, path }) => ({
    name: path.replace(/.*\//, ''),
    content: new Uint8Array(await readFile(file)),
  }));
  return Promise.all(read);
};

/** So many of the files are a sender's alone. */
const OWN_FILES = 7;

/** Files that say the word, files that cannot be read, and files that both send alike. */
const filesOf = (word: string, alike: TestFile[]): TestFile[] => [
  { name: 'letter.txt', content: `Dear ${word}, thank you for your invoice.` },
  { name: 'page.html', content: `<title>${word}</title><p>It is about ${word}.` },
  { name: 'table.csv', content: `name;amount\n${word};12\n` },
  { name: 'script.svg', content: `<svg><script>${word}</script></svg>` },
  { name: 'broken.pdf', content: `%PDF-1.7 ${word} and nothing else` },
  { name: 'broken.docx', content: `PK\u0003\u0004${word}` },
  { name: 'deep.html', content: `${'<div>'.repeat(50_000)}${word}` },
  { name: 'same.txt', content: 'Both of them send the same letter.' },
  ...alike,
];

async function sender(word: string): Promise<Sender> {
  const token = await app.cradle.accounts.createToken({ name: word, role: 'uploader' });
  return {
    word,
    ids: [],
    told: [],
    ask: (path, init) =>
      fetch(`${app.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } }),
  };
}

async function send({ word, ask, ids, told }: Sender, files: readonly TestFile[]): Promise<void> {
  for (const file of files) {
    const form = formOf([{ ...file, name: `${word} ${file.name}` }], { source: word, label: word });
    const answer = await ask('/api/documents', { method: 'POST', body: form });
    told.push(await answer.text());
    const { documents } = JSON.parse(told.at(-1) ?? '') as { documents: TestDocument[] };
    ids.push(...documents.map(({ id }) => id));
  }
}

beforeAll(async () => {
  app = await startTestApp();
  senders = [await sender('quokkafjord'), await sender('narwhalglade')];
  const alike = await poisonous();
  await Promise.all(senders.map((one) => send(one, filesOf(one.word, alike))));
  for (const { ids } of senders)
    await Promise.all(ids.map((id) => app.untilStatus(id, 'completed', 'failed')));
  await app.level('document-search');
}, 120_000);
afterAll(async () => {
  for (const each of leave) each();
  await app.stop();
});

const parts = ['', '/events', '/text', '/file', '/fields', '/preview.png'];
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());
const inPairs = (): [Sender, Sender][] => [senders, [senders[1], senders[0]]];

/** Whatever tells of a sender: the word and the ids. */
const isToldIn = (text: string | Buffer, { word, ids }: Sender): string[] =>
  [word, ...ids].filter((sign) => text.includes(sign));

describe('of two that upload at the same time', () => {
  it('each sees all that it sent, and nothing of the other', async () => {
    for (const [own, other] of inPairs()) {
      expect(isToldIn(own.told.join('\n'), other)).toEqual([]);
      const list = await (await own.ask('/api/documents?limit=100')).text();
      expect(own.ids.filter((id) => !list.includes(id))).toEqual([]);
      expect(isToldIn(list, other)).toEqual([]);
      const found = await (await own.ask(`/api/documents?q=${own.word}`)).text();
      expect(isToldIn(found, own)).toContain(own.ids[0]);
      const answer = await own.ask(`/api/documents?q=${other.word}`);
      expect(await answer.json()).toMatchObject({ documents: [] });
    }
  });

  it('each reads its own documents, and finds none of the other’s', async () => {
    for (const [own, other] of inPairs()) {
      const told = own.ids.map(async (id) => {
        for (const part of parts) {
          const answer = await own.ask(`/api/documents/${id}${part}`);
          expect(isToldIn(await bytesOf(answer), other)).toEqual([]);
        }
        return (await own.ask(`/api/documents/${id}/file`)).status;
      });
      expect(new Set(await Promise.all(told))).toEqual(new Set([200]));
      for (const id of other.ids)
        for (const part of parts) {
          const answer = await own.ask(`/api/documents/${id}${part}`);
          expect([part, answer.status]).toEqual([part, 404]);
          expect(isToldIn(await answer.text(), { ...other, ids: [] })).toEqual([]);
        }
    }
  });

  it('neither sees a page or a stream', async () => {
    const [own, other] = senders;
    const [id = ''] = other.ids;
    const paths = ['/', `/documents/${id}`, '/documents/stream', `/documents/${id}/stream`];
    for (const path of [...paths, `/documents/${id}/text`, '/failures', '/system', '/metrics'])
      expect([path, (await own.ask(path)).status]).toEqual([path, 403]);
  });
});

describe.each(['viewer', 'operator', 'admin'] satisfies Role[])('to %s', (role) => {
  it('a document of the one tells nothing of the other', async () => {
    for (const [own, other] of inPairs()) {
      const unknown = { ...other, ids: [] };
      // A page may link to the document of the other that has the same bytes: not these.
      for (const id of own.ids.slice(0, OWN_FILES)) {
        const paths = [...parts.map((part) => `/api/documents/${id}${part}`), `/documents/${id}`];
        const answers = await Promise.all(
          paths.map((path) => app.ask(path, { as: role, headers: { accept: 'text/html' } })),
        );
        for (const answer of answers)
          expect([answer.url, isToldIn(await bytesOf(answer), unknown)]).toEqual([answer.url, []]);
      }
      const [id = ''] = own.ids;
      const headers = { authorization: `Bearer ${await app.token(role)}` };
      const stream = await readEvents(`${app.url}/documents/${id}/stream`, { headers });
      leave.push(stream.leave);
      const messages = await stream.until((all) => all.some(({ data }) => data !== ''));
      expect(isToldIn(JSON.stringify(messages), unknown)).toEqual([]);
      stream.leave();
    }
  });
});
