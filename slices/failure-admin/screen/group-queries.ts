import { and, desc, eq, getTableColumns, inArray, lt, ne, sql as drizzleSql } from 'drizzle-orm';
import type { Fragment } from 'postgres';
import type { Database } from '../../../shared/database.ts';
import { board } from '../../document-board/document.contract.ts';
import type { Mark } from '../groups/read-model.ts';
import { failures, type FailureRecord, type FailureState } from '../read-model.ts';
import { spanSince, startOf, type Span } from './sparkline.ts';

/** Failures of one signature, counted. */
export interface FailureGroup {
  group: string;
  signature: string;
  /** Slug. */
  step: string;
  code: string;
  kind: 'transient' | 'permanent';
  /** Of the newest failure. */
  message: string;
  /** Documents that were given up. */
  failed: number;
  /** Documents that are tried again, or waited for a decision. */
  retrying: number;
  firstFailedAt: Date;
  lastFailedAt: Date;
  /** Where it is listed: marked groups that came back are open. */
  tab: Mark;
  /** What was said last, whether it still holds or not. */
  mark: { mark: Mark; reason: string | null; actor: string; at: Date } | null;
}

/** How a group's failures spread over time, and over kinds of document. */
export interface GroupFigures {
  span: Span;
  counts: number[];
  kinds: DocumentKind[];
}

/** What is known best of some documents: their kind, else their type, else what their names end with. */
export interface DocumentKind {
  kind: string | null;
  mediaType: string | null;
  extension: string | null;
  count: number;
}

/** The row before which a page begins. */
export interface GroupCursor {
  firstFailedAt: Date;
  group: string;
}

export interface GroupDocument extends FailureRecord {
  /** Null while the board does not know it yet. */
  fileName: string | null;
  bytes: number | null;
  mediaType: string | null;
  documentKind: string | null;
}

export interface GroupQueries {
  /** Those of a tab, the newest kind of failure first, so that none moves when it fails again. */
  page(
    tab: Mark,
    before: GroupCursor | null,
    limit: number,
  ): Promise<{ groups: FailureGroup[]; hasMore: boolean }>;
  /** How many groups each tab has. */
  counts(): Promise<Record<Mark, number>>;
  /** Null when no document ever failed like this. */
  group(id: string): Promise<FailureGroup | null>;
  figures(groups: readonly FailureGroup[], now: Date): Promise<ReadonlyMap<string, GroupFigures>>;
  /** Documents that fail like this, or did; the newest failure first. */
  documents(
    group: string,
    which: 'open' | 'closed',
    before: number | null,
    limit: number,
  ): Promise<{ documents: GroupDocument[]; hasMore: boolean }>;
  countClosed(group: string): Promise<number>;
}

/** All states but `closed`, named so that the index on the state is used. */
const OPEN: FailureState[] = ['deciding', 'retrying', 'running', 'failed'];

interface GroupRow extends Omit<FailureGroup, 'mark'> {
  mark: Mark | null;
  reason: string | null;
  actor: string | null;
  markedAt: Date | null;
}

