import { isErased } from '../../shared/erased.ts';
import { documentStream } from '../../shared/event.ts';
import type { EventStore } from '../../shared/event-store.ts';
import { unprocessable } from '../../shared/web/problem.ts';
import { receivedOf } from './received.contract.ts';

/** A document as its sender is told of it. */
export interface ReceivedDocument {
  id: string;
  fileName: string;
  duplicateOf: string | null;
}

/** What an Idempotency-Key was used for before. */
export interface RepeatedUpload {
  /** Of the documents received then, in their order; empty when the key is new. */
  sha256s: readonly string[];
  /**
   * The answer of then, or null when the key is new.
   * @throws Problem 422 when it was given for other content
   */
  answer(sha256s: readonly string[]): ReceivedDocument[] | null;
}

/** Looks the key up by the ids that it gives; one more than there are files shows a longer upload. */
export async function findRepeated(
  store: EventStore,
  ids: readonly string[],
): Promise<RepeatedUpload> {
  const streams = ids.map(documentStream);
  const histories = await store.readMany(streams);
  const known = streams
    .map((stream) => histories.get(stream) ?? [])
    .filter((history) => history.length > 0)
    .map(receivedOf);
  const erased = [...histories.values()].some(isErased);
  const sha256s = known.map((received) => received.sha256);
  return {
    sha256s,
    answer(asked) {
      if (known.length === 0) return null;
      if (asked.join() !== sha256s.join()) throw usedForOtherFiles();
      if (erased) throw erasedSince();
      return known.map(({ fileName, duplicateOf }, part) => ({
        id: ids[part] ?? '',
        fileName: fileName ?? '',
        duplicateOf,
      }));
    },
  };
}

const erasedSince = () =>
  unprocessable(
    'A document that this Idempotency-Key was used for has been erased. Send a new key to hand it in again.',
  );

const usedForOtherFiles = () =>
  unprocessable(
    'This Idempotency-Key was used for other files. Send a new key with new content, or the same files again.',
  );
