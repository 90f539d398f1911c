import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase, type Database } from '../../shared/database.ts';
import { connectEmbeddedPostgres } from '../../shared/embedded-postgres/index.ts';
import { createClient, type Client } from './client.ts';
import { flawsOf } from './history.ts';
import { processesIn } from './processes.ts';
import { createRandom, newSeed, type Random } from './random.ts';
import { proveReadModels, waitUntilLevel } from './read-models.ts';
import { createToken, startAndKill, startServer, type ServerProcess } from './server-process.ts';
import { sha256 } from './small-files.ts';
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

const LONGEST_LIFE_MS = 1_500;
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

/**
 * Some servers are killed while they start; never two in a row, so that no step dies three times in
 * a row, which by the rules is the document's failure.
 */
function planOf(kills: number, random: Random) {
  const early: boolean[] = [];
  for (let kill = 0; kill < kills; kill += 1) early.push(!early.at(-1) && random.next() < 0.25);
  return early.map((is, index) => ({ early: is, nextIsEarly: early[index + 1] ?? false }));
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

/** Some time after the start, or right after an event of some type was stored. */
async function momentToKill({ sql }: Database, random: Random): Promise<void> {
  const [before] = await sql`SELECT coalesce(max(position), 0) AS position FROM events`;
  const type = random.pick(momentTypes);
  if (type === null) await pause(random.whole(0, LONGEST_LIFE_MS));
  else {
    const deadline = performance.now() + LONGEST_LIFE_MS;
    const seen = () => sql`
      SELECT 1 FROM events WHERE position > ${String(before?.['position'])} AND type LIKE ${type} LIMIT 1`;
    while ((await seen()).length === 0 && performance.now() < deadline) await pause(2);
  }
}

/** Resolves when no step that was interrupted so often is still to end. */
async function stepsToEnd({ sql }: Database, deaths: number): Promise<void> {
  await until(`steps interrupted ${deaths} times to end`, async () => {
    const running = await sql`
      SELECT 1 FROM events i WHERE type LIKE '%Interrupted' AND NOT EXISTS (
        SELECT 1 FROM events f WHERE f.stream = i.stream
          AND f.type = replace(i.type, 'Interrupted', 'Finished'))
      GROUP BY stream, type HAVING count(*) >= ${deaths}`;
    return running.length === 0;
  });
}

const momentTypes = [
  null,
  null,
  'DocumentReceived',
  'InspectionStarted',
  '%Started',
  'ClassificationStarted',
  'PublicationStarted',
  '%Finished',
  'DocumentCompleted',
] as const;

async function waitForCompletion({ client, database }: Life): Promise<void> {
  await until('every document to end', async () =>
    (await client.documents()).every(({ status }) => status === 'completed' || status === 'failed'),
  );
  await waitUntilLevel(database);
}

/** Every acknowledged file is there, whole and done once; of the others, all of an upload or nothing. */
async function proveDocuments(client: Client, uploads: readonly Upload[]): Promise<number> {
  const listed = await client.documents();
  const byName = Map.groupBy(listed, ({ fileName }) => fileName);
  for (const { files, acknowledged, key } of uploads) {
    const found = files.map(({ name }) => byName.get(name) ?? []);
    if (key !== null) assert.ok(acknowledged, 'An upload with a key was never acknowledged');
    if (acknowledged) {
      assert.deepEqual(found.map((documents) => documents.map(({ id }) => id)), acknowledged.map((id) => [id]));
    } else {
      const counts = new Set(found.map((documents) => documents.length));
      assert.ok(counts.size === 1 && !counts.has(2), 'An upload is there by halves, or twice');
    }
    for (const [index, file] of files.entries()) {
      const [document] = found[index] ?? [];
      if (!document) continue;
      assert.equal(sha256(await client.file(document.id)), sha256(file.content), file.name);
      assert.equal(document.status, 'completed', `${file.name}: ${JSON.stringify(document.error)}`);
      const history = await client.history(document.id);
      assert.deepEqual(flawsOf(history), [], `${file.name} (${document.id})`);
    }
  }
  const known = uploads.flatMap(({ files }) => files).length;
  assert.ok(listed.length <= known, 'There are documents that nobody handed over');
  return listed.length;
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
