import assert from 'node:assert/strict';
import { proveBoards } from './boards.ts';
import { processesIn } from './processes.ts';
import { newSeed } from './random.ts';
import { proveReadModels } from './read-models.ts';
import { countSteps, readTakeover, stopInTheMiddle } from './steps.ts';
import { until } from './until.ts';
import { startTwoServers, type Roles, type TwoServers } from './two-servers.ts';

export interface TwoProcessesFigures {
  roles: string;
  /** Handed over while both live; half as many come while one dies. */
  files: number;
  /** Steps that each of the two began while both lived. */
  stepsBegun: number[];
  rowsStreamed: number[];
  /** From the end of one process until the last of its steps was begun again by another. */
  takeoverMs: number;
  /** Steps that the end of one process interrupted. */
  interruptions: number;
  readModelRows: number;
  seconds: number;
}

/** A heartbeat, a look at heartbeats, a retry's delay: they come to less. */
const TAKEOVER_WITHIN_MS = 30_000;

/**
 * Runs two server processes on one database, hands documents over to both, then kills one in the
 * middle of its work, or freezes it and wakes it when all is done (as a machine that slept). Another
 * takes over: the second one, or, where that does no work, a new one.
 * @throws AssertionError unless every document was processed exactly once and both boards say so
 */
export async function proveTwoProcesses(options: {
  databaseUrl: string;
  files: number;
  roles: Roles;
  ends?: 'killed' | 'frozen';
  seed?: number;
}): Promise<TwoProcessesFigures> {
  const { databaseUrl, files, roles, ends = 'killed', seed = newSeed() } = options;
  const begun = performance.now();
  const servers = await startTwoServers(databaseUrl, roles, seed);
  const { pair, database, streams, folder } = servers;
  try {
    const acknowledged = await servers.handOver(files);
    assert.equal(acknowledged.length, files, 'An upload was not acknowledged');
    await proveBoards(database, servers, acknowledged);
    // More rows at once would rightly be answered by "load anew".
    if (files <= 100)
      assert.ok(
        streams.every(({ reloads }) => reloads === 0),
        'Rows were missed',
      );
    const stepsBegun = await Promise.all(pair.map((server) => countSteps(database, server)));
    const rowsStreamed = streams.map(({ rows }) => rows);
    const takeover = await loseOne(servers, Math.ceil(files / 2), acknowledged, roles, ends);
    assert.ok(takeover.takeoverMs < TAKEOVER_WITHIN_MS, `Took over in ${takeover.takeoverMs} ms`);
    const [client] = servers.clients;
    assert.ok(client);
    const readModelRows = await proveReadModels(database, client);
    await servers.stop();
    assert.deepEqual(await processesIn(folder), [], 'Processes are left');
    const seconds = Math.round((performance.now() - begun) / 1000);
    const shared = { roles: roles.join(' + '), files, stepsBegun, rowsStreamed };
    return { ...shared, ...takeover, readModelRows, seconds };
  } catch (error) {
    const words = `With seed ${seed}: ${String(error)}\nThe servers' last words:\n${servers.output()}`;
    throw new Error(words, { cause: error });
  } finally {
    await servers.end();
  }
}

/** Ends the second process in the middle of its work, and waits until another has done all of it. */
async function loseOne(
  servers: TwoServers,
  files: number,
  before: readonly string[],
  roles: Roles,
  ends: 'killed' | 'frozen',
) {
  const { pair, database, clients, streams } = servers;
  const [, victim] = pair;
  const survivor = { clients: clients.slice(0, 1), streams: streams.slice(0, 1) };
  // Whoever asks a frozen process waits for as long as it is frozen.
  const handingOver = servers.handOver(files, ends === 'killed' ? clients : survivor.clients);
  const endedAt = await stopInTheMiddle(database, victim);
  if (ends === 'killed') await victim.kill();
  if (roles[0] === 'web') await servers.start('worker');
  const acknowledged = [...before, ...(await handingOver)];
  await proveBoards(database, survivor, acknowledged);
  if (ends === 'frozen') {
    victim.signal('SIGCONT');
    const isRefused = async () => victim.output().includes('late outcome refused');
    await until('the outcome of the woken process to be refused', isRefused);
    await proveBoards(database, servers, acknowledged);
  }
  return readTakeover(database, endedAt);
}
