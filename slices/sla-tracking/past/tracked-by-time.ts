import type { Database } from '../../../shared/database.ts';
import type { Clock } from '../clocks/clock.ts';

/** The place of an event among those of a period. */
export interface EventMark {
  storedAt: Date;
  position: number;
}

/** A document that was received in a period, with its clocks as they stand. */
export interface TrackedDocument {
  id: string;
  fileName: string | null;
  clocks: Clock[];
  mark: EventMark;
}

/** The next documents of a period, in the order in which they were received, behind a mark. */
export type TrackedPage = (
  period: { from: Date; to: Date },
  after: EventMark | null,
  limit: number,
) => Promise<TrackedDocument[]>;

/** By the index of events by type and time: a page costs the same wherever it lies. */
export function createTrackedByTime({ sql }: Pick<Database, 'sql'>): TrackedPage {
  return async ({ from, to }, after, limit) => {
    const mark = after ?? { storedAt: from, position: 0 };
    const rows = await sql<(Omit<TrackedDocument, 'mark'> & EventMark)[]>`
      SELECT substr(e.stream, 10) AS id, b.file_name AS "fileName",
        coalesce(t.clocks, '[]') AS clocks, e.stored_at AS "storedAt",
        e.position::float8 AS position
      FROM (
        SELECT position, stream, stored_at FROM events
        WHERE type = 'DocumentReceived' AND stored_at < ${to}
          AND (stored_at, position) > (${mark.storedAt}, ${mark.position}::bigint)
        ORDER BY stored_at, position LIMIT ${limit}
      ) e
      LEFT JOIN sla_tracking t ON t.id = substr(e.stream, 10)::uuid
      LEFT JOIN document_board b ON b.id = t.id
      ORDER BY e.stored_at, e.position`;
    return rows.map(({ storedAt, position, ...row }) => ({ ...row, mark: { storedAt, position } }));
  };
}
