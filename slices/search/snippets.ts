import { sql } from 'drizzle-orm';
import type { Database } from '../../shared/database.ts';
import { lexemesOf } from './conditions.ts';
import { createHighlighter, snippetOf, type Stretch } from './highlight.ts';
import type { Search } from './query.ts';

/** A document whose snippet is wanted; `lines` are tried where its text has nothing. */
export interface Found {
  id: string;
  language: string | null;
  lines: readonly string[];
}

export type SnippetsOf = (
  search: Search,
  documents: readonly Found[],
) => Promise<ReadonlyMap<string, Stretch[]>>;

/** What of each document was searched for, by its id; those where it cannot be shown have none. */
export const createSnippets =
  ({ db }: Database): SnippetsOf =>
  async (search, documents) => {
    const lexemes = search.groups
      .flat()
      .flatMap((term) => (term.finds === 'words' && !term.not ? [`(${lexemesOf(term)})`] : []));
    if (lexemes.length === 0 || documents.length === 0) return new Map();
    const ids = sql.join(
      documents.map(({ id }) => sql`${id}::uuid`),
      sql`, `,
    );
    // Of the pieces that have any of it the first that has all of it, or else the first.
    const pieces = await db.execute<{ id: string; body: string }>(sql`
    SELECT DISTINCT ON (id) id, body FROM document_search
    WHERE id IN (${ids}) AND part > 0 AND words @@ ${lexemes.join(' | ')}::tsquery
    ORDER BY id, words @@ ${lexemes.join(' & ')}::tsquery DESC, part`);
    const bodies = new Map(pieces.map(({ id, body }) => [id, body]));
    return new Map(
      documents.flatMap(({ id, language, lines }) => {
        const highlight = createHighlighter(search, language);
        for (const text of [bodies.get(id) ?? '', ...lines]) {
          const snippet = snippetOf(text, highlight);
          if (snippet) return [[id, snippet] as const];
        }
        return [];
      }),
    );
  };
