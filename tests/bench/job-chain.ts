import type { PgBoss } from 'pg-boss';
import type { Sample } from './bench.ts';
import { openPgBoss } from './peers.ts';

const BATCH = 200;

/**
 * What pg-boss does by itself: for each document a job in the first queue, and when it is done one in
 * the next, each queue first in, first out for a document. As quick as it goes: whole batches, and
 * nobody waits for a poll.
 */
export async function chainJobs(url: string, documents: number, length: number): Promise<Sample> {
  const boss = await openPgBoss({ connectionString: url, supervise: false, schedule: false });
  const queues = Array.from({ length }, (_, index) => `chain-${index}`);
  for (const queue of queues) await boss.createQueue(queue, { policy: 'key_strict_fifo' });
  const [first = ''] = queues;
  const begun = performance.now();
  const keys = Array.from({ length: documents }, (_, document) => `document-${document}`);
  for (let start = 0; start < documents; start += BATCH)
    await boss.insert(first, jobsOf(keys.slice(start, start + BATCH)));
  await Promise.all(queues.map((queue, index) => drain(boss, queue, queues[index + 1], documents)));
  const seconds = (performance.now() - begun) / 1_000;
  await boss.stop({ graceful: false });
  return { rate: documents / seconds };
}

/** Does the jobs of one queue until all documents have passed it. */
async function drain(
  boss: PgBoss,
  queue: string,
  next: string | undefined,
  documents: number,
): Promise<void> {
  let left = documents;
  while (left > 0) {
    const jobs = await boss.fetch<{ document: string }>(queue, { batchSize: BATCH });
    if (jobs.length === 0) continue;
    if (next !== undefined) await boss.insert(next, jobsOf(jobs.map(({ data }) => data.document)));
    await boss.complete(queue, jobs);
    left -= jobs.length;
  }
}

const jobsOf = (documents: readonly string[]) =>
  documents.map((document) => ({ singletonKey: document, data: { document } }));
