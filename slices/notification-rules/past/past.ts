import { isErased } from '../../../shared/erased.ts';
import { documentOf, type StoredEvent } from '../../../shared/event.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import type { Step } from '../../../shared/steps/step.ts';
import { DocumentReceived } from '../../receive-document/events.ts';
import { firstMatchAt, requestIn } from '../decide.ts';
import type { Match, NotificationRule } from '../rule.ts';
import type { EventMark, EventsByTime } from './events-by-time.ts';

/** From a time on, up to another that is not included. */
export interface Period {
  from: Date;
  to: Date;
}

/** A message that a rule has for a document of the past, and the request of it if there is one. */
export interface PastNotification {
  document: string;
  /** Null once it was erased. */
  fileName: string | null;
  match: Match;
  requested: ReturnType<typeof requestIn>;
}

/** What a part of the past shows; `next` is where to go on, null when it is all. */
export interface PastPage {
  notifications: PastNotification[];
  next: EventMark | null;
}

/** What a rule would have sent because of an event of a history; null: nothing. */
export function pastNotification(
  rule: NotificationRule,
  steps: readonly Step[],
  history: readonly StoredEvent[],
  position: number,
): PastNotification | null {
  const event = history.find((each) => each.position === position);
  const match = event && !isErased(history) && firstMatchAt(rule, steps, history, event);
  if (!match) return null;
  return {
    document: documentOf(match.event.stream) ?? '',
    fileName: history.find(DocumentReceived.is)?.data.fileName ?? null,
    match,
    requested: requestIn(history, rule),
  };
}

/** Runs a rule over a period of the log, so many events of its types at a time, oldest first. */
export function createPast({
  steps,
  store,
  eventsByTime,
}: {
  steps: readonly Step[];
  store: EventStore;
  eventsByTime: EventsByTime;
}) {
  return async function past(
    rule: NotificationRule,
    period: Period,
    after: EventMark | null,
    limit: number,
  ): Promise<PastPage> {
    const types = rule.on(steps).map(({ type }) => type);
    const events = await eventsByTime(types, period, after, limit);
    const histories = await store.readMany([...new Set(events.map(({ stream }) => stream))]);
    const notifications = events
      .map(({ stream, position }) =>
        pastNotification(rule, steps, histories.get(stream) ?? [], position),
      )
      .filter((each) => each !== null);
    return { notifications, next: events.length < limit ? null : (events.at(-1) ?? null) };
  };
}

export type Past = ReturnType<typeof createPast>;
