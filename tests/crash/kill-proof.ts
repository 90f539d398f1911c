import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../shared/database.ts';
import { connectEmbeddedPostgres } from '../../shared/embedded-postgres/index.ts';
import { proveDocuments } from './acknowledged.ts';
import { createClient, type Client } from './client.ts';
import { LONGEST_LIFE_MS, momentToKill, planOf, stepsToEnd } from './kill-moments.ts';
import { processesIn } from './processes.ts';
import { createRandom, newSeed, type Random } from './random.ts';
import { proveReadModels, waitUntilLevel } from './read-models.ts';
import { createToken, startAndKill, startServer, type ServerProcess } from './server-process.ts';
import { until } from './until.ts';
import { makeUploads, sendUploads, type Upload } from './uploader.ts';

export interface KillFigures {
  seed: number;
  kills: number;
  /** Files that were handed over, that were acknowledged, and that are on the board. */
  files: number;
  acknowledged: number;
  onBoard: number;
  events: number;
  /** Steps that a kill interrupted; each ran again. */
  interruptions: number;
  slowestStartMs: number;
  /** From the start of a process until the last step that its predecessor left was begun again. */
  slowestResumptionMs: number;
  readModelRows: number;
  seconds: number;
}

/** One life of the server: from its start until it is killed. */
interface Life {
  server: ServerProcess;
  client: Client;
  database: Database;
}

const UPLOADERS = 3;
/** A job that waited for its heartbeat to run out would begin again after this. */
const HEARTBEAT_MS = 15_000;

/**
 * Kills the server (kill -9) at random moments while documents are handed over, starts it again
 * each time, and then looks whether all that was acknowledged is there, whole, and done once.
 * @throws AssertionError with the seed in its message
 */
export async function proveKills(options: {
  kills: number;
  files: number;
  seed?: number;
}): Promise<KillFigures> {
  const { kills, files, seed = newSeed() } = options;
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'doctrail-kills-')));
  const environment = { DATA_DIR: join(folder, 'data'), TMPDIR: join(folder, 'tmp') };
  await mkdir(environment.TMPDIR);
  const random = createRandom(seed);
  const lives: Life[] = [];
  const starts: number[] = [];
  let token: string | undefined;

  async function begin(): Promise<Life> {
    starts.push(Date.now());
    const server = await startServer(environment);
    token ??= await createToken(environment, 'admin');
    const { url } = await connectEmbeddedPostgres({ dataDir: environment.DATA_DIR, log: silent });
    const client = createClient(server.url ?? '', token);
    const database = openDatabase(url, { name: 'proof', max: 2 });
    const life = { server, client, database };
    lives.push(life);
    return life;
  }

  const begun = performance.now();
  try {
    const uploads = makeUploads(files, random);
    const waiting = [...uploads];
    for (const [index, { early, nextIsEarly }] of planOf(kills, random).entries()) {
      if (early) {
        starts.push(Date.now());
        await startAndKill(environment, random.whole(0, LONGEST_LIFE_MS));
        continue;
      }
      const share = waiting.splice(0, Math.ceil(waiting.length / (kills - index + 1)));
      const left = await liveAndDie(await begin(), share, random, nextIsEarly ? 1 : 2);
      waiting.unshift(...left);
    }
    const last = await begin();
    while (waiting.length > 0) await sendUploads(waiting, last.client, AbortSignal.abort());
    await waitForCompletion(last);
    const onBoard = await proveDocuments(last.client, uploads);
    const readModelRows = await proveReadModels(last.database, last.client);
    const figures = await readFigures(last.database, lives, starts);
    assert.ok(figures.slowestResumptionMs < HEARTBEAT_MS, 'Interrupted steps waited for a timeout');
    await proveNothingIsLeft(last, folder, environment.TMPDIR);
    const acknowledged = uploads.flatMap((upload) => upload.acknowledged ?? []).length;
    const seconds = Math.round((performance.now() - begun) / 1000);
    return { seed, kills, files, acknowledged, onBoard, ...figures, readModelRows, seconds };
  } catch (error) {
    const output = lives.at(-1)?.server.output() ?? '';
    throw new Error(`With seed ${seed}: ${String(error)}\nThe server's last words:\n${output}`, {
      cause: error,
    });
  } finally {
    for (const { server, database } of lives) {
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
): Promise<Upload[]> {
  const over = new AbortController();
  const waiting = [...share];
  const uploading = Array.from({ length: UPLOADERS }, () =>
    sendUploads(waiting, life.client, over.signal),
  );
  await momentToKill(life.database, random);
  await stepsToEnd(life.database, mostDeaths);
  over.abort();
  await life.server.kill();
  await Promise.all(uploading);
  await life.database.close();
  return waiting;
}

async function waitForCompletion({ client, database }: Life): Promise<void> {
  await until('every document to end', async () =>
    (await client.documents()).every(({ status }) => status === 'completed' || status === 'failed'),
  );
  await waitUntilLevel(database);
}

async function readFigures({ sql }: Database, lives: readonly Life[], starts: readonly number[]) {
  const interrupted = await sql<{ stored_at: Date }[]>`
    SELECT stored_at FROM events WHERE type LIKE '%Interrupted' ORDER BY position`;
  const [count] = await sql<{ events: number }[]>`SELECT count(*)::int AS events FROM events`;
  const resumptions = interrupted.map(({ stored_at: at }) => {
    return at.getTime() - (starts.findLast((start) => start <= at.getTime()) ?? 0);
  });
  return {
    events: count?.events ?? 0,
    interruptions: interrupted.length,
    slowestStartMs: Math.round(Math.max(...lives.map(({ server }) => server.startedInMs))),
    slowestResumptionMs: Math.max(0, ...resumptions),
  };
}

/** Ends the server in order: neither processes nor temporary files of any of its lives stay. */
async function proveNothingIsLeft(life: Life, folder: string, temporary: string): Promise<void> {
  await life.database.close();
  assert.equal(await life.server.stop(), 0, 'The server did not end with exit code 0');
  assert.deepEqual(await processesIn(folder), [], 'Processes are left');
  assert.deepEqual(await readdir(temporary), [], 'Temporary files are left');
}

const quiet = () => undefined;
const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet };
