import type { Readable } from 'node:stream';
import type { BlobStore, StagedBlob } from '../../shared/blobs.ts';
import type { Database } from '../../shared/database.ts';
import { documentOf, documentStream } from '../../shared/event.ts';
import { VersionConflict, type EventStore, type StreamWrite } from '../../shared/event-store.ts';
import { derivedId, newId } from '../../shared/ids.ts';
import { isOutage } from '../../shared/outage.ts';
import type { Step } from '../../shared/steps/step.ts';
import { DocumentReceived } from './events.ts';
import { findRepeated, type ReceivedDocument } from './repeated-upload.ts';

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

export interface Receiver {
  stage(content: Readable): Promise<StagedBlob>;
  discard(files: readonly StagedBlob[]): Promise<void>;
  /**
   * Receives all files or none; either way nothing stays staged. The bytes are durable under their
   * documents before the events are stored, so whatever is on the board can be read.
   * @throws Problem 422 when the key was used for other content
   */
  receive(upload: Upload): Promise<ReceivedDocument[]>;
}

interface NewDocument extends ReceivedDocument {
  file: StagedFile;
}

export function createReceiver(options: {
  steps: readonly Step[];
  store: EventStore;
  blobs: BlobStore;
  database: Database;
}): Receiver {
  const { store, blobs, database } = options;
  const plan = options.steps.map((step) => step.slug);

  async function receive(upload: Upload): Promise<ReceivedDocument[]> {
    try {
      // One id more than there are files, to notice when the key was used for more.
      const ids = [...upload.files, null].map((_, part) => idOf(upload, part));
      return (await before(upload, ids)) ?? (await receiveNew(upload, ids));
    } finally {
      await discard(upload.files);
    }
  }

  async function receiveNew(upload: Upload, ids: readonly string[]): Promise<ReceivedDocument[]> {
    const documents = await asDocuments(upload.files, ids);
    try {
      await Promise.all(documents.map(({ id, file }) => blobs.keep(file, id)));
    } catch (error) {
      if (upload.idempotencyKey === null) await takeBack(documents);
      throw error;
    }
    try {
      await store.append(...writesOf(upload, documents));
    } catch (error) {
      return afterRefusal(error, upload, documents, ids);
    }
    return documents.map(({ id, fileName, duplicateOf }) => ({ id, fileName, duplicateOf }));
  }

  /**
   * Whatever was kept for nothing goes: bytes under ids of their own, and bytes under the ids of
   * other content. After an outage the events may have been stored all the same, and under shared
   * ids the same request may be on its way a second time: then the bytes stay.
   */
  async function afterRefusal(
    error: unknown,
    upload: Upload,
    documents: readonly NewDocument[],
    ids: readonly string[],
  ): Promise<ReceivedDocument[]> {
    if (upload.idempotencyKey === null) {
      if (!isOutage(error)) await takeBack(documents);
      throw error;
    }
    if (!(error instanceof VersionConflict)) throw error;
    // The same key at the same moment: the other request was faster.
    const faster = await findRepeated(store, ids);
    await takeBack(documents.filter(({ file }, part) => file.sha256 !== faster.sha256s[part]));
    const answer = faster.answer(upload.files.map((file) => file.sha256));
    if (!answer) throw error;
    return answer;
  }

  /** What the same request was answered before; null when it is new. */
  async function before({ files, idempotencyKey }: Upload, ids: readonly string[]) {
    if (idempotencyKey === null) return null;
    const found = await findRepeated(store, ids);
    return found.answer(files.map((file) => file.sha256));
  }

  /** Names the files, and says of each whether its bytes were received before, the first document of all that is there still. */
  async function asDocuments(
    files: readonly StagedFile[],
    ids: readonly string[],
  ): Promise<NewDocument[]> {
    const rows = await database.sql<{ sha256: string; stream: string }[]>`
      SELECT DISTINCT ON (data ->> 'sha256') data ->> 'sha256' AS sha256, stream FROM events
      WHERE type = 'DocumentReceived' AND data ->> 'fileName' IS NOT NULL AND data ->> 'sha256' = ANY (${files.map((file) => file.sha256)})
      ORDER BY data ->> 'sha256', position`;
    const first = new Map(rows.map(({ sha256, stream }) => [sha256, documentOf(stream)]));
    return files.map((file, part) => {
      const id = ids[part] ?? newId();
      const duplicateOf = first.get(file.sha256) ?? null;
      if (duplicateOf === null) first.set(file.sha256, id);
      return { id, fileName: file.fileName, duplicateOf, file };
    });
  }

  function writesOf(upload: Upload, documents: readonly NewDocument[]): StreamWrite[] {
    const { actor, source, label } = upload;
    const metadata = { correlation: newId(), causation: null, actor, command: 'receive documents' };
    return documents.map(({ id, duplicateOf, file }) => {
      const { fileName, claimedMediaType, bytes, sha256 } = file;
      const data = { fileName, claimedMediaType, bytes, sha256, source, label, plan, duplicateOf };
      // An id of its own: with one derived from the key, other content that came at the same moment
      // would count as stored, when it is the document that exists already.
      const received = DocumentReceived(data, newId());
      return { stream: documentStream(id), expected: 0, events: [received], metadata };
    });
  }

  async function takeBack(documents: readonly NewDocument[]): Promise<void> {
    await Promise.all(documents.map(({ id, file }) => blobs.remove(id, file.sha256)));
  }

  async function discard(files: readonly StagedBlob[]): Promise<void> {
    await Promise.all(files.map((file) => blobs.discard(file)));
  }

  return { stage: blobs.stage, discard, receive };
}

function idOf({ actor, idempotencyKey }: Upload, part: number): string {
  return idempotencyKey === null ? newId() : derivedId(actor, idempotencyKey, part);
}
