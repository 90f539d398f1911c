import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../shared/database.ts';
import { openBoardStream, type BoardStream } from './board-stream.ts';
import { createClient, type Client } from './client.ts';
import { flawsOf } from './history.ts';
import { processesIn } from './processes.ts';
import { createRandom, newSeed } from './random.ts';
import { proveReadModels, waitUntilLevel } from './read-models.ts';
import { createToken, startServer, type ServerProcess } from './server-process.ts';
import { smallFile } from './small-files.ts';
import { countSteps, killInTheMiddle, readTakeover } from './steps.ts';
import { until } from './until.ts';

export interface TwoProcessesFigures {
  roles: string;
  files: number;
  /** Steps that each of the two began. */
  stepsBegun: number[];
  rowsStreamed: number[];
  /** From the kill of one process until the last of its steps was begun again by another. */
  takeoverMs: number;
  /** Steps that the kill interrupted. */
  interruptions: number;
  readModelRows: number;
  seconds: number;
}

type Roles = readonly ['all', 'all'] | readonly ['web', 'worker'];

/** Both wait for less: a heartbeat, a look at heartbeats, a retry's delay. */
const TAKEOVER_WITHIN_MS = 30_000;

/**
 * Runs two server processes on one database, hands documents over to both, then kills one in the
 * middle of its work. Another takes over: the second one, or, where that does no work, a new one.
 * @throws AssertionError unless every document was processed exactly once and both boards say so
 */
export async function proveTwoProcesses(options: {
  databaseUrl: string;
  files: number;
  roles: Roles;
  seed?: number;
}): Promise<TwoProcessesFigures> {
  const { databaseUrl, files, roles, seed = newSeed() } = options;
  const begun = performance.now();
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'doctrail-two-')));
  const environment = {
    DATABASE_URL: databaseUrl,
    SECRET_KEY: 'a secret key for two processes, not for more',
    DATA_DIR: join(folder, 'data'),
    TMPDIR: join(folder, 'tmp'),
  };
  await mkdir(environment.TMPDIR);
  const database = openDatabase(databaseUrl, { name: 'proof', max: 2 });
  const servers: ServerProcess[] = [];
  const streams: BoardStream[] = [];
  const start = async (role: string) => {
    const server = await startServer({ ...environment, ROLE: role });
    servers.push(server);
    return server;
  };

  try {
    const pair = await Promise.all(roles.map(start));
    const token = await createToken(environment, 'admin');
    const webs = pair.flatMap(({ url }) => (url === null ? [] : [url]));
    const clients = webs.map((url) => createClient(url, token));
    for (const url of webs) streams.push(await openBoardStream(url, token));
    const handOver = createHandOver(clients, seed);

    await handOver(files);
    await proveBoards(clients, streams, database, files);
    const stepsBegun = await Promise.all(pair.map((server) => countSteps(database, server)));
    const rowsStreamed = streams.map(({ rows }) => rows);

    const victim = pair[1] ?? pair[0];
    assert.ok(victim);
    const handingOver = handOver(files);
    const killedAt = await killInTheMiddle(database, victim);
    const heir = roles[1] === 'worker' ? await start('worker') : pair[0];
    await handingOver;
    // What the killed one was answering is handed over again by nobody.
    const survivor = clients.slice(0, 1);
    await proveBoards(survivor, streams.slice(0, 1), database, null);
    const takeover = await readTakeover(database, killedAt);
    assert.ok(
      takeover.takeoverMs < TAKEOVER_WITHIN_MS,
      `Taken over after ${takeover.takeoverMs} ms`,
    );
    const [client] = survivor;
    assert.ok(client && heir);
    const readModelRows = await proveReadModels(database, client);
    for (const server of servers) if (server !== victim) assert.equal(await server.stop(), 0);
    assert.deepEqual(await processesIn(folder), [], 'Processes are left');
    const seconds = Math.round((performance.now() - begun) / 1000);
    return {
      roles: roles.join(' + '),
      files,
      stepsBegun,
      rowsStreamed,
      ...takeover,
      readModelRows,
      seconds,
    };
  } catch (error) {
    const output = servers.map((server) => server.output()).join('\n');
    throw new Error(`With seed ${seed}: ${String(error)}\nThe servers' last words:\n${output}`, {
      cause: error,
    });
  } finally {
    streams.forEach((stream) => stream.close());
    await Promise.all(servers.map((server) => server.kill()));
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Hands over small files, one an upload, in turn to each of the clients, four at a time. */
function createHandOver(clients: readonly Client[], seed: number) {
  const random = createRandom(seed);
  let made = 0;
  return async (files: number): Promise<void> => {
    const waiting = Array.from({ length: files }, () => smallFile(made++, random));
    const send = async (): Promise<void> => {
      for (let file = waiting.shift(); file; file = waiting.shift()) {
        const client = clients[waiting.length % clients.length];
        await client?.upload([file]).catch(() => undefined);
      }
    };
    await Promise.all(Array.from({ length: 4 }, send));
  };
}

/** Everything completes, exactly once; all lists are equal, and all browsers have been told the end. */
async function proveBoards(
  clients: readonly Client[],
  streams: readonly BoardStream[],
  database: Database,
  files: number | null,
): Promise<void> {
  await waitUntilLevel(database);
  for (const client of clients) {
    await until('every document to end', async () =>
      (await client.documents()).every(({ status }) => /completed|failed/.test(status)),
    );
  }
  await waitUntilLevel(database);
  const [list = [], ...others] = await Promise.all(clients.map((client) => client.documents()));
  if (files !== null) assert.equal(list.length, files);
  for (const other of others) assert.deepEqual(other, list, 'The lists differ');
  for (const { id } of list) {
    const history = await clients[0]?.history(id);
    assert.deepEqual(flawsOf(history ?? []), [], id);
  }
  for (const stream of streams) {
    await until('the browsers to be told', async () =>
      list.every(({ id, status }) => stream.statuses.get(id) === status),
    );
    assert.equal(stream.reloads, 0, 'A browser that missed nothing was told to load anew');
  }
}
