import { and, asc, desc, eq, gt, inArray, lte, sql } from 'drizzle-orm';
import type { Database } from '../../../shared/database.ts';
import { StepRetryRequested } from '../events.ts';
import { failures } from '../read-model.ts';
import type { OpenGroup, RunningRetry } from './command.ts';
import { groupRetries, type GroupRetryRecord } from './read-model.ts';
import type { FailedDocument } from './worker.ts';

/** A retry of a group and how far it is. */
export interface GroupRetryProgress extends GroupRetryRecord {
  /** Documents that it has asked for. */
  retried: number;
}

export interface GroupRetryQueries {
  openGroup(group: string): Promise<OpenGroup | null>;
  /** What waits for somebody or for its time, oldest failure first, between two positions. */
  failed(group: string, from: number, upTo: number, limit: number): Promise<FailedDocument[]>;
  /** Counted in the log: the table lags behind it. */
  asked(retry: RunningRetry): Promise<number>;
  /** Those that run, and those that ended within the last ten minutes; newest first. */
  recent(): Promise<GroupRetryProgress[]>;
  of(group: string): Promise<GroupRetryProgress | null>;
}

const waits = inArray(failures.state, ['failed', 'retrying']);

export function createGroupRetryQueries({ db, sql: raw }: Database): GroupRetryQueries {
  const retried = sql<number>`
    (SELECT count(*)::int FROM failures f WHERE f.bulk = group_retries.retry)`;
  const withProgress = () =>
    db.select({ retry: groupRetries, retried }).from(groupRetries).$dynamic();

  return {
    async openGroup(group) {
      const [row] = await db
        .select({
          signature: sql<string>`min(${failures.signature})`,
          documents: sql<number>`count(*)::int`,
          upTo: sql<string>`max(${failures.position})`,
        })
        .from(failures)
        .where(and(eq(failures.group, group), waits));
      if (!row || row.documents === 0) return null;
      return { ...row, upTo: Number(row.upTo) };
    },
    failed: (group, from, upTo, limit) =>
      db
        .select({ id: failures.id, step: failures.step, position: failures.position })
        .from(failures)
        .where(
          and(
            eq(failures.group, group),
            waits,
            gt(failures.position, from),
            lte(failures.position, upTo),
          ),
        )
        .orderBy(asc(failures.position))
        .limit(limit),
    async asked({ id, position }) {
      const [row] = await raw<{ count: number }[]>`
        SELECT count(*)::int AS count FROM events
        WHERE position > ${position} AND type = ${StepRetryRequested.type}
          AND metadata ->> 'correlation' = ${id}`;
      return row?.count ?? 0;
    },
    async recent() {
      const rows = await withProgress()
        .where(
          sql`${groupRetries.state} = 'running' OR ${groupRetries.endedAt} > doctrail_now() - interval '10 minutes'`,
        )
        .orderBy(desc(groupRetries.requestedAt))
        .limit(50);
      return rows.map(({ retry, retried }) => ({ ...retry, retried }));
    },
    async of(group) {
      const [row] = await withProgress().where(eq(groupRetries.id, group));
      return row ? { ...row.retry, retried: row.retried } : null;
    },
  };
}
