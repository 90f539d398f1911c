import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { placesOf } from '../../slices/erasure/everything.fixture.ts';
import { formOf } from '../app.ts';
import { createTestDatabase } from '../database.ts';
import { createToken, startServer, type ServerProcess } from './server-process.ts';

/** Milliseconds from the answer to the death: between the event, the bytes, the words and the job. */
const DEATHS_MS = [0, 15];

it(
  'a server that is killed over an erasure finishes it in its next life',
  { timeout: 120_000 },
  async () => {
    const test = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'doctrail-erase-'));
    const environment = {
      DATABASE_URL: test.url,
      SECRET_KEY: 'the secret key of a test, long enough',
      DATA_DIR: dataDir,
    };
    const stores = { database: test.database, dataDir };
    let server: ServerProcess | undefined;
    try {
      server = await startServer(environment);
      const token = await createToken(environment, 'admin');
      const ask = (path: string, init: RequestInit) => {
        const headers = new Headers(init.headers);
        headers.set('authorization', `Bearer ${token}`);
        return fetch(`${server?.url}${path}`, { ...init, headers });
      };
      for (const [round, death] of DEATHS_MS.entries()) {
        const word = `zephyrquill${round}`;
        const body = formOf([{ name: `${word}.txt`, content: `Dear ${word}` }]);
        const sent = await ask('/api/documents', { method: 'POST', body });
        const { documents } = (await sent.json()) as { documents: { id: string }[] };
        const answer = await ask(`/api/documents/${documents[0]?.id}`, {
          method: 'DELETE',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ reason: 'asked for' }),
        });
        expect(answer.status).toBe(202);
        await pause(death);
        await server.kill();
        server = await startServer(environment);
        while ((await placesOf(stores, [word])).length > 0) await pause(50);
      }
      const erased = await test.database.sql`SELECT FROM events WHERE type = 'DocumentErased'`;
      expect(erased).toHaveLength(DEATHS_MS.length);
    } finally {
      await server?.kill();
      await test.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);
