import { sql, type SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Transaction } from './subscription.ts';

const dialect = new PgDialect();

/** The text of a statement without parameters, written once: that takes longer than to send it. */
export const written = (statement: SQL): SQL => sql.raw(dialect.sqlToQuery(statement).sql);

/**
 * `tx.execute` as a prepared statement: one round trip instead of two, and parsed once a connection.
 * For statements that run all the time and whose text is the same for any number of values.
 */
export function executePrepared<Row extends object>(tx: Transaction, statement: SQL) {
  const query = tx._.session.prepareQuery(
    dialect.sqlToQuery(statement),
    undefined,
    'prepared',
    false,
  );
  return query.execute() as Promise<Row[]>;
}
