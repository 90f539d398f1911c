import { getTableColumns, sql, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';

/**
 * The INSERT of any number of rows, as one parameter: a statement with a parameter for each value
 * takes longer to write and to plan than to run, and is another one for each number of rows. What the
 * first row does not have is left to the database. Begins a statement: `ON CONFLICT …` may follow.
 */
export function insertRows(table: PgTable, rows: readonly object[]): SQL {
  const [first = {}] = rows;
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => key in first);
  const names = sql.join(
    columns.map(([, { name }]) => sql.identifier(name)),
    sql`, `,
  );
  const records = rows.map((row) =>
    Object.fromEntries(columns.map(([key, { name }]) => [name, row[key as keyof typeof row]])),
  );
  return sql`INSERT INTO ${table} (${names}) SELECT ${names}
    FROM json_populate_recordset(NULL::${table}, ${toJson(records)}::text::json)`;
}

const LONE_SURROGATE = /\\ud[89a-f]/;

/** PostgreSQL refuses half a character, which as a parameter of its own the driver mends. */
function toJson(records: readonly object[]): string {
  const json = JSON.stringify(records);
  if (!LONE_SURROGATE.test(json)) return json;
  return JSON.stringify(records, (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
}
