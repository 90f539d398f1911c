import type { StoredEvent } from '../../shared/event.ts';
import type { EventStore } from '../../shared/event-store.ts';
import { NotificationRequested, NotificationSuppressed } from '../notification-rules/events.ts';
import { deliveriesOf } from './delivery/deliveries.ts';
import type { DeliveryRecord } from './delivery/table.ts';
import { endpointOf, endpointStream } from './endpoint/endpoint.ts';
import { NotificationAddressed } from './events.ts';
import { endpointName } from './screen/words.ts';

export { deliveryHref } from './screen/delivery-list-view.ts';

/** What became of a message at one endpoint. */
export type NotifiedEndpoint = Pick<
  DeliveryRecord,
  'endpoint' | 'messageId' | 'state' | 'attempts' | 'nextTryAt' | 'endedAt'
>;

/** What a rule said of a document, and what came of it. */
export type DocumentNotification =
  | { rule: string; at: Date; state: 'suppressed'; why: 'sent-before' | 'before-the-rule' }
  /** Not written down yet. */
  | { rule: string; at: Date; state: 'requested' }
  | { rule: string; at: Date; state: 'addressed'; endpoints: readonly NotifiedEndpoint[] };

/** Folded from the history of a document, in the order of the stream. */
export function notificationsOf(history: readonly StoredEvent[]): DocumentNotification[] {
  const deliveries = deliveriesOf(history);
  const addressed = new Set(
    history.filter(NotificationAddressed.is).map(({ data }) => data.messageId),
  );
  return history.flatMap((event): DocumentNotification[] => {
    const at = event.storedAt;
    if (NotificationSuppressed.is(event)) {
      const { rule, why } = event.data;
      return [{ rule, at, state: 'suppressed', why }];
    }
    if (!NotificationRequested.is(event)) return [];
    const { rule, messageId } = event.data;
    if (!addressed.has(messageId)) return [{ rule, at, state: 'requested' }];
    const endpoints = deliveries.filter((each) => each.messageId === messageId);
    return [{ rule, at, state: 'addressed', endpoints }];
  });
}

/** An endpoint as far as the page of a document tells of it. */
export interface EndpointInfo {
  name: string;
  isPaused: boolean;
}

/** The endpoints that messages went to, by id; those that were removed keep their names. */
export async function endpointsOf(
  notifications: readonly DocumentNotification[],
  store: Pick<EventStore, 'readMany'>,
): Promise<ReadonlyMap<string, EndpointInfo>> {
  const ids = new Set(
    notifications.flatMap((each) =>
      each.state === 'addressed' ? each.endpoints.map(({ endpoint }) => endpoint) : [],
    ),
  );
  const histories = await store.readMany([...ids].map(endpointStream));
  return new Map(
    [...ids].map((id) => {
      const endpoint = endpointOf(histories.get(endpointStream(id)) ?? []);
      const name = endpointName(endpoint ?? { url: null, description: null });
      return [id, { name, isPaused: endpoint?.state === 'paused' }];
    }),
  );
}
