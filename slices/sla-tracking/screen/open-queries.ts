import type { Database } from '../../../shared/database.ts';
import type { SlaState } from '../clocks/clock.ts';
import type { Phase } from '../clocks/phase.ts';

/** A document under way, and when it is due. */
export interface OpenDocument {
  id: string;
  /** Null while the board does not know it, and once it was erased. */
  fileName: string | null;
  startedAt: Date;
  dueAt: Date | null;
}

/** A breach that was told. */
export interface ToldBreach {
  document: string;
  fileName: string | null;
  position: number;
  clock: string;
  targetMs: number;
  dueAt: Date;
  storedAt: Date;
  step: string | null;
  phase: Phase | null;
}

export interface OpenQueries {
  /** How many documents under way are in each state; those without a promise under ''. */
  counts(): Promise<ReadonlyMap<SlaState | '', number>>;
  /** Those in a state, the one that is due first before all others. */
  inState(state: SlaState, limit: number): Promise<OpenDocument[]>;
  oldest(): Promise<OpenDocument | null>;
  /** Whether there is any document, under way or not. */
  any(): Promise<boolean>;
  /** The newest breaches before a position, the newest first. */
  breaches(before: number | null, limit: number): Promise<ToldBreach[]>;
}

/** What there is right now, from the clocks of documents under way and the log. */
export function createOpenQueries({ sql }: Pick<Database, 'sql'>): OpenQueries {
  const columns = sql`
    t.id, b.file_name AS "fileName", t.started_at AS "startedAt", t.due_at AS "dueAt"`;

  return {
    async counts() {
      const rows = await sql<{ state: SlaState | ''; count: number }[]>`
        SELECT state, count::float8 FROM sla_open`;
      return new Map(rows.map(({ state, count }) => [state, count]));
    },
    inState: (state, limit) => sql<OpenDocument[]>`
      SELECT ${columns} FROM sla_tracking t LEFT JOIN document_board b USING (id)
      WHERE t.ended_at IS NULL AND t.state = ${state} ORDER BY t.due_at, t.id LIMIT ${limit}`,
    async oldest() {
      const [row] = await sql<OpenDocument[]>`
        SELECT ${columns} FROM sla_tracking t LEFT JOIN document_board b USING (id)
        WHERE t.ended_at IS NULL ORDER BY t.started_at, t.id LIMIT 1`;
      return row ?? null;
    },
    // Without an order it would count as a scan of the whole table, which nothing here may do.
    any: async () => (await sql`SELECT FROM sla_tracking ORDER BY id LIMIT 1`).length > 0,
    breaches: (before, limit) => sql<ToldBreach[]>`
      SELECT substr(e.stream, 10) AS document, b.file_name AS "fileName", e.position::float8 AS position,
        e.data ->> 'clock' AS clock, (e.data ->> 'targetMs')::float8 AS "targetMs",
        (e.data ->> 'dueAt')::timestamptz AS "dueAt", e.data ->> 'step' AS step,
        e.data ->> 'phase' AS phase, e.stored_at AS "storedAt"
      FROM (
        SELECT * FROM events WHERE type = 'SlaBreached'
          ${before === null ? sql`` : sql`AND position < ${before}`}
        ORDER BY position DESC LIMIT ${limit}
      ) e LEFT JOIN document_board b ON b.id = substr(e.stream, 10)::uuid
      ORDER BY e.position DESC`,
  };
}
