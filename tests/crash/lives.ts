import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase, type Database } from '../../shared/database.ts';
import { connectEmbeddedPostgres } from '../../shared/embedded-postgres/index.ts';
import { createClient, type Client, type ListedDocument } from './client.ts';
import {
  LONGEST_LIFE_MS,
  momentToKill,
  planOf,
  freezeBetweenDeaths,
  type Moments,
} from './kill-moments.ts';
import { processesIn } from './processes.ts';
import { waitUntilLevel } from './read-models.ts';
import type { Random } from './random.ts';
import {
  createToken,
  startAndKill,
  startServer,
  type ServerEnvironment,
  type ServerProcess,
} from './server-process.ts';
import { until } from './until.ts';
import { sendUploads, type Upload } from './uploader.ts';

/** One life of a server: from its start until it is killed. */
export interface Life {
  server: ServerProcess;
  client: Client;
  database: Database;
}

/** A server that is killed (kill -9) and started again, on the same data; its database is embedded, unless its environment names one. */
export interface Lives {
  /** As each of its processes has it. */
  readonly environment: ServerEnvironment;
  /** When each of its processes was started; milliseconds. */
  readonly starts: readonly number[];
  readonly slowestStartMs: number;
  begin(): Promise<Life>;
  /** Kills it so often at random moments while it is handed the uploads; what is left it gets at the end. */
  killWhileUploading(
    kills: number,
    uploads: readonly Upload[],
    random: Random,
    moments?: Moments,
  ): Promise<Life>;
  /** Ends it in order. @throws AssertionError when processes or temporary files of any life stay */
  end(life: Life): Promise<void>;
}

const UPLOADERS = 3;

/**
 * Lends lives of a server in a folder of its own, which is gone afterwards.
 * @param options `entry`: what is started in place of `slices/main.ts`; `whenAlive`: is told
 *   of every life before anything is handed over in it
 * @throws Error with the seed and the server's last words when the work fails
 */
