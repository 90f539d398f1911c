import { getTableColumns, sql, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { written } from './prepared.ts';

/**
 * The INSERT of any number of rows, as one parameter a column: a statement with a parameter for each
 * value takes longer to write and to plan than to run, and is another one for each number of rows.
 * What the first row does not have is left to the database. Begins a statement: `ON CONFLICT …` may
 * follow.
 */
export function insertRows(table: PgTable, rows: readonly object[]): SQL {
  const keys = Object.keys(rows[0] ?? {});
  return sql`${shapeOf(table, keys).insert}${selectRows(table, rows, keys)}`;
}

/** Some columns of rows, by their keys, as a query. */
export function selectRows(table: PgTable, rows: readonly object[], keys: readonly string[]): SQL {
  const { columns, select, names } = shapeOf(table, keys);
  const values = columns.map(([key, column]) => {
    const texts = rows.map((row) => asText(column, row[key as keyof typeof row]));
    return sql`${sql.param(texts)}::text[]`;
  });
  return sql`${select}${sql.join(values, sql`, `)}${names}`;
}

/** What is the same for all rows that have the same keys. */
interface Shape {
  columns: readonly (readonly [key: string, column: PgColumn])[];
  /** What stands before the query. */
  insert: SQL;
  /** The query up to its parameters, and what follows them. */
  select: SQL;
  names: SQL;
}

const shapes = new WeakMap<PgTable, Map<string, Shape>>();

function shapeOf(table: PgTable, keys: readonly string[]): Shape {
  const ofTable = shapes.get(table) ?? new Map<string, Shape>();
  shapes.set(table, ofTable);
  const found = ofTable.get(keys.join()) ?? writeShape(table, new Set(keys));
  ofTable.set(keys.join(), found);
  return found;
}

function writeShape(table: PgTable, keys: ReadonlySet<string>): Shape {
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => keys.has(key));
  const each = (write: (column: PgColumn) => SQL) =>
    sql.join(
      columns.map(([, column]) => write(column)),
      sql`, `,
    );
  const nameOf = ({ name }: PgColumn) => sql`${sql.identifier(name)}`;
  const names = each(nameOf);
  // PostgreSQL reads a value from its text several times as fast as from within JSON.
  const cast = each((column) => sql`${nameOf(column)}::${sql.raw(column.getSQLType())}`);
  return {
    columns,
    insert: written(sql`INSERT INTO ${table} (${names}) `),
    select: written(sql`SELECT ${cast} FROM unnest(`),
    names: written(sql`) AS given (${names})`),
  };
}

const LONE_SURROGATE = /\\ud[89a-f]/;

/** A value as PostgreSQL writes it. */
function asText(column: PgColumn, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (column.getSQLType() === 'jsonb') return asJson(value);
  return String(column.mapToDriverValue(value));
}

/** PostgreSQL refuses half a character inside JSON, which elsewhere the driver mends. */
function asJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!LONE_SURROGATE.test(json)) return json;
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'string' ? inner.toWellFormed() : inner,
  );
}
