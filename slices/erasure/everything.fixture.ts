import { existsSync, type Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../shared/database.ts';

/** Where everything that is kept of documents lies. */
interface Stores {
  database: Pick<Database, 'sql'>;
  dataDir: string;
}

/** Where these words stand: in rows of any table of the database, or in names and contents of files. */
export async function placesOf(
  { database, dataDir }: Stores,
  words: readonly string[],
): Promise<string[]> {
  const everything = [...(await everyRow(database)), ...(await everyFile(join(dataDir, 'blobs')))];
  return everything.flatMap(([place, text]) =>
    words.filter((word) => text.toLowerCase().includes(word)).map((word) => `${word} in ${place}`),
  );
}

type Found = [place: string, text: string];

/** Every row as text, as a dump of the database would hold it. */
async function everyRow({ sql }: Pick<Database, 'sql'>): Promise<Found[]> {
  const tables = await sql<{ schema: string; name: string }[]>`
    SELECT schemaname AS schema, tablename AS name FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;
  const found = await Promise.all(
    tables.map(async ({ schema, name }) => {
      const rows = await sql<{ row: string }[]>`
        SELECT t::text || to_jsonb(t)::text AS row FROM ${sql(schema)}.${sql(name)} t`;
      return rows.map(({ row }): Found => [name, row]);
    }),
  );
  return found.flat();
}

async function everyFile(folder: string): Promise<Found[]> {
  const entries = await entriesOf(folder);
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async ({ parentPath, name }): Promise<Found> => {
      const path = join(parentPath, name);
      // One that went meanwhile holds nothing.
      const content = await readFile(path).catch(() => Buffer.of());
      return [path, `${path}\n${content.toString('latin1')}`];
    }),
  );
}

/** All below `folder`; it is listed again when one of its folders went while it was listed. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  for (;;) {
    try {
      return await readdir(folder, { recursive: true, withFileTypes: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      if (!existsSync(folder)) throw error;
    }
  }
}
