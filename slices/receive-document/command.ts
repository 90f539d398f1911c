import type { Readable } from 'node:stream';
import type { BlobStore, StagedBlob } from '../../shared/blobs.ts';
import type { Database } from '../../shared/database.ts';
import { documentOf, documentStream } from '../../shared/event.ts';
import { VersionConflict, type EventStore, type StreamWrite } from '../../shared/event-store.ts';
import { derivedId, newId } from '../../shared/ids.ts';
import type { Step } from '../../shared/steps/step.ts';
import { unprocessable } from '../../shared/web/problem.ts';
import { DocumentReceived } from './events.ts';
import { receivedOf } from './received.contract.ts';

export interface StagedFile extends StagedBlob {
  fileName: string;
  claimedMediaType: string;
}

export interface Upload {
  files: readonly StagedFile[];
  source: string | null;
  label: string | null;
  actor: string;
  /** Of this actor: the same key and content give the same documents. */
  idempotencyKey: string | null;
}

export interface ReceivedDocument {
  id: string;
  fileName: string;
  duplicateOf: string | null;
}

export interface Receiver {
  stage(content: Readable): Promise<StagedBlob>;
  discard(files: readonly StagedBlob[]): Promise<void>;
  /**
   * Receives all files or none. The bytes are durable under their documents before the events are
   * stored, so whatever is on the board can be read.
   * @throws Problem 422 when the key was used for other content
   */
  receive(upload: Upload): Promise<ReceivedDocument[]>;
}

export function createReceiver(options: {
  steps: readonly Step[];
  store: EventStore;
  blobs: BlobStore;
  database: Database;
}): Receiver {
  const { store, blobs, database } = options;
  const plan = options.steps.map((step) => step.slug);

  /** Documents received before with the same bytes, the first of each. */
  async function earlier(hashes: readonly string[]): Promise<Map<string, string>> {
    const rows = await database.sql<{ sha256: string; stream: string }[]>`
      SELECT DISTINCT ON (data ->> 'sha256') data ->> 'sha256' AS sha256, stream FROM events
      WHERE type = 'DocumentReceived' AND data ->> 'sha256' = ANY (${[...hashes]})
      ORDER BY data ->> 'sha256', position`;
    return new Map(rows.map(({ sha256, stream }) => [sha256, documentOf(stream) ?? '']));
  }

  /** What the key was used for before, or null. One id more is asked for than there are files, to notice fewer. */
  async function repeated(
    upload: Upload,
    ids: readonly string[],
  ): Promise<ReceivedDocument[] | null> {
    if (upload.idempotencyKey === null) return null;
    const streams = ids.map(documentStream);
    const histories = await store.readMany(streams);
    const known = streams
      .map((stream) => histories.get(stream) ?? [])
      .filter((history) => history.length > 0);
    if (known.length === 0) return null;
    const before = known.map((history) => receivedOf(history));
    const same =
      before.length === upload.files.length &&
      before.every(({ sha256 }, index) => sha256 === upload.files[index]?.sha256);
    if (!same) {
      throw unprocessable(
        'This Idempotency-Key was used for other files. Send a new key with new content, or the same files again.',
      );
    }
    return before.map(({ fileName, duplicateOf }, index) => ({
      id: ids[index] ?? '',
      fileName: fileName ?? '',
      duplicateOf,
    }));
  }

  async function receive(upload: Upload): Promise<ReceivedDocument[]> {
    const { files, actor, idempotencyKey: key } = upload;
    const ids = [...files, null].map((_, part) =>
      key === null ? newId() : derivedId(actor, key, part),
    );
    const before = await repeated(upload, ids);
    if (before) {
      await discard(files);
      return before;
    }
    const originals = await earlier(files.map((file) => file.sha256));
    const correlation = newId();
    const documents = files.map((file, part) => {
      const id = ids[part] ?? newId();
      const duplicateOf = originals.get(file.sha256) ?? null;
      if (duplicateOf === null) originals.set(file.sha256, id);
      return { id, file, duplicateOf };
    });
    for (const { id, file } of documents) await blobs.keep(file, id);
    const writes = documents.map(({ id, file, duplicateOf }): StreamWrite => {
      const { fileName, claimedMediaType, bytes, sha256 } = file;
      const { source, label } = upload;
      const fact = DocumentReceived(
        { fileName, claimedMediaType, bytes, sha256, source, label, plan, duplicateOf },
        derivedId('received', id),
      );
      const metadata = { correlation, causation: null, actor, command: 'receive documents' };
      return { stream: documentStream(id), expected: 0, events: [fact], metadata };
    });
    try {
      await store.append(...writes);
    } catch (error) {
      // The same key at the same moment: the other request was faster.
      const other = error instanceof VersionConflict ? await repeated(upload, ids) : null;
      if (other) return other;
      throw error;
    }
    return documents.map(({ id, file, duplicateOf }) => ({
      id,
      fileName: file.fileName,
      duplicateOf,
    }));
  }

  async function discard(files: readonly StagedBlob[]): Promise<void> {
    await Promise.all(files.map((file) => blobs.discard(file)));
  }

  return { stage: blobs.stage, discard, receive };
}
