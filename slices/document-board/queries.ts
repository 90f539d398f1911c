import { and, desc, asc, eq, gt, inArray, lt, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../shared/database.ts';
import { documentOf } from '../../shared/event.ts';
import type { Transaction } from '../../shared/subscription.ts';
import {
  canForgive,
  matching,
  rowsWith,
  wordGroups,
  type Matching,
  type Search,
  type WordGroup,
} from '../search/search.contract.ts';
import { NOT_DUE, type SlaState } from '../sla-tracking/document-sla.contract.ts';
import { documentStatuses, type DocumentStatus } from './board-row.contract.ts';
import type { BoardCounts } from './board-view.ts';
import { urgentStates } from './sla-view.contract.ts';
import { board, BOARD, type BoardRecord } from './read-model.ts';

/** Which documents a page or a list is about. */
export interface BoardFilter {
  status: DocumentStatus | null;
  /** How the promise stands; null: all, those without one included. */
  sla: SlaState | null;
  /** What is searched for; null: everything. */
  search: Search | null;
  /** Only what this actor handed in; null: everybody's. */
  owner: string | null;
}

/** Newest first, or what is due first first, then the rest, newest first. */
export type BoardSort = 'newest' | 'due';

export interface BoardPage {
  /** In the order that was asked for. */
  records: BoardRecord[];
  hasOlder: boolean;
  hasNewer: boolean;
  /** Nothing has the words that were searched for: these have names similar to them. */
  isForgiving: boolean;
}

export interface BoardQueries {
  /** A page by keyset: the documents that follow `before`, or those that `after` follows, or the first. */
  page(filter: BoardFilter, from: Edge, limit: number): Promise<BoardPage>;
  /** How many documents after a position a filter finds, counted up to `limit`. */
  countAfter(filter: BoardFilter, position: number, limit: number): Promise<number>;
  counts(): Promise<BoardCounts>;
  /** What the table holds: every document received up to `position`, in the state of `revision`. */
  newest(): Promise<{ revision: number; reloadBelow: number; position: number }>;
  changedSince(revision: number, limit: number): Promise<BoardRecord[]>;
  byIds(ids: readonly string[]): Promise<BoardRecord[]>;
  /** Documents with an event that the board could not apply: their rows, where they have one, are out of date. */
  stuck(): Promise<ReadonlySet<string>>;
}

/** Where a page begins: at the position of a document, and its `slaOrder` where that sorts. */
export interface Edge {
  before?: number;
  after?: number;
  sort?: BoardSort;
  due?: number;
}

/** So many documents next to the edge of a page are searched one by one, before all of them are as sets. */
const NEAR = 400;
/** Up to so many documents are tested one by one for what else is searched for. */
const RARE = 1_000;

export function createBoardQueries({ db, sql: raw }: Database): BoardQueries {
  // Asked for at every change: prepared, it takes one round trip instead of two.
  const changed = db
    .select()
    .from(board)
    .where(gt(board.revision, sql.placeholder('revision')))
    .orderBy(asc(board.revision), asc(board.id))
    .limit(sql.placeholder('limit'))
    .prepare('board_changed_since');

  const read = (on: Pick<Database['db'], 'select'>, edge: Edge, conditions: SQL[], limit: number) =>
    on
      .select()
      .from(board)
      .where(and(...conditions, ...beyond(edge)))
      .orderBy(...orderOf(edge))
      .limit(limit);

  /** The condition that a document is one of the NEAR next to the edge; null where that is all of them. */
  async function near(edge: Edge): Promise<SQL | null> {
    if (edge.sort === 'due') return null;
    const [last] = await db
      .select({ position: board.position })
      .from(board)
      .where(and(...beyond(edge)))
      .orderBy(edge.after === undefined ? desc(board.position) : asc(board.position))
      .offset(NEAR)
      .limit(1);
    if (!last) return null;
    return edge.after === undefined
      ? gt(board.position, last.position)
      : lt(board.position, last.position);
  }

  /**
   * Words that many documents have fill a page from those next to its edge. All others are looked up
   * in the index alone, but for words beside some that few documents have: how many have two words
   * together is what PostgreSQL guesses badly, and testing one by one reads every text that is passed
   * over.
   */
  async function find(filter: BoardFilter, edge: Edge, limit: number, forgiving: boolean) {
    const { search } = filter;
    if (!search) return read(db, edge, within(filter), limit);
    const bound = await near(edge);
    const conditions = within(filter, { forgiving, asSets: false });
    const found = await read(db, edge, [...conditions, ...(bound ? [bound] : [])], limit);
    if (bound === null || found.length === limit) return found;
    return db.transaction(async (tx) => {
      await tx.execute(sql`SET LOCAL enable_seqscan = off`);
      const rarest = forgiving ? {} : await rarestOf(tx, search);
      return read(tx, edge, within(filter, { forgiving, asSets: true, ...rarest }), limit);
    });
  }

  /** The words of which PostgreSQL expects few documents, where it expects many of others. */
  async function rarestOf(tx: Transaction, search: Search): Promise<{ rarest?: WordGroup }> {
    const groups = wordGroups(search);
    if (groups.length < 2) return {};
    const expected: { group: WordGroup; rows: number }[] = [];
    for (const group of groups)
      expected.push({ group, rows: await expectedRows(tx, rowsWith(group)) });
    const sorted = expected.toSorted((one, other) => one.rows - other.rows);
    const [fewest, most] = [sorted[0], sorted.at(-1)];
    return fewest && most && fewest.rows <= RARE && most.rows > RARE
      ? { rarest: fewest.group }
      : {};
  }

  /** A page beyond the last document that has the words is no reason to look for similar names. */
  async function findsNothing(filter: BoardFilter, edge: Edge): Promise<boolean> {
    if (!filter.search || !canForgive(filter.search)) return false;
    const isWhole = edge.before === undefined && edge.after === undefined;
    return isWhole || (await find(filter, {}, 1, false)).length === 0;
  }

  return {
    async page(filter, edge, limit) {
      const exact = await find(filter, edge, limit + 1, false);
      const isForgiving = exact.length === 0 && (await findsNothing(filter, edge));
      const found = isForgiving ? await find(filter, edge, limit + 1, true) : exact;
      const more = found.length > limit;
      const records = found.slice(0, limit);
      if (edge.after !== undefined) records.reverse();
      return {
        records,
        hasOlder: edge.after !== undefined ? true : more,
        hasNewer: edge.after !== undefined ? more : edge.before !== undefined,
        isForgiving: isForgiving && records.length > 0,
      };
    },
    countAfter: async (filter, position, limit) =>
      (await find(filter, { after: position }, limit, false)).length,
    async counts() {
      const rows = await raw<{ state: string; count: number }[]>`
        SELECT state, count::float8 FROM document_counts`;
      const counted = new Map(rows.map(({ state, count }) => [state, count]));
      const counts = Object.fromEntries(
        [...documentStatuses, ...urgentStates].map((state) => [state, counted.get(state) ?? 0]),
      ) as Omit<BoardCounts, 'all'>;
      return { ...counts, all: documentStatuses.reduce((sum, each) => sum + counts[each], 0) };
    },
    async newest() {
      const [row] = await raw<{ revision: string; reload_below: string; position: string }[]>`
        SELECT revision, reload_below, position FROM subscriptions WHERE name = ${BOARD}`;
      return {
        revision: Number(row?.revision ?? 0),
        reloadBelow: Number(row?.reload_below ?? 0),
        position: Number(row?.position ?? 0),
      };
    },
    changedSince: (revision, limit) => changed.execute({ revision, limit }),
    byIds: (ids) =>
      db
        .select()
        .from(board)
        .where(inArray(board.id, [...ids])),
    async stuck() {
      const rows = await raw<{ stream: string }[]>`
        SELECT stream FROM parked_streams WHERE subscription = ${BOARD}`;
      return new Set(rows.map(({ stream }) => documentOf(stream) ?? stream));
    },
  };
}

async function expectedRows(tx: Transaction, query: SQL): Promise<number> {
  const [row] = await tx.execute<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    sql`EXPLAIN (FORMAT JSON) ${query}`,
  );
  return row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
}

