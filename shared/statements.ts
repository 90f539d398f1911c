import { getTableColumns } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';

/** PostgreSQL takes at most 65,535 parameters a statement. */
const PARAMETERS = 60_000;

/** Rows cut into as many as one INSERT takes, or as `most` says; asked for as they are needed. */
export function* inStatements<T>(
  table: PgTable,
  rows: Iterable<T>,
  most = Math.floor(PARAMETERS / Object.keys(getTableColumns(table)).length),
): Generator<T[]> {
  let some: T[] = [];
  for (const row of rows) {
    some.push(row);
    if (some.length === most) {
      yield some;
      some = [];
    }
  }
  if (some.length > 0) yield some;
}
