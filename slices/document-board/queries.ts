import { and, desc, asc, eq, gt, inArray, lt, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../shared/database.ts';
import { documentOf } from '../../shared/event.ts';
import { matching } from '../publication/search.contract.ts';
import { documentStatuses, type DocumentStatus } from './board-row.contract.ts';
import type { BoardCounts } from './board-view.ts';
import { board, BOARD, type BoardRecord } from './read-model.ts';

/** Which documents a page or a list is about. */
export interface BoardFilter {
  status: DocumentStatus | null;
  /** What a person typed to search for; empty: everything. */
  q: string;
  /** Only what this actor handed in; null: everybody's. */
  owner: string | null;
}

export interface BoardPage {
  /** Newest first. */
  records: BoardRecord[];
  hasOlder: boolean;
  hasNewer: boolean;
}

export interface BoardQueries {
  /** A page by keyset: the documents right before or after a position, or the newest. */
  page(
    filter: BoardFilter,
    from: { before?: number; after?: number },
    limit: number,
  ): Promise<BoardPage>;
  counts(): Promise<BoardCounts>;
  /** What the table holds: every document received up to `position`, in the state of `revision`. */
  newest(): Promise<{ revision: number; reloadBelow: number; position: number }>;
  changedSince(revision: number, limit: number): Promise<BoardRecord[]>;
  byIds(ids: readonly string[]): Promise<BoardRecord[]>;
  /** Documents with an event that the board could not apply: their rows, where they have one, are out of date. */
  stuck(): Promise<ReadonlySet<string>>;
}

export function createBoardQueries({ db, sql: raw }: Database): BoardQueries {
  return {
    async page(filter, { before, after }, limit) {
      const within: SQL[] = [];
      if (filter.status) within.push(eq(board.status, filter.status));
      if (filter.owner) within.push(eq(board.owner, filter.owner));
      if (filter.q) within.push(sql`${board.id} IN ${matching(filter.q)}`);
      const edge = after
        ? gt(board.position, after)
        : before
          ? lt(board.position, before)
          : undefined;
      const found = await db
        .select()
        .from(board)
        .where(and(...within, edge))
        .orderBy(after ? asc(board.position) : desc(board.position))
        .limit(limit + 1);
      const more = found.length > limit;
      const records = found.slice(0, limit);
      if (after) records.reverse();
      return {
        records,
        hasOlder: after ? true : more,
        hasNewer: after ? more : before !== undefined,
      };
    },
    async counts() {
      const rows = await raw<{ status: DocumentStatus; count: number }[]>`
        SELECT status, count(*)::int AS count FROM document_board GROUP BY status`;
      const counts = Object.fromEntries([
        ['all', 0],
        ...documentStatuses.map((status) => [status, 0]),
      ]) as BoardCounts;
      for (const { status, count } of rows) {
        counts[status] = count;
        counts.all += count;
      }
      return counts;
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
    changedSince: (revision, limit) =>
      db
        .select()
        .from(board)
        .where(gt(board.revision, revision))
        .orderBy(asc(board.revision), asc(board.id))
        .limit(limit),
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

/** The row as the board shows it: what it holds more is for the API. */
export function toBoardRow(record: BoardRecord) {
  return { ...record, finished: record.done.length };
}