/** The order of an edge's sort, towards its end of the table. */
function orderOf({ sort, after }: Edge): SQL[] {
  const isBack = after !== undefined;
  if (sort !== 'due') return [isBack ? asc(board.position) : desc(board.position)];
  const keys = [sql`${board.slaOrder}`, sql`(-${board.position})`];
  return isBack ? keys.map((key) => desc(key)) : keys;
}

function beyond({ before, after, sort, due = NOT_DUE }: Edge): SQL[] {
  const position = after ?? before;
  if (sort === 'due') {
    if (position === undefined) return [];
    const key = sql`(${board.slaOrder}, -${board.position})`;
    const end = sql`(${due}::bigint, ${-position}::bigint)`;
    return [after === undefined ? sql`${key} > ${end}` : sql`${key} < ${end}`];
  }
  if (after !== undefined) return [gt(board.position, after)];
  return before === undefined ? [] : [lt(board.position, before)];
}

const documents = { table: sql`${board}`, id: sql`${board.id}`, status: sql`${board.status}` };

function within(
  { status, sla, owner, search }: BoardFilter,
  how: Matching = { forgiving: false, asSets: false },
): SQL[] {
  return [
    ...(status ? [eq(board.status, status)] : []),
    ...(sla ? [eq(board.slaState, sla)] : []),
    ...(owner ? [eq(board.owner, owner)] : []),
    ...(search ? [matching(search, documents, how)] : []),
  ];
}

/** The row as the board shows it: what it holds more is for the API. */
export function toBoardRow(record: BoardRecord) {
  return { ...record, finished: record.done.length };
}
