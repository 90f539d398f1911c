import { documentStream, type NewEvent, type StoredEvent } from '../../shared/event.ts';
import { eventCatalogue } from '../../shared/event-catalogue.ts';
import { createEventStore, type EventStore } from '../../shared/event-store.ts';
import { newId } from '../../shared/ids.ts';
import { createTestDatabase } from '../../tests/database.ts';
import { setClock } from '../../tests/kernel.ts';
import { steps } from '../../tests/laundry.ts';
import { ReprocessingRequested } from '../failure-admin/events.ts';
import { DocumentCompleted } from '../pipeline/events.ts';
import { DocumentReceived } from '../receive-document/events.ts';
import { StepRetryScheduled } from '../retry-policy/events.ts';
import { decideNotifications } from './decide.ts';
import { enableRules } from './enable.ts';
import * as events from './events.ts';
import { createEventsByTime } from './past/events-by-time.ts';
import { createPast } from './past/past.ts';
import { notificationRules } from './rules.ts';

/** A log in a database of its own, in which histories of the laundry are told. */
export async function startLog() {
  const test = await createTestDatabase();
  const { database } = test;
  const catalogue = eventCatalogue([
    DocumentReceived,
    DocumentCompleted,
    ReprocessingRequested,
    StepRetryScheduled,
    ...steps.flatMap((step) => Object.values(step.events)),
    ...Object.values(events),
  ]);
  const store: EventStore = createEventStore(database.sql, catalogue);
  const past = createPast({ steps, store, eventsByTime: createEventsByTime(database) });

  async function append(document: string, ...events: NewEvent[]): Promise<StoredEvent[]> {
    const metadata = {
      correlation: document,
      causation: null,
      actor: 'token:test',
      command: 'tell',
    };
    return store.append({ stream: documentStream(document), expected: null, events, metadata });
  }

  return {
    store,
    past,
    enable: () => enableRules(store, notificationRules),
    /** Tells a document's story, all at one time (ISO text), and gives its id. */
    async tell(at: string, events: readonly NewEvent[], document = newId()): Promise<string> {
      await setClock(database, Date.parse(at));
      await append(document, ...events);
      return document;
    },
    /** Decides on every event there is of a document, as the reactor does. */
    async decide(document: string, enabledAt: ReadonlyMap<string, number>): Promise<void> {
      const history = await store.read(documentStream(document));
      const facts = history.flatMap((event) =>
        decideNotifications(notificationRules, enabledAt, steps, history, event),
      );
      if (facts.length > 0) await append(document, ...facts);
    },
    /** Types and rules of what was decided about a document. */
    async decided(document: string): Promise<string[]> {
      const history = await store.read(documentStream(document));
      return history
        .filter(({ type }) => type.startsWith('Notification'))
        .map(({ type, data }) => `${type} ${String(data['rule'])}`);
    },
    async count(): Promise<number> {
      const [row] = await database.sql<{ count: number }[]>`
        SELECT count(*)::int AS count FROM events`;
      return row?.count ?? 0;
    },
    stop: () => test.drop(),
  };
}

export type Log = Awaited<ReturnType<typeof startLog>>;
