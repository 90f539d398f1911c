import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../shared/config.ts';
import { readEvents, type Message, type TestReader } from '../shared/live/event-stream.fixture.ts';
import { startDoctrail, type Doctrail } from '../slices/doctrail.ts';
import { startTestApp, type TestApp } from './app.ts';
import { silent } from './kernel.ts';

let app: TestApp;
const readers: TestReader[] = [];
const others: Doctrail[] = [];
beforeAll(async () => {
  app = await startTestApp();
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.leave();
  for (const other of others.splice(0)) await other.stop();
});
afterAll(() => app.stop());

async function watch(options: {
  path?: string;
  url?: string;
  token?: string;
  lastId?: string;
}): Promise<TestReader> {
  const { path = '/documents/stream', url = app.url, lastId } = options;
  const token = options.token ?? (await app.token('viewer'));
  const reader = await readEvents(`${url}${path}`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
    },
  });
  readers.push(reader);
  return reader;
}

/** The last status of each document that was told. */
function statuses(messages: readonly Message[]): Map<string, string> {
  const rows = messages.map(({ data }) =>
    /<tr[^>]* id="document-([^"]+)"[^>]* data-status="([^"]+)"/.exec(data),
  );
  return new Map(rows.flatMap((row) => (row?.[1] && row[2] ? [[row[1], row[2]] as const] : [])));
}

const untilCompleted = (reader: TestReader, ids: readonly string[], before: Message[] = []) =>
  reader.until((messages) => {
    const told = statuses([...before, ...messages]);
    return ids.every((id) => told.get(id) === 'completed');
  });

async function uploadNotes(count: number): Promise<string[]> {
  const notes = Array.from({ length: count }, (_, index) => ({
    name: `note-${index}.txt`,
    content: `Note ${index}, ${crypto.randomUUID()}.`,
  }));
  return (await app.upload(...notes)).map(({ id }) => id);
}

async function startOther(): Promise<Doctrail> {
  const other = await startDoctrail(
    loadConfig({
      DATABASE_URL: app.database.url,
      SECRET_KEY: 'the secret key of a test, long enough',
      DATA_DIR: app.dataDir,
      PORT: '0',
      LOG_LEVEL: 'silent',
    }),
    { log: silent },
  );
  others.push(other);
  return other;
}

describe('the board', () => {
  it('tells every step of every document, to the browsers of two processes', async () => {
    const other = await startOther();
    const both = [await watch({}), await watch({ url: other.url ?? '' })];
    await Promise.all(both.map((reader) => reader.until((seen) => seen.some(({ id }) => id))));
    const ids = await uploadNotes(12);
    for (const reader of both) await untilCompleted(reader, ids);
  });

  it('goes on after a restart where a browser was cut off', async () => {
    const reader = await watch({});
    await reader.until((messages) => messages.some(({ id }) => id !== null));
    const ids = await uploadNotes(6);
    await reader.until((messages) => statuses(messages).size > 0);
    await app.restart();
    await reader.ended;
    const again = await watch({ lastId: reader.lastId ?? '' });
    await untilCompleted(again, ids, [...reader.messages]);
  });

  it('says nothing more to a token that was revoked', async () => {
    const { accounts } = app.cradle;
    const token = await accounts.createToken({ name: 'leaving', role: 'viewer' });
    const streams = ['/documents/stream', '/system/stream'];
    const leaving = await Promise.all(streams.map((path) => watch({ path, token })));
    const staying = await watch({});
    const { id: leaver = '' } = (await accounts.token(token)) ?? {};
    await accounts.revokeToken(leaver, { actor: 'system:test', reason: 'It leaves.' });
    for (const reader of leaving) await reader.ended;
    const [id = ''] = await uploadNotes(1);
    await untilCompleted(staying, [id]);
    for (const reader of leaving) expect(statuses(reader.messages).has(id)).toBe(false);
  });

  it('lets go of its browsers when the server stops', async () => {
    const other = await startOther();
    const paths = ['/documents/stream', '/system/stream'];
    const all = await Promise.all(paths.map((path) => watch({ path, url: other.url ?? '' })));
    expect(other.cradle.streams.count()).toBe(2);
    others.length = 0;
    const begun = performance.now();
    const stopped = other.stop();
    for (const reader of all) await reader.ended;
    expect(performance.now() - begun).toBeLessThan(2_000);
    await stopped;
    expect(other.cradle.streams.count()).toBe(0);
  });
});
