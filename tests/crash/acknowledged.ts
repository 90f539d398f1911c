import assert from 'node:assert/strict';
import type { Client, HistoryEvent, ListedDocument } from './client.ts';
import { flawsOf } from './history.ts';
import { sha256, type SmallFile } from './small-files.ts';
import type { Upload } from './uploader.ts';

/** What is wrong with how a file's document ended. */
type FlawsOfEnd = (
  file: SmallFile,
  document: ListedDocument,
  history: readonly HistoryEvent[],
) => string[];

const completedAtOnce: FlawsOfEnd = (_file, { status, error }, history) => [
  ...(status === 'completed' ? [] : [`${status}: ${JSON.stringify(error)}`]),
  ...flawsOf(history),
];

/**
 * Every acknowledged file is there, whole, and has ended as it should; of the others, all of an
 * upload or nothing.
 */
export async function proveDocuments(
  client: Client,
  uploads: readonly Upload[],
  flawsOfEnd = completedAtOnce,
): Promise<number> {
  const listed = await client.documents();
  const byName = Map.groupBy(listed, ({ fileName }) => fileName);
  for (const { files, acknowledged, key } of uploads) {
    const found = files.map(({ name }) => byName.get(name) ?? []);
    if (key !== null) assert.ok(acknowledged, 'An upload with a key was never acknowledged');
    if (acknowledged) {
      assert.deepEqual(
        found.map((documents) => documents.map(({ id }) => id)),
        acknowledged.map((id) => [id]),
      );
    } else {
      const counts = new Set(found.map((documents) => documents.length));
      assert.ok(counts.size === 1 && !counts.has(2), 'An upload is there by halves, or twice');
    }
    for (const [index, file] of files.entries()) {
      const [document] = found[index] ?? [];
      if (!document) continue;
      assert.equal(sha256(await client.file(document.id)), sha256(file.content), file.name);
      const flaws = flawsOfEnd(file, document, await client.history(document.id));
      assert.deepEqual(flaws, [], `${file.name} (${document.id})`);
    }
  }
  const known = uploads.flatMap(({ files }) => files).length;
  assert.ok(listed.length <= known, 'There are documents that nobody handed over');
  return listed.length;
}
