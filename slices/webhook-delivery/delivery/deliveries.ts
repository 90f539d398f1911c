import { DocumentErased } from '../../../shared/erased.ts';
import { documentOf, type StoredEvent } from '../../../shared/event.ts';
import { endpointOfStream } from '../endpoint/endpoint.ts';
import {
  NotificationAbandoned,
  NotificationAddressed,
  NotificationAttempted,
  NotificationDelivered,
  NotificationResendRequested,
} from '../events.ts';
import type { DeliveryRecord } from './table.ts';

/**
 * What a stream of messages is about: a document, or an endpoint that was sent a test. Its blobs are
 * kept under the same id.
 */
export const subjectOf = (stream: string): string | null =>
  documentOf(stream) ?? endpointOfStream(stream);

/** The deliveries of all messages of a stream, each to each endpoint, in the order of the messages. */
export function deliveriesOf(history: readonly StoredEvent[]): readonly DeliveryRecord[] {
  return history.reduce<readonly DeliveryRecord[]>(evolveDeliveries, []);
}

export function findDelivery(
  deliveries: readonly DeliveryRecord[],
  messageId: string,
  endpoint: string,
): DeliveryRecord | undefined {
  return deliveries.find((each) => each.messageId === messageId && each.endpoint === endpoint);
}

/** Something is still to be sent. */
export const isOpen = ({ state }: Pick<DeliveryRecord, 'state'>): boolean =>
  state === 'pending' || state === 'retrying';

export function evolveDeliveries(
  deliveries: readonly DeliveryRecord[],
  event: StoredEvent,
): readonly DeliveryRecord[] {
  if (DocumentErased.is(event)) return [];
  if (NotificationAddressed.is(event)) return [...deliveries, ...addressed(event)];
  const changed = changeOf(event);
  if (!changed) return deliveries;
  return deliveries.map((each) =>
    each.messageId === changed.messageId && each.endpoint === changed.endpoint
      ? { ...each, ...changed.to(each) }
      : each,
  );
}

function addressed(event: StoredEvent): DeliveryRecord[] {
  if (!NotificationAddressed.is(event)) return [];
  const { messageId, rule, type, body, endpoints } = event.data;
  if (body === null) return [];
  return endpoints.map((endpoint) => ({
    id: subjectOf(event.stream) ?? '',
    document: documentOf(event.stream),
    messageId,
    endpoint,
    rule,
    type,
    body,
    state: 'pending',
    attempts: 0,
    tried: 0,
    cause: event.id,
    causePosition: event.position,
    nextTryAt: null,
    lastStatus: null,
    lastError: null,
    addressedAt: event.storedAt,
    attemptedAt: null,
    endedAt: null,
    position: event.position,
    revision: 0,
  }));
}

interface Change {
  messageId: string;
  endpoint: string;
  to(before: DeliveryRecord): Partial<DeliveryRecord>;
}

/** What became of one delivery. Whatever asks for a try is its cause, until something newer does. */
function changeOf(event: StoredEvent): Change | null {
  const cause = { cause: event.id, causePosition: event.position };
  const at = event.storedAt;
  if (NotificationAttempted.is(event)) {
    const { attempt, status, error, nextTryAt, ...which } = event.data;
    const told = { attempts: attempt, lastStatus: status, lastError: error, attemptedAt: at };
    const next = nextTryAt === null ? null : new Date(nextTryAt);
    const state = next ? 'retrying' : 'failed';
    return {
      ...which,
      to: ({ tried }) => ({
        ...told,
        ...cause,
        state,
        nextTryAt: next,
        tried: tried + 1,
        endedAt: next ? null : at,
      }),
    };
  }
  if (NotificationDelivered.is(event)) {
    const { attempt, status, ...which } = event.data;
    const told = { attempts: attempt, lastStatus: status, lastError: null, attemptedAt: at };
    return { ...which, to: () => ({ ...told, state: 'delivered', nextTryAt: null, endedAt: at }) };
  }
  if (NotificationAbandoned.is(event))
    return { ...event.data, to: () => ({ state: 'failed', nextTryAt: null, endedAt: at }) };
  if (NotificationResendRequested.is(event)) {
    const to = () =>
      ({ ...cause, state: 'retrying', tried: 0, nextTryAt: at, endedAt: null }) as const;
    return { ...event.data, to };
  }
  return null;
}