export function createGroupQueries({ sql, db }: Database): GroupQueries {
  /** Groups with their counts and what was said of them. */
  const status = (open: Fragment, ids: Fragment) => sql`
    WITH open AS MATERIALIZED (
      SELECT group_id, count(*) FILTER (WHERE state = 'failed')::int AS failed,
        count(*) FILTER (WHERE state <> 'failed')::int AS retrying
      FROM failures WHERE state = ANY (${OPEN}) ${open} GROUP BY group_id),
    status AS (
      SELECT ids.id AS "group", coalesce(o.failed, 0) AS failed, coalesce(o.retrying, 0) AS retrying,
        newest.signature, newest.step, newest.code, newest.kind, newest.message,
        first.at AS "firstFailedAt", newest.last_failed_at AS "lastFailedAt",
        CASE WHEN m.mark <> 'open' AND newest.position <= m.position THEN m.mark ELSE 'open' END AS tab,
        m.mark, m.reason, m.actor, m.marked_at AS "markedAt"
      FROM (${ids}) ids
      LEFT JOIN open o ON o.group_id = ids.id
      LEFT JOIN failure_groups m ON m.id = ids.id
      CROSS JOIN LATERAL (SELECT f.* FROM failures f WHERE f.group_id = ids.id
        ORDER BY f.position DESC LIMIT 1) newest
      CROSS JOIN LATERAL (SELECT f.first_failed_at AS at FROM failures f WHERE f.group_id = ids.id
        ORDER BY f.first_failed_at LIMIT 1) first)`;
  const everyGroup = () =>
    status(
      sql``,
      sql`SELECT group_id AS id FROM open UNION SELECT id FROM failure_groups WHERE mark <> 'open'`,
    );
  const isListed = sql`(tab <> 'open' OR failed + retrying > 0)`;

  return {
    async page(tab, before, limit) {
      const earlier = before
        ? sql`AND ("firstFailedAt", "group") < (${before.firstFailedAt}, ${before.group})`
        : sql``;
      const rows = await sql<GroupRow[]>`
        ${everyGroup()} SELECT * FROM status WHERE tab = ${tab} AND ${isListed} ${earlier}
        ORDER BY "firstFailedAt" DESC, "group" DESC LIMIT ${limit + 1}`;
      return { groups: rows.slice(0, limit).map(toGroup), hasMore: rows.length > limit };
    },
    async counts() {
      const rows = await sql<{ tab: Mark; count: number }[]>`
        ${everyGroup()} SELECT tab, count(*)::int AS count FROM status WHERE ${isListed} GROUP BY tab`;
      const counts = { open: 0, resolved: 0, ignored: 0 };
      for (const { tab, count } of rows) counts[tab] = count;
      return counts;
    },
    async group(id) {
      const [row] = await sql<GroupRow[]>`
        ${status(sql`AND group_id = ${id}`, sql`SELECT ${id}::text AS id`)} SELECT * FROM status`;
      return row ? toGroup(row) : null;
    },
    async figures(groups, now) {
      const spans = new Map(
        groups.map(({ group, firstFailedAt }) => [group, spanSince(firstFailedAt, now)]),
      );
      const asked = [...spans].map(([id, span]) => ({
        id,
        start: startOf(span, now),
        part: span.part,
      }));
      const [times, kinds] = await Promise.all([
        sql<{ id: string; part: number; count: number }[]>`
          SELECT g.id, floor(extract(epoch FROM at - g.start) * 1000 / g.part)::int AS part,
            count(*)::int AS count
          FROM jsonb_to_recordset(${JSON.stringify(asked)}::text::jsonb)
            AS g (id text, start timestamptz, part float8)
          JOIN failures f ON f.group_id = g.id AND f.last_failed_at >= g.start
          CROSS JOIN LATERAL unnest(f.failed_at) at
          WHERE at >= g.start GROUP BY 1, 2`,
        kindsOf([...spans.keys()]),
      ]);
      const figures = [...spans].map(([id, span]): [string, GroupFigures] => {
        const counts = Array.from({ length: span.parts }, () => 0);
        // What failed after this moment, by the database's clock, counts as now.
        for (const each of times)
          if (each.id === id) counts[Math.min(each.part, span.parts - 1)] = each.count;
        return [id, { span, counts, kinds: kinds.get(id) ?? [] }];
      });
      return new Map(figures);
    },
    async documents(group, which, before, limit) {
      const rows = await db
        .select({
          ...getTableColumns(failures),
          fileName: board.fileName,
          bytes: board.bytes,
          mediaType: board.mediaType,
          documentKind: board.kind,
        })
        .from(failures)
        .leftJoin(board, eq(board.id, failures.id))
        .where(
          and(
            eq(failures.group, group),
            which === 'open' ? ne(failures.state, 'closed') : eq(failures.state, 'closed'),
            before === null ? undefined : lt(failures.position, before),
          ),
        )
        .orderBy(desc(failures.position))
        .limit(limit + 1);
      return { documents: rows.slice(0, limit), hasMore: rows.length > limit };
    },
    async countClosed(group) {
      const [row] = await sql<{ count: number }[]>`
        SELECT count(*)::int AS count FROM failures WHERE state = 'closed' AND group_id = ${group}`;
      return row?.count ?? 0;
    },
  };

  /** Of the documents that fail now, most first. */
  async function kindsOf(groups: string[]): Promise<ReadonlyMap<string, DocumentKind[]>> {
    const known = drizzleSql`coalesce(${board.kind}, ${board.mediaType})`;
    const rows = await db
      .select({
        group: failures.group,
        kind: board.kind,
        mediaType: drizzleSql<
          string | null
        >`CASE WHEN ${board.kind} IS NULL THEN ${board.mediaType} END`,
        extension: drizzleSql<string | null>`CASE WHEN ${known} IS NULL
          THEN lower(substring(right(${board.fileName}, 9) from '\\.([A-Za-z0-9]{1,8})$')) END`,
        count: drizzleSql<number>`count(*)::int`,
      })
      .from(failures)
      .leftJoin(board, eq(board.id, failures.id))
      .where(and(inArray(failures.group, groups), inArray(failures.state, OPEN)))
      .groupBy(drizzleSql`1, 2, 3, 4`)
      .orderBy(drizzleSql`5 DESC, 2, 3, 4`);
    return Map.groupBy(rows, (row) => row.group);
  }
}

function toGroup({ mark, reason, actor, markedAt, ...row }: GroupRow): FailureGroup {
  return {
    ...row,
    mark: mark && actor && markedAt ? { mark, reason, actor, at: markedAt } : null,
  };
}
