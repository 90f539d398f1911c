import { desc } from 'drizzle-orm';
import type { Fragment } from 'postgres';
import type { Database } from '../../../shared/database.ts';
import type { EventCatalogue } from '../../../shared/event-catalogue.ts';
import { fromRow, type EventRow } from '../../../shared/event-store.ts';
import type { StoredEvent } from '../../../shared/event.ts';
import { refusals } from './refusals.ts';

/** What acts are about, by the streams that their events are on. */
export const subjects = ['all', 'accounts', 'documents', 'other'] as const;
export type Subject = (typeof subjects)[number];

export interface AuditFilter {
  about: Subject;
  /** An actor, as events carry it; null: everybody. */
  who: string | null;
  from: Date | null;
  /** Before it. */
  to: Date | null;
}

export type RefusalRecord = typeof refusals.$inferSelect;

export interface AuditQueries {
  /** What people and programs did, newest first, before a position. */
  acts(filter: AuditFilter, before: number | null, limit: number): Promise<StoredEvent[]>;
  /** What was refused, the last one first. */
  refused(limit: number): Promise<RefusalRecord[]>;
}

/**
 * The audit is read from the log itself, which nobody can change: an index covers those of its events
 * that people and programs asked for (drizzle/0017_audit.sql).
 */
export function createAuditQueries({ sql, db }: Database, catalogue: EventCatalogue): AuditQueries {
  const streams: Record<Subject, () => Fragment> = {
    all: () => sql`TRUE`,
    accounts: () => sql`stream ~ '^(user|token)-'`,
    documents: () => sql`stream LIKE 'document-%'`,
    other: () => sql`stream !~ '^(user|token|document)-'`,
  };
  return {
    async acts({ about, who, from, to }, before, limit) {
      const rows = await sql<EventRow[]>`
        SELECT * FROM events
        WHERE metadata ->> 'actor' ~ '^(user|token):|^system:(command-line|openid-connect)$'
          AND ${streams[about]()}
          AND ${who === null ? sql`TRUE` : sql`metadata ->> 'actor' = ${who}`}
          AND ${from === null ? sql`TRUE` : sql`stored_at >= ${from}`}
          AND ${to === null ? sql`TRUE` : sql`stored_at < ${to}`}
          AND ${before === null ? sql`TRUE` : sql`position < ${before}`}
        ORDER BY position DESC LIMIT ${limit}`;
      return rows.map((row) => catalogue.upcast(fromRow(row)));
    },
    refused: (limit) =>
      db.select().from(refusals).orderBy(desc(refusals.lastAt), desc(refusals.id)).limit(limit),
  };
}
