import { sql } from 'drizzle-orm';
import { Type, type TSchema } from 'typebox';
import type { BlobStore } from './blobs.ts';
import { DUE, EVENTS_CHANNEL } from './bus.ts';
import type { Database } from './database.ts';
import type { EventCatalogue } from './event-catalogue.ts';
import { documentStream } from './event.ts';
import { PARKED_STREAMS } from './parked-streams.ts';
import { LIVE_CHANNEL } from './checkpoint.ts';
import type { WorkQueue } from './work-queue.ts';

/** Takes everything out of blobs, log and queues that a document said; does nothing a second time. */
export type Eraser = (document: string) => Promise<void>;

/**
 * Erases what the kernel keeps of a document that has its DocumentErased; read models let go of
 * theirs when they fold that event. First the blobs, as nothing can be put there any more from then
 * on; the rest in one transaction.
 */
export function createEraser(options: {
  database: Database;
  catalogue: EventCatalogue;
  blobs: BlobStore;
  queue: WorkQueue;
}): Eraser {
  const { database, catalogue, blobs, queue } = options;
  const fields = JSON.stringify(
    Object.fromEntries(
      catalogue.definitions
        .map(({ type, schema }) => [type, personalFields(schema)] as const)
        .filter(([, paths]) => paths.length > 0),
    ),
  );

  return async (document) => {
    await blobs.erase(document);
    const stream = documentStream(document);
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`SELECT erase_personal_data(${stream}, ${fields}::text::jsonb)`);
      await queue.forget(tx, document);
      await tx.execute(sql`DELETE FROM step_progress WHERE document_id = ${document}`);
      // Who could not handle an event of it need not any more: it is run again, from the erasure on.
      await tx.execute(sql`
        UPDATE parked_streams SET error = 'The document was erased.', asked = true,
          next_try_at = doctrail_now() WHERE stream = ${stream}`);
      await tx.execute(sql`
        SELECT pg_notify(${LIVE_CHANNEL}, ${PARKED_STREAMS}), pg_notify(${EVENTS_CHANNEL}, ${DUE})`);
    });
  };
}

/** Paths of the fields that `personal()` marks, at any depth of a schema of objects. */
export function personalFields(schema: TSchema, path: readonly string[] = []): string[][] {
  if ('personal' in schema) return [[...path]];
  if (Type.IsUnion(schema)) return schema.anyOf.flatMap((each) => personalFields(each, path));
  if (!Type.IsObject(schema)) return [];
  return Object.entries(schema.properties).flatMap(([name, property]) =>
    personalFields(property, [...path, name]),
  );
}
