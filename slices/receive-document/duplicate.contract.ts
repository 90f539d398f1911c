import { documentStream, type StoredEvent } from '../../shared/event.ts';
import type { EventStore } from '../../shared/event-store.ts';
import { DocumentReceived } from './events.ts';

type MayRead = (owner: string) => boolean;

/**
 * An earlier document with the same bytes, as somebody may be told of it: null where it is not theirs
 * to read, since even that it is there would tell what others have sent.
 */
export async function readableDuplicate(
  store: EventStore,
  duplicateOf: string | null,
  mayRead: MayRead,
): Promise<string | null> {
  if (duplicateOf === null) return null;
  const [received] = await store.read(documentStream(duplicateOf));
  return received && mayRead(received.metadata.actor) ? duplicateOf : null;
}

/** A document's history, as somebody may be told of it. */
export async function readableHistory(
  store: EventStore,
  history: readonly StoredEvent[],
  mayRead: MayRead,
): Promise<StoredEvent[]> {
  return Promise.all(
    history.map(async (event) => {
      if (!DocumentReceived.is(event)) return event;
      const duplicateOf = await readableDuplicate(store, event.data.duplicateOf, mayRead);
      return { ...event, data: { ...event.data, duplicateOf } };
    }),
  );
}
