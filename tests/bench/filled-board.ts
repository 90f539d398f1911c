import type { Sql } from 'postgres';
import { NOT_DUE } from '../../slices/sla-tracking/document-sla.contract.ts';

/**
 * Fills the tables of board and search as the events of so many documents would: one in fifty has
 * failed, one in a hundred is under way. Everybody is called Ostermann, each has a number of its own,
 * one in a thousand the same branch.
 */
export async function fillBoard(sql: Sql, documents: number): Promise<void> {
  await sql`
    INSERT INTO document_board (id, position, owner, file_name, bytes, media_type, kind, language, title,
      fields, pages, status, step, plan, done, attempts, sla_run, sla_order, received_at, updated_at,
      ended_at, revision)
    SELECT md5(n::text)::uuid, n * 10, 'user:bench', 'delivery note ' || n || ' of Ostermann.pdf', 84300,
      'application/pdf', 'delivery-note', 'en', 'Delivery note ' || n, '[]', 2, status,
      CASE WHEN status = 'completed' THEN NULL ELSE plan[2] END, plan,
      CASE WHEN status = 'completed' THEN plan ELSE plan[1:1] END, 1, 1, ${NOT_DUE}::bigint,
      at, at, CASE WHEN status = 'processing' THEN NULL ELSE at END, n
    FROM (
      SELECT n, '2026-01-01'::timestamptz + n * interval '1 second' AS at,
        ARRAY['inspection', 'text-extraction', 'classification', 'publication'] AS plan,
        CASE WHEN n % 50 = 0 THEN 'failed' WHEN n % 100 = 1 THEN 'processing' ELSE 'completed' END AS status
      FROM generate_series(1, ${documents}::int) n
    ) documents`;
  await sql`
    INSERT INTO document_counts SELECT status, count(*) FROM document_board GROUP BY status`;
  await sql`
    INSERT INTO document_search (id, part, facts, body, words, names, received)
    SELECT md5(n::text)::uuid, 0, jsonb_build_object('fileName', body, 'title', body, 'language', 'en',
        'kind', 'delivery-note', 'format', 'pdf', 'source', NULL, 'label', NULL,
        'receivedAt', '2026-01-01T00:00:00.000Z', 'fields', '[]'::jsonb),
      body, to_tsvector('simple', body), 'Ostermann', '2026-01-01'
    FROM (SELECT n, 'Delivery note of Ostermann for customer' || n || ' in branch' || n % 1000 AS body
          FROM generate_series(1, ${documents}::int) n) documents`;
  await sql`
    INSERT INTO subscriptions (name, position, revision)
    VALUES ('document-board', ${documents * 10}, ${documents})
    ON CONFLICT (name) DO UPDATE SET position = excluded.position, revision = excluded.revision`;
  await sql`SELECT setval('event_position', ${documents * 10})`;
  await sql`VACUUM ANALYZE document_board, document_search`;
}
