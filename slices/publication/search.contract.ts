import { sql, type SQL } from 'drizzle-orm';
import { integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';

/**
 * The full-text index: a document's names and text, in parts, because PostgreSQL refuses a
 * tsvector of more than 1 MB. The column `words` is generated from the others by the database.
 */
export const searchTable = (name: string) =>
  pgTable(
    name,
    {
      id: uuid().notNull(),
      part: integer().notNull(),
      names: text().notNull(),
      body: text().notNull(),
    },
    (table) => [primaryKey({ columns: [table.id, table.part] })],
  );

export type SearchPart = ReturnType<typeof searchTable>['$inferSelect'];

/**
 * Ids of the documents that match what a person typed: all words, the last one by its beginning;
 * "quoted words" as a phrase, `-word` excluded (see websearch_to_tsquery).
 */
export function matching(query: string): SQL {
  return sql`(SELECT id FROM document_search
    WHERE words @@ (SELECT CASE WHEN q::text LIKE '%''' THEN (q::text || ':*')::tsquery ELSE q END
                    FROM websearch_to_tsquery('simple', ${query}) AS q))`;
}
