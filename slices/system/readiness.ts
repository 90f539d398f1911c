import type { Database } from '../../shared/database.ts';
import { unavailable } from '../../shared/web/problem.ts';

const READY_WITHIN_MS = 2_000;

/** @throws Problem 503 when the database refuses, or does not answer within `withinMs` milliseconds */
export async function askDatabase(
  { sql }: Pick<Database, 'sql'>,
  withinMs = READY_WITHIN_MS,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(reject, withinMs, new Error(`No answer within ${withinMs} ms.`));
  });
  try {
    await Promise.race([sql`SELECT 1`, late]);
  } catch (error) {
    const detail = 'The database does not answer. Look whether it runs, and is not overloaded.';
    throw unavailable(detail, 5, error);
  } finally {
    clearTimeout(timer);
  }
}
