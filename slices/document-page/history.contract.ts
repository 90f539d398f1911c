import type { EventCatalogue } from '../../shared/event-catalogue.ts';
import type { StoredEvent } from '../../shared/event.ts';
import { withoutOrigin } from '../../shared/origin.ts';
import type { HistoryEntry } from './history-view.ts';

export { historyView, type HistoryEntry } from './history-view.ts';

/** A history told in sentences; `names`: what people call the actors. */
export function historyEntries(
  history: readonly StoredEvent[],
  catalogue: EventCatalogue,
  names: ReadonlyMap<string, string>,
): HistoryEntry[] {
  return history.map((event) => ({
    id: event.id,
    position: event.position,
    version: event.version,
    type: event.type,
    sentence: catalogue.find(event.type)?.sentence(event.data) ?? event.type,
    actor: names.get(event.metadata.actor) ?? 'somebody who is gone',
    at: event.storedAt,
    causeId: event.metadata.causation,
    json: { ...event, metadata: withoutOrigin(event.metadata) },
  }));
}
