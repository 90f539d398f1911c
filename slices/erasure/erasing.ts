import type { Config } from '../../shared/config.ts';
import type { Database } from '../../shared/database.ts';
import type { Eraser } from '../../shared/eraser.ts';
import { documentOf } from '../../shared/event.ts';
import type { Reactor } from '../../shared/reactor.ts';
import type { JobHandler, WorkQueue } from '../../shared/work-queue.ts';
import { DocumentErased } from './events.ts';

export const ERASURE = 'erasure';

/** What the queue holds; `at`: position of the DocumentErased. */
interface ErasureJob {
  document: string;
  at: number;
  again: boolean;
}

/** Has an erased document removed, durably: a process that dies over it leaves the job to another. */
export const erasing: Reactor = {
  name: ERASURE,
  on: [DocumentErased],
  states: [],
  react(_history, { stream, position: at }) {
    const document = documentOf(stream);
    if (document === null) return {};
    const data: ErasureJob = { document, at, again: false };
    return { jobs: [{ queue: ERASURE, key: document, data }] };
  },
};

/** Whoever read the history before the erasure has ended after this long, beside the longest of its waits. */
const MARGIN_MS = 600_000;

/**
 * Erases at once, and once more when nothing that had begun before can still be under way: a process
 * that was slow may have stored one more fact, or failed a job with words of the document in it.
 */
export function erasureWorker(options: {
  erase: Eraser;
  database: Database;
  queue: WorkQueue;
  config: Config;
}): JobHandler<ErasureJob> {
  const { erase, database, queue, config } = options;
  const waitMs = Math.max(config.parserTimeoutMs, config.webhookTimeoutMs) + MARGIN_MS;

  return async ({ document, at, again }) => {
    await erase(document);
    if (again) return;
    const data: ErasureJob = { document, at, again: true };
    const due = new Date(Date.now() + waitMs);
    const job = { queue: ERASURE, key: document, data, cause: at, round: 1, due };
    await database.db.transaction((tx) => queue.enqueue(tx, [job]));
  };
}
