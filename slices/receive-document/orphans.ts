import type { BlobStore, KeptBlob } from '../../shared/blobs.ts';
import type { Database } from '../../shared/database.ts';
import { documentStream } from '../../shared/event.ts';

/** Bytes kept for a document that no event knows. */
export interface Orphan {
  readonly document: string;
  readonly blobs: readonly KeptBlob[];
}

/** Documents that are looked up in one query. */
const AT_ONCE = 1_000;
const DAY_MS = 86_400_000;

/**
 * Finds what a process left that died between keeping a file and storing its event. The same is seen
 * of every document that came after the backup that the database was restored from, which is why
 * nothing is swept away without being asked.
 */
export async function findOrphans(
  { sql }: Pick<Database, 'sql'>,
  blobs: BlobStore,
): Promise<Orphan[]> {
  const documents = await blobs.documents();
  const orphans: Orphan[] = [];
  for (let at = 0; at < documents.length; at += AT_ONCE) {
    const some = documents.slice(at, at + AT_ONCE);
    const streams = some.map((document) => documentStream(document));
    const rows = await sql<{ stream: string }[]>`
      SELECT DISTINCT stream FROM events WHERE stream = ANY(${streams})`;
    const known = new Set(rows.map(({ stream }) => stream));
    for (const document of some.filter((one) => !known.has(documentStream(one))))
      orphans.push({ document, blobs: await blobs.kept(document) });
  }
  return orphans;
}

/** Whether an upload that is still under way could be the reason: nothing changed for less than a day. */
export const isYoung = ({ blobs }: Orphan, now: number): boolean =>
  blobs.some(({ keptAt }) => now - keptAt.getTime() < DAY_MS);

/** Lists orphans, a line each with a sum below; with `remove`, removes those older than a day. */
export async function sweepOrphans(
  database: Pick<Database, 'sql'>,
  blobs: BlobStore,
  { remove, now }: { remove: boolean; now: number },
): Promise<string> {
  const orphans = await findOrphans(database, blobs);
  const old = orphans.filter((orphan) => !isYoung(orphan, now));
  if (remove)
    for (const { document, blobs: kept } of old)
      for (const { sha256 } of kept) await blobs.remove(document, sha256);
  const lines = orphans.map((orphan) => lineOf(orphan, now));
  return [...lines, sumOf(orphans.length, old.length, remove)].join('\n');
}

function lineOf(orphan: Orphan, now: number): string {
  const { document, blobs } = orphan;
  const bytes = blobs.reduce((sum, blob) => sum + blob.bytes, 0);
  const since = blobs.map(({ keptAt }) => keptAt.toISOString()).toSorted()[0] ?? 'empty';
  return `${document}  ${since}  ${bytes} bytes${isYoung(orphan, now) ? '  younger than a day' : ''}`;
}

function sumOf(all: number, old: number, removed: boolean): string {
  if (all === 0) return 'Every file belongs to a document.';
  const found = `${all} ${all === 1 ? 'document has files, but no event' : 'documents have files, but no events'}.`;
  if (removed) return `${found} Removed: ${old}; what is younger than a day stays.`;
  return `${found} "npm run -s orphans -- --remove" removes the ${old} older than a day. After the database was restored from a backup, these may be documents that it has forgotten: upload them again first.`;
}