export async function withLives<T>(
  options: {
    seed: number;
    entry?: string;
    environment?: Record<string, string>;
    whenAlive?: (life: Life) => Promise<void>;
  },
  work: (lives: Lives) => Promise<T>,
): Promise<T> {
  const { seed, entry } = options;
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'doctrail-kills-')));
  const own = { DATA_DIR: join(folder, 'data'), TMPDIR: join(folder, 'tmp') };
  const environment = { ...options.environment, ...own };
  await mkdir(environment.TMPDIR);
  const lived: Life[] = [];
  const starts: number[] = [];
  let token: string | undefined;

  async function begin(): Promise<Life> {
    starts.push(Date.now());
    const server = await startServer(environment, entry);
    token ??= await createToken(environment, 'admin');
    const url = options.environment?.['DATABASE_URL'] ?? (await embedded(environment.DATA_DIR));
    const client = createClient(server.url ?? '', token);
    const database = openDatabase(url, { name: 'proof', max: 2 });
    const life = { server, client, database };
    lived.push(life);
    await options.whenAlive?.(life);
    return life;
  }

  const lives: Lives = {
    environment,
    starts,
    get slowestStartMs() {
      return Math.round(Math.max(...lived.map(({ server }) => server.startedInMs)));
    },
    begin,
    async killWhileUploading(kills, uploads, random, moments) {
      const waiting = [...uploads];
      for (const [index, { early, nextIsEarly }] of planOf(kills, random).entries()) {
        if (early) {
          starts.push(Date.now());
          await startAndKill(environment, random.whole(0, LONGEST_LIFE_MS), entry);
          continue;
        }
        const share = waiting.splice(0, Math.ceil(waiting.length / (kills - index + 1)));
        const mostDeaths = nextIsEarly ? 1 : 2;
        waiting.unshift(...(await liveAndDie(await begin(), share, random, mostDeaths, moments)));
      }
      const last = await begin();
      while (waiting.length > 0) await sendUploads(waiting, last.client, AbortSignal.abort());
      return last;
    },
    async end({ server, database }) {
      await database.close();
      assert.equal(await server.stop(), 0, 'The server did not end with exit code 0');
      assert.deepEqual(await processesIn(folder), [], 'Processes are left');
      assert.deepEqual(await readdir(environment.TMPDIR), [], 'Temporary files are left');
    },
  };

  try {
    return await work(lives);
  } catch (error) {
    const output = lived.at(-1)?.server.output() ?? '';
    throw new Error(`With seed ${seed}: ${String(error)}\nThe server's last words:\n${output}`, {
      cause: error,
    });
  } finally {
    for (const { server, database } of lived) {
      await server.kill();
      await database.close().catch(() => undefined);
    }
    await until('PostgreSQL to be gone', async () => (await processesIn(folder)).length === 0);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Hands over its share until the server is killed; returns the uploads that are to be sent again. */
async function liveAndDie(
  life: Life,
  share: Upload[],
  random: Random,
  mostDeaths: number,
  moments?: Moments,
): Promise<Upload[]> {
  const over = new AbortController();
  const waiting = [...share];
  const uploading = Array.from({ length: UPLOADERS }, () =>
    sendUploads(waiting, life.client, over.signal),
  );
  await momentToKill(life.database, random, moments);
  await freezeBetweenDeaths(life.database, life.server, mostDeaths);
  over.abort();
  await life.server.kill();
  await Promise.all(uploading);
  await life.database.close();
  return waiting;
}

/** Longer than any retry, heartbeat or delay: who waits so long without a new event waits for ever. */
const STALLED_MS = 90_000;
const LOOK_EVERY_MS = 250;

/**
 * Resolves when every document has ended and every read model knows, however long that takes while
 * something happens: a slow machine is no flaw, a lost timer is.
 * @throws Error that names the documents that have not ended when nothing happens any more
 */
export async function waitForEnds(life: Life): Promise<void> {
  await untilEnded(life);
  await waitUntilLevel(life.database);
}

/** The same, whatever other read models know. */
export function untilEnded({ client, database }: Life): Promise<void> {
  return untilNoneIsLeft(
    database,
    () => unended(client),
    (left) => stalled(client, left),
  );
}

export async function unended(client: Client): Promise<ListedDocument[]> {
  return (await client.documents()).filter(({ status }) => !ended.has(status));
}

/** Resolves when nothing is left. @throws what `stalled` says when nothing happens any more */
export async function untilNoneIsLeft<T>(
  { sql }: Database,
  look: () => Promise<readonly T[]>,
  stalled: (left: readonly T[]) => Promise<Error> | Error,
): Promise<void> {
  let newest = '';
  let since = performance.now();
  for (;;) {
    const left = await look();
    if (left.length === 0) return;
    const [row] = await sql<{ position: string }[]>`
      SELECT coalesce(max(position), 0)::text AS position FROM events`;
    if (row?.position !== newest) {
      newest = row?.position ?? '';
      since = performance.now();
    }
    if (performance.now() - since > STALLED_MS) throw await stalled(left);
    await pause(LOOK_EVERY_MS);
  }
}

const ended = new Set(['completed', 'failed', 'cancelled']);

async function stalled(client: Client, left: readonly ListedDocument[]): Promise<Error> {
  const told = await Promise.all(
    left.map(async ({ id, fileName, status }) => {
      const last = (await client.history(id)).slice(-3).map(({ type, data }) => [type, data]);
      return `${fileName} (${id}) is ${status} after ${JSON.stringify(last)}`;
    }),
  );
  return new Error(
    `Nothing has happened for ${STALLED_MS / 1000} s, but these have not ended:\n${told.join('\n')}`,
  );
}

const embedded = async (dataDir: string): Promise<string> =>
  (await connectEmbeddedPostgres({ dataDir, log: silent })).url;

const quiet = () => undefined;
const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet };
