import { getTableColumns, sql, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { written } from './prepared.ts';

/**
 * The INSERT of any number of rows, as one parameter: a statement with a parameter for each value
 * takes longer to write and to plan than to run, and is another one for each number of rows. What the
 * first row does not have is left to the database. Begins a statement: `ON CONFLICT …` may follow.
 */
export function insertRows(table: PgTable, rows: readonly object[]): SQL {
  return sql`${insertOf(table, rows).text}${asRecords(table, rows)}`;
}

/** Rows as the parameter that ends `json_populate_recordset(NULL::table, `. */
export function asRecords(table: PgTable, rows: readonly object[]): SQL {
  const { columns } = insertOf(table, rows);
  const records = rows.map((row) =>
    Object.fromEntries(columns.map(([key, name]) => [name, row[key as keyof typeof row]])),
  );
  return sql`${toJson(records)}::text::json)`;
}

interface Insert {
  /** Of each column the key in a row, and the name in the table. */
  columns: readonly (readonly [key: string, name: string])[];
  /** The statement up to its parameter. */
  text: SQL;
}

const inserts = new WeakMap<PgTable, Map<string, Insert>>();

function insertOf(table: PgTable, rows: readonly object[]): Insert {
  const keys = Object.keys(rows[0] ?? {});
  const ofTable = inserts.get(table) ?? new Map<string, Insert>();
  inserts.set(table, ofTable);
  const found = ofTable.get(keys.join()) ?? writeInsert(table, new Set(keys));
  ofTable.set(keys.join(), found);
  return found;
}

function writeInsert(table: PgTable, keys: ReadonlySet<string>): Insert {
  const columns = Object.entries(getTableColumns(table))
    .filter(([key]) => keys.has(key))
    .map(([key, { name }]) => [key, name] as const);
  const names = sql.join(
    columns.map(([, name]) => sql.identifier(name)),
    sql`, `,
  );
  const text = written(sql`INSERT INTO ${table} (${names}) SELECT ${names}
    FROM json_populate_recordset(NULL::${table}, `);
  return { columns, text };
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
