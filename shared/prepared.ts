import { sql, type SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { PostgresJsSession } from 'drizzle-orm/postgres-js';
import type { Row, Sql } from 'postgres';
import type { Transaction } from './subscription.ts';

const dialect = new PgDialect();

/** The text of a statement without parameters, written once: that takes longer than to send it. */
export const written = (statement: SQL): SQL => sql.raw(dialect.sqlToQuery(statement).sql);

/**
 * `tx.execute` as a prepared statement: one round trip instead of two, and parsed once a connection.
 * For statements that run all the time and whose text is the same for any number of values. They are
 * sent in the order of the calls, without waiting for the answers of those before.
 */
export function executePrepared<Found extends object>(
  tx: Transaction,
  statement: SQL,
): Promise<Found[]> {
  const { sql: text, params } = dialect.sqlToQuery(statement);
  return runPrepared(tx, text, params);
}

/** The same for a text with numbered parameters. */
export function runPrepared<Found extends object>(
  tx: Transaction,
  text: string,
  values: readonly unknown[],
): Promise<Found[]> {
  const { client } = tx._.session as unknown as PostgresJsSession<Sql, never, never>;
  return client.unsafe<(Found & Row)[]>(text, values as never[], { prepare: true }).execute();
}
