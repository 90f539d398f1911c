import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { FastifyPluginAsync } from 'fastify';
import type { ConstructorOptions, PgBoss } from 'pg-boss';

/**
 * What we are compared with. They are no dependencies of the product, and nothing but a bench may
 * need them: they are installed at the first run, and what is used of them is typed here.
 */
const folder = new URL('.', import.meta.url).pathname;

/** Installs the peers as their own lock file has them, unless they are there. @throws Error when npm fails */
export async function installPeers(): Promise<void> {
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return;
  console.log('Installing what is compared with …');
  const npm = spawn('npm', ['ci', '--prefix', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(npm, 'exit')) as [number | null];
  if (code !== 0)
    throw new Error(
      'The peers could not be installed: see what npm says above, then run it again.',
    );
}

/** Not a literal, so that the types of what may be absent are not asked for. */
const load = async <T>(name: string): Promise<T> => (await import(name)) as T;

/** An event store of `@event-driven-io/emmett-postgresql`. */
export interface EmmettStore {
  appendToStream(
    stream: string,
    events: readonly { type: string; data: object }[],
    options: { expectedStreamVersion: bigint | string },
  ): Promise<{ nextExpectedStreamVersion: bigint }>;
  /** Before its database stops, which its pool does not survive. */
  close(): Promise<void>;
}

/** Opens emmett's store; expects a new stream by `STREAM_DOES_NOT_EXIST`. */
export async function openEmmett(url: string): Promise<EmmettStore> {
  const { getPostgreSQLEventStore } = await load<{
    getPostgreSQLEventStore(url: string): EmmettStore;
  }>('@event-driven-io/emmett-postgresql');
  return getPostgreSQLEventStore(url);
}

/** A runner of `graphile-worker`. */
export interface GraphileRunner {
  addJob(task: string, payload: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** Runs one task with graphile-worker. */
export async function runGraphile(
  connectionString: string,
  concurrency: number,
  taskList: Record<string, (payload: unknown) => void>,
): Promise<GraphileRunner> {
  const { run, Logger } = await load<{
    run(options: object): Promise<GraphileRunner>;
    Logger: new (factory: () => () => void) => object;
  }>('graphile-worker');
  const logger = new Logger(() => () => undefined);
  return run({ connectionString, concurrency, taskList, noHandleSignals: true, logger });
}

/** `pg-boss` as everybody has it: the product's own is patched. */
export async function openPgBoss(options: ConstructorOptions): Promise<PgBoss> {
  const peer = await load<{ PgBoss: new (given: ConstructorOptions) => PgBoss }>('pg-boss');
  const boss = new peer.PgBoss(options);
  await boss.start();
  return boss;
}

/** A reply to a request of `@fastify/sse`. */
export interface FastifySse {
  send(message: { data: string }): Promise<void>;
  keepAlive(): void;
  onClose(listener: () => void): void;
}

export const fastifySse = async (): Promise<FastifyPluginAsync> =>
  (await load<{ default: FastifyPluginAsync }>('@fastify/sse')).default;

/** What is used of `better-sse`. */
export interface BetterSse {
  createSession(request: object, response: object): Promise<object>;
  createChannel(): { register(session: object): void; broadcast(data: string): void };
}

export const betterSse = (): Promise<BetterSse> => load<BetterSse>('better-sse');
