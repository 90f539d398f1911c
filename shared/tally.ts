import { getTableColumns, sql, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { insertRows, selectRows } from './insert-rows.ts';
import { executePrepared, written } from './prepared.ts';
import type { Transaction } from './subscription.ts';

/** A table of counts: all columns but `count` together are its primary key, none of them null. */
export type TallyTable = PgTable & { count: PgColumn };

/** What is counted, by the names of the table's columns. */
export type TallyKey = Readonly<Record<string, string | number | Date>>;

/**
 * How many rows of a read model there are of a kind, for figures over so many that counting them
 * takes too long. Kept in the transaction that changes a row, by what it counted for before and what
 * it counts for now: sums commute, so a rebuild ends with the same.
 */
export interface Tally<Row> {
  tableName: string;
  /** The drizzle table under a name: the tally's own, or the one it is rebuilt into. */
  table: (name: string) => TallyTable;
  /** What a row counts for, each once. Pure. */
  of(row: Row): readonly TallyKey[];
}

type Difference = TallyKey & { count: number };

/** A tally in its table, or in the one it is rebuilt into. */
export interface TallyIn<Row> {
  of: Tally<Row>['of'];
  table: TallyTable;
  /** What follows the INSERT of differences. */
  added: SQL;
  /** The names of what is counted by. */
  keys: readonly string[];
  /** Removes those of keys that count nothing: up to the keys. */
  emptied: SQL;
}

export function tallyIn<Row>(tally: Tally<Row>, tableSuffix: string): TallyIn<Row> {
  const table = tally.table(tally.tableName + tableSuffix);
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => key !== 'count');
  const keys = columns.map(([key]) => key);
  const names = sql.join(
    columns.map(([, { name }]) => sql.identifier(name)),
    sql`, `,
  );
  const added = written(sql` ON CONFLICT (${names})
    DO UPDATE SET count = ${table.count} + excluded.count`);
  const emptied = written(sql`DELETE FROM ${table} WHERE count = 0 AND (${names}) IN (`);
  return { of: tally.of, table, added, keys, emptied };
}

/** Takes a tally from what rows counted for to what they count for now, by statements that are sent at once. */
export function count<Row>(
  tx: Transaction,
  { of, table, added, keys, emptied }: TallyIn<Row>,
  { before, after }: { before: readonly Row[]; after: readonly Row[] },
): Promise<unknown>[] {
  const differences = differencesOf(keys, before.flatMap(of), after.flatMap(of));
  if (differences.length === 0) return [];
  const writes = [executePrepared(tx, sql`${insertRows(table, differences)}${added}`)];
  // Nothing is left of what counts nothing, as in a rebuild that never came by it.
  const fewer = differences.filter(({ count }) => count < 0);
  if (fewer.length > 0)
    writes.push(executePrepared(tx, sql`${emptied}${selectRows(table, fewer, keys)})`));
  return writes;
}

function differencesOf(
  keys: readonly string[],
  before: readonly TallyKey[],
  after: readonly TallyKey[],
): Difference[] {
  const found = new Map<string, Difference>();
  const add = (key: TallyKey, one: 1 | -1) => {
    const text = textOf(keys, key);
    const difference = found.get(text);
    if (difference) difference.count += one;
    else found.set(text, { ...key, count: one });
  };
  for (const key of before) add(key, -1);
  for (const key of after) add(key, 1);
  return [...found.values()].filter(({ count }) => count !== 0);
}

/** Tells keys apart; a row counts for dozens, at every event. PostgreSQL's texts hold no NUL. */
function textOf(keys: readonly string[], key: TallyKey): string {
  let text = '';
  for (const name of keys) {
    const value = key[name];
    text += `${value instanceof Date ? value.getTime() : value}\0`;
  }
  return text;
}
