import { connectEmbeddedPostgres } from './embedded-postgres/index.ts';
import { ConfigError, loadConfig, type Config } from './config.ts';
import { migrate, openDatabase, type Database } from './database.ts';
import { isOutage } from './outage.ts';
import { root } from './web/paths.ts';

/** What the caller did wrong, in a sentence that says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Runs a command: its result is the only thing on stdout. An error becomes a sentence on stderr
 * and exit code 1.
 */
export async function runCommand(command: () => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await command()}\n`);
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exitCode = 1;
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof UsageError || error instanceof ConfigError) return error.message;
  const reason = error instanceof Error ? describe(error) : String(error);
  return `This did not work: ${reason}. Check that the environment is the server's own (DATA_DIR, DATABASE_URL).`;
}

/** The innermost message: what wraps it repeats the statement. AggregateError has only a code. */
function describe(error: Error): string {
  if (error.cause instanceof Error) return describe(error.cause);
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message === '' ? code : error.message;
}

/**
 * Works on the database of the server that has the same environment, whether it runs or not: an
 * embedded database that does not run is started for this and stopped again. Another command may
 * have started the one that was found, and stop it; then this one starts its own.
 */
export async function withServerDatabase<T>(work: Work<T>): Promise<T> {
  const config = loadConfig(process.env);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (config.databaseUrl === null
        ? withEmbedded(work, config)
        : withDatabase(config.databaseUrl, work, config));
    } catch (error) {
      if (config.databaseUrl !== null || !isOutage(error) || attempt === 5) throw error;
    }
  }
}

type Work<T> = (database: Database, config: Config) => Promise<T>;

async function withEmbedded<T>(work: Work<T>, config: Config): Promise<T> {
  const embedded = await connectEmbeddedPostgres({ dataDir: config.dataDir, log });
  try {
    return await withDatabase(embedded.url, work, config);
  } finally {
    await embedded.stop();
  }
}

async function withDatabase<T>(url: string, work: Work<T>, config: Config): Promise<T> {
  const database = openDatabase(url, { name: 'doctrail-cli', max: 1 });
  try {
    await migrate(database, root('drizzle'));
    return await work(database, config);
  } finally {
    await database.close();
  }
}

/** Nothing but the result belongs on stdout, and an error says what a log would. */
const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };
