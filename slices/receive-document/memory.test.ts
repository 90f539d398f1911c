import { fork, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../tests/database.ts';
import { rawBody, rawFile, rawType } from './multipart.fixture.ts';

const MB = 2 ** 20;
let server: ChildProcess;
let database: TestDatabase;
let dataDir: string;
let at: { url: string; token: string };

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'doctrail-memory-'));
  server = fork(new URL('./memory.fixture.ts', import.meta.url), {
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      SECRET_KEY: 'the secret key of a test, long enough',
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'silent',
    },
  });
  [at] = (await once(server, 'message')) as [typeof at];
});
afterAll(async () => {
  const ended = once(server, 'exit');
  server.send('stop');
  await ended;
  await database.drop();
  await rm(dataDir, { recursive: true });
});

async function peak(): Promise<number> {
  server.send('peak');
  const [{ bytes }] = (await once(server, 'message')) as [{ bytes: number }];
  return bytes;
}

/** Uploads so many megabytes as one file; every one of them arrives. */
async function upload(megabytes: number): Promise<void> {
  const chunk = randomBytes(MB);
  const hash = createHash('sha256');
  const [head = '', tail = ''] = rawBody(rawFile('CONTENT')).split('CONTENT');
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from(head)),
    pull(controller) {
      if (sent === megabytes) {
        controller.enqueue(Buffer.from(tail));
        controller.close();
        return;
      }
      chunk.writeUInt32LE(sent);
      sent += 1;
      hash.update(chunk);
      controller.enqueue(Uint8Array.from(chunk));
    },
  });
  const headers = { authorization: `Bearer ${at.token}` };
  const init = {
    method: 'POST',
    headers: { ...rawType, ...headers },
    body,
    duplex: 'half',
  } as const;
  const answer = await fetch(`${at.url}/api/documents`, init);
  expect(answer.status).toBe(202);
  const { documents } = (await answer.json()) as { documents: [{ id: string }] };
  const events = await fetch(`${at.url}/api/documents/${documents[0].id}/events`, { headers });
  const history = (await events.json()) as { events: [{ data: unknown }] };
  const bytes = megabytes * MB;
  expect(history.events[0].data).toMatchObject({ bytes, sha256: hash.digest('hex') });
}

it('streams a large file to the disk: memory stays flat', async () => {
  await upload(20);
  const before = await peak();
  await upload(300);
  // A third of the file: what the collector leaves for a while is no sign of holding it.
  expect((await peak()) - before).toBeLessThan(100 * MB);
}, 60_000);
