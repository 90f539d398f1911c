import type { StoredEvent } from '../../shared/event.ts';
import { NotificationRequested, NotificationSuppressed } from '../notification-rules/events.ts';
import { deliveriesOf } from './delivery/deliveries.ts';
import type { DeliveryRecord } from './delivery/table.ts';
import { NotificationAddressed } from './events.ts';

/** What became of a message at one endpoint. */
export type NotifiedEndpoint = Pick<
  DeliveryRecord,
  'endpoint' | 'state' | 'attempts' | 'nextTryAt' | 'endedAt'
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
