import type { Database } from '../../shared/database.ts';

/** Documents that ended more than so many days ago and were not taken up again, those that ended first before the others. */
export function createEndedDocuments({ sql }: Database) {
  return async (days: number, limit: number): Promise<string[]> => {
    const rows = await sql<{ id: string }[]>`
      SELECT id FROM document_board
      WHERE ended_at < (SELECT doctrail_now()) - ${days} * interval '1 day'
      ORDER BY ended_at LIMIT ${limit}`;
    return rows.map(({ id }) => id);
  };
}
