import type { Database } from '../../../shared/database.ts';
import type { Period } from './past.ts';

/** The place of an event among those of a period. */
export interface EventMark {
  storedAt: Date;
  position: number;
}

/** Finds events of some types within a period, in the order of their time, behind a mark. */
export type EventsByTime = (
  types: readonly string[],
  period: Period,
  after: EventMark | null,
  limit: number,
) => Promise<(EventMark & { stream: string })[]>;

/**
 * One look into the index for each type, because no index gives several types in one order: so the
 * cost is that of the limit, however long the log and the period are.
 */
export function createEventsByTime({ sql }: Database): EventsByTime {
  return async (types, { from, to }, after, limit) => {
    const mark = after ?? { storedAt: from, position: 0 };
    const rows = await sql<{ position: string; stream: string; stored_at: Date }[]>`
      SELECT found.position, found.stream, found.stored_at
      FROM unnest(${[...types]}::text[]) AS wanted (type)
      CROSS JOIN LATERAL (
        SELECT position, stream, stored_at FROM events
        WHERE type = wanted.type AND stored_at < ${to}
          AND (stored_at, position) > (${mark.storedAt}, ${mark.position}::bigint)
        ORDER BY stored_at, position LIMIT ${limit}
      ) AS found
      ORDER BY found.stored_at, found.position LIMIT ${limit}`;
    return rows.map(({ position, stream, stored_at: storedAt }) => ({
      position: Number(position),
      stream,
      storedAt,
    }));
  };
}
