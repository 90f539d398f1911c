import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';

/** Two pools on one database. */
export interface Database {
  /** Queries through drizzle. */
  readonly db: PostgresJsDatabase;
  /**
   * Hand-written SQL and LISTEN. A client of its own, because `drizzle(client)` replaces the
   * date and JSON serialisers of the client it is given.
   */
  readonly sql: postgres.Sql;
  /** Ends both pools; queries under way get five seconds. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Shown in pg_stat_activity. */
  readonly name?: string;
  /** Connections of the drizzle pool (10) and of the raw one (10). */
  readonly max?: number;
}

/** Opens two pools lazily: nothing connects before the first query. */
export function openDatabase(url: string, { name, max = 10 }: DatabaseOptions = {}): Database {
  const pooled = connect(url, { name, max });
  const sql = connect(url, { name, max });
  return {
    db: drizzle(pooled),
    sql,
    async close() {
      await Promise.all([pooled.end({ timeout: 5 }), sql.end({ timeout: 5 })]);
    },
  };
}

const IDLE_IN_TRANSACTION_MS = 60_000;

/**
 * One raw pool. Takes what libpq and `pg` take: the `postgres` driver alone does not read the two
 * ways of naming a socket folder, `postgres://user@%2Frun%2Fpostgresql/db` and
 * `?host=/run/postgresql`.
 */
export function connect(
  url: string,
  {
    name = 'doctrail',
    ...options
  }: postgres.Options<Record<string, never>> & { name?: string | undefined } = {},
): postgres.Sql {
  const parsed = new URL(url);
  const host = parsed.searchParams.get('host') ?? decodeURIComponent(parsed.hostname);
  parsed.searchParams.delete('host');
  return postgres(parsed.href, {
    host,
    // "already exists, skipping" and its like.
    onnotice: () => undefined,
    // The driver's own begins at 5 ms, hammering a server that starts, and ends at 20 s.
    backoff: (retries) => (0.5 + Math.random() / 2) * Math.min(0.1 * 2 ** retries, 2),
    ...options,
    // Rebuilds and migrations take their time, whatever the role's defaults say.
    connection: {
      application_name: name,
      statement_timeout: 0,
      // A process that freezes, or a machine that vanishes, inside a transaction holds its locks,
      // and with them a subscription, no longer than this.
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      ...options.connection,
    },
  });
}

/** "doctrail" in ASCII, as a bigint: no other advisory lock of the application has it. */
const migrationLock = '7237112477994019180';

/**
 * Brings the schema up to date with the SQL files in `folder` (see its meta/_journal.json), in one
 * transaction. drizzle's migrator takes no lock, so an advisory one makes processes that start
 * together take turns.
 */
export async function migrate({ db, sql }: Database, folder: string): Promise<void> {
  const session = await sql.reserve();
  try {
    await session`select pg_advisory_lock(${migrationLock}::bigint)`;
    await runMigrations(db, { migrationsFolder: folder });
  } finally {
    // A lost connection has released the lock already.
    await session`select pg_advisory_unlock(${migrationLock}::bigint)`.catch(() => undefined);
    session.release();
  }
}
