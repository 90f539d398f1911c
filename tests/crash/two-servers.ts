import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../shared/database.ts';
import { openBoardStream, type BoardStream } from './board-stream.ts';
import { createClient, type Client } from './client.ts';
import { createRandom } from './random.ts';
import { createToken, startServer, type ServerProcess } from './server-process.ts';
import { smallFile } from './small-files.ts';

export type Roles = readonly ['all', 'all'] | readonly ['web', 'worker'];

/** Two server processes on one database and one folder of files, and all that looks at them. */
export interface TwoServers {
  readonly pair: readonly [ServerProcess, ServerProcess];
  /** Of those that show pages, in the same order; and a browser on the board of each. */
  readonly clients: readonly Client[];
  readonly streams: readonly BoardStream[];
  readonly database: Database;
  readonly folder: string;
  /** Hands over files, one an upload, in turn to each of `to`; resolves with the ids that were acknowledged. */
  handOver(files: number, to?: readonly Client[]): Promise<string[]>;
  /** One more server, of a role. */
  start(role: string): Promise<ServerProcess>;
  /** What the servers wrote last. */
  output(): string;
  /** Ends those that live in order. @throws AssertionError unless each ends with exit code 0 */
  stop(): Promise<void>;
  /** Ends whatever still runs. */
  end(): Promise<void>;
}

const SENDERS = 4;

export async function startTwoServers(
  databaseUrl: string,
  roles: Roles,
  seed: number,
): Promise<TwoServers> {
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

  async function start(role: string): Promise<ServerProcess> {
    const server = await startServer({ ...environment, ROLE: role });
    servers.push(server);
    return server;
  }

  async function stop(): Promise<void> {
    for (const server of servers.filter(({ alive }) => alive)) {
      assert.equal(await server.stop(), 0, `A server ended badly:\n${server.output()}`);
    }
  }

  async function end(): Promise<void> {
    streams.forEach((stream) => stream.close());
    await Promise.all(servers.map((server) => server.kill()));
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }

  try {
    const pair = await Promise.all([start(roles[0]), start(roles[1])]);
    const token = await createToken(environment, 'admin');
    const webs = pair.flatMap(({ url }) => (url === null ? [] : [url]));
    const clients = webs.map((url) => createClient(url, token));
    for (const url of webs) streams.push(await openBoardStream(url, token));
    const output = () => servers.map((server) => server.output()).join('\n');
    const handOver = createHandOver(clients, seed);
    return { pair, clients, streams, database, folder, handOver, start, output, stop, end };
  } catch (error) {
    await end();
    throw error;
  }
}

function createHandOver(all: readonly Client[], seed: number) {
  const random = createRandom(seed);
  let made = 0;
  return async (files: number, to = all): Promise<string[]> => {
    const waiting = Array.from({ length: files }, () => smallFile(made++, random));
    const acknowledged: string[] = [];
    const send = async (): Promise<void> => {
      for (let file = waiting.shift(); file; file = waiting.shift()) {
        // A server that was killed answers nothing: then nothing is known about the file.
        const answer = await to[waiting.length % to.length]?.upload([file]).catch(() => undefined);
        if (answer && 'ids' in answer) acknowledged.push(...answer.ids);
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, send));
    return acknowledged;
  };
}
