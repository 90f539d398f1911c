import type { Database } from '../../shared/database.ts';
import type { PageFacts } from '../../shared/web/page-context.ts';

/** What the header of every page tells about all documents. */
export function createPageFacts({ sql }: Database): () => Promise<PageFacts> {
  return async () => {
    const [row] = await sql<{ failed: number }[]>`
      SELECT count::float8 AS failed FROM document_counts WHERE state = 'failed'`;
    return { failed: row?.failed ?? 0 };
  };
}
