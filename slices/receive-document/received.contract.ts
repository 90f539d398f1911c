import type { StoredEvent } from '../../shared/event.ts';
import { DocumentReceived } from './events.ts';

/** What was received, from a document's history. */
export function receivedOf(history: readonly StoredEvent[]) {
  const received = history.find(DocumentReceived.is);
  if (!received) throw new Error('A history begins with DocumentReceived.');
  return received.data;
}
