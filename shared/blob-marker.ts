import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from './config-error.ts';
import type { Database } from './database.ts';

/**
 * Makes sure that this machine's blob folder is the one that belongs to the database: both hold the
 * same id. A machine that does not share the folder would acknowledge documents that others cannot
 * read.
 * @throws ConfigError when the folder is another one, or missing although documents were received
 */
export async function claimBlobFolder(folder: string, database: Database): Promise<void> {
  const [row] = await database.sql<{ id: string; used: boolean }[]>`
    SELECT id, EXISTS (SELECT FROM events) AS used FROM blob_folder`;
  if (!row)
    throw new ConfigError(
      'The database has lost the id of its blob folder: restore it from a backup.',
    );
  const marker = join(folder, '.folder-id');
  const found = await readFile(marker, 'utf8').catch(() => null);
  if (found === row.id) return;
  if (found === null && !row.used) {
    // Documents are nobody's but this user's, whoever may pass through DATA_DIR.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(marker, row.id);
    return;
  }
  throw new ConfigError(
    `${folder} is not the blob folder of this database${found === null ? '' : ', but of another'}. Set DATA_DIR to the folder that all its machines share (it holds blobs/.folder-id).`,
  );
}
