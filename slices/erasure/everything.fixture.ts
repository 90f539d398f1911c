import { readFile } from 'node:fs/promises';
import type { TestApp } from '../../tests/app.ts';

/** Where these words stand: in rows of any table of the database, or in names and contents of files. */
export async function placesOf(app: TestApp, words: readonly string[]): Promise<string[]> {
  const rows = await everyRow(app);
  const { files } = await app.stored();
  const contents = await Promise.all(
    files.map(
      async (path) => [path, `${path}\n${(await readFile(path)).toString('latin1')}`] as const,
    ),
  );
  return [...rows, ...contents].flatMap(([place, text]) =>
    words.filter((word) => text.toLowerCase().includes(word)).map((word) => `${word} in ${place}`),
  );
}

/** Every row as text, as a dump of the database would hold it. */
async function everyRow({ database }: TestApp): Promise<[place: string, text: string][]> {
  const { sql } = database.database;
  const tables = await sql<{ schema: string; name: string }[]>`
    SELECT schemaname AS schema, tablename AS name FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;
  const found = await Promise.all(
    tables.map(async ({ schema, name }) => {
      const rows = await sql<{ row: string }[]>`
        SELECT t::text || to_jsonb(t)::text AS row FROM ${sql(schema)}.${sql(name)} t`;
      return rows.map(({ row }): [string, string] => [name, row]);
    }),
  );
  return found.flat();
}
