import type { Database } from '../database.ts';
import { grouped } from '../grouped.ts';
import { LIVE_CHANNEL } from '../checkpoint.ts';

/** How far a running step is with a document, for example in pages. */
export interface StepProgress {
  done: number;
  total: number;
}

export interface ProgressBoard {
  /** Starts to tell progress of an attempt, at most once a second. */
  reporter(
    document: string,
    step: string,
    attempt: number,
  ): { report(done: number, total: number): void; end(): Promise<void> };
  of(documents: readonly string[]): Promise<Map<string, StepProgress>>;
  /** Documents with a step that tells progress right now. */
  active(): Promise<string[]>;
}

const INTERVAL_MS = 1_000;

/** The prefix of what is told on LIVE_CHANNEL when a document's progress changes. */
export const PROGRESS_PREFIX = 'progress:';

/** Progress is no fact: it lives in an unlogged table and goes when the step ends. */
export function createProgressBoard(database: Database): ProgressBoard {
  const { sql } = database;

  const write = (document: string, step: string, progress: StepProgress) => sql`
    WITH written AS (
      INSERT INTO step_progress (document_id, step, done, total)
      VALUES (${document}, ${step}, ${progress.done}, ${progress.total})
      ON CONFLICT (document_id) DO UPDATE
      SET step = excluded.step, done = excluded.done, total = excluded.total, updated_at = doctrail_now())
    SELECT pg_notify(${LIVE_CHANNEL}, ${PROGRESS_PREFIX + document})`;

  const clear = grouped<string>(
    (documents) => sql`DELETE FROM step_progress WHERE document_id = ANY (${[...documents]})`,
  );

  return {
    reporter(document, step, attempt) {
      // One before may have died with what it told.
      let isTold = attempt > 1;
      let latest: StepProgress | null = null;
      let writing: Promise<unknown> = Promise.resolve();
      let timer: NodeJS.Timeout | undefined;
      const flush = () => {
        timer = undefined;
        if (!latest) return;
        const progress = latest;
        latest = null;
        isTold = true;
        // A lost progress is told again by the next page.
        writing = write(document, step, progress).catch(() => undefined);
        timer = setTimeout(flush, INTERVAL_MS);
      };
      return {
        report(done, total) {
          latest = { done, total };
          if (!timer) flush();
        },
        async end() {
          clearTimeout(timer);
          await writing;
          if (isTold) await clear(document);
        },
      };
    },
    async of(documents) {
      const rows = await sql<{ document_id: string; done: number; total: number }[]>`
        SELECT document_id, done, total FROM step_progress WHERE document_id = ANY (${[...documents]})`;
      return new Map(rows.map(({ document_id, done, total }) => [document_id, { done, total }]));
    },
    async active() {
      const rows = await sql<{ document_id: string }[]>`SELECT document_id FROM step_progress`;
      return rows.map((row) => row.document_id);
    },
  };
}
