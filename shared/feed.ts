import type { Sql } from 'postgres';
import type { EventCatalogue } from './event-catalogue.ts';
import type { StoredEvent } from './event.ts';
import { fromRow, type EventRow } from './event-store.ts';

/** Events in order, and how far the reader has come: every position up to `position` is settled. */
export interface Page {
  events: StoredEvent[];
  position: number;
  /** Nothing more was there when it was read. */
  isLast?: boolean;
}

export interface Feed {
  /** The next events after a position. Skips none and inverts none, whatever commits meanwhile. */
  after(position: number, limit: number): Promise<Page>;
  /** The newest position up to which nothing can appear any more. */
  settled(): Promise<number>;
  /** Events between two settled positions, the second included; read once for those who lag together. */
  between(after: number, upTo: number, limit: number): Promise<Page>;
}

/**
 * Reads the log in the order of its positions.
 *
 * Positions become visible out of order: a transaction may draw 7, another 8 and commit first. A
 * reader that asks for `position > checkpoint` would then step over 7 for ever. Positions without a
 * gap need no care. At a gap the reader asks, in this order and in separate statements, for the
 * sequence's value and for the smallest key among the shared locks that appenders take *before*
 * they draw positions (see append_events): everything up to the smaller of the two is settled, and
 * a gap below it was rolled back. Only appenders hold such locks, so an unrelated long transaction
 * stalls nothing, in this database or another.
 */
export function createFeed(sql: Sql, catalogue: EventCatalogue): Feed {
  async function settled(): Promise<number> {
    const [sequence] = await sql<{ value: string }[]>`
      SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS value FROM event_position`;
    const [appender] = await sql<{ key: string | null }[]>`
      SELECT min(((classid::bigint << 32) | objid::bigint) & ((1::bigint << 48) - 1)) AS key
      FROM pg_locks
      WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = 4918 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    return Math.min(Number(sequence?.value), Number(appender?.key ?? Infinity));
  }

  async function read(after: number, upTo: number | null, limit: number) {
    const rows = await sql<EventRow[]>`
      SELECT * FROM events
      WHERE position > ${after} ${upTo === null ? sql`` : sql`AND position <= ${upTo}`}
      ORDER BY position LIMIT ${limit}`;
    return rows.map((row) => catalogue.upcast(fromRow(row)));
  }

  async function readBetween(after: number, upTo: number, limit: number): Promise<Page> {
    const events = await read(after, upTo, limit);
    const last = events.at(-1);
    return { events, position: events.length === limit && last ? last.position : upTo };
  }

  const between = keptPages(readBetween);

  return {
    settled,
    between,
    async after(position, limit) {
      const events = await read(position, null, limit);
      const gap = events.findIndex((event, index) => event.position !== position + index + 1);
      if (gap === -1)
        return { events, position: position + events.length, isLast: events.length < limit };
      if (gap > 0) return { events: events.slice(0, gap), position: position + gap };
      const bound = await settled();
      return bound <= position ? { events: [], position } : between(position, bound, limit);
    },
  };
}

type ReadBetween = (after: number, upTo: number, limit: number) => Promise<Page>;

/** Pages that are kept: of those who lag together, and of a rebuild beside them. */
const KEPT = 4;

/**
 * Keeps what was read last, and reads one page ahead: those who lag mostly lag together, and each
 * would read the log by itself. Only a full page stays as it is; what is not full is for those who
 * ask while it is read.
 */
function keptPages(read: ReadBetween): ReadBetween {
  const kept = new Map<string, Promise<Page>>();

  const readOnce: ReadBetween = (after, upTo, limit) => {
    const key = `${limit} after ${after}`;
    const known = kept.get(key);
    if (known) return known;
    const page = read(after, upTo, limit);
    kept.set(key, page);
    const forget = () => void kept.delete(key);
    page.then(({ events }) => events.length < limit && forget(), forget);
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
    return page;
  };

  return async (after, upTo, limit) => {
    const page = await readOnce(after, upTo, limit);
    if (page.position < upTo) readOnce(page.position, upTo, limit).catch(() => undefined);
    return page;
  };
}
