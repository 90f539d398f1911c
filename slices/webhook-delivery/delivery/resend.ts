import type { NewEvent } from '../../../shared/event.ts';
import { VersionConflict, type EventStore } from '../../../shared/event-store.ts';
import { newId } from '../../../shared/ids.ts';
import { conflict, notFound, type Problem } from '../../../shared/web/problem.ts';
import { noSuchEndpoint, type AskingWhy } from '../endpoint/commands.ts';
import { endpointOf, endpointStream, type Endpoint } from '../endpoint/endpoint.ts';
import { NotificationResendRequested } from '../events.ts';
import { deliveriesOf, findDelivery } from './deliveries.ts';
import { streamOf, type DeliveryQueries } from './queries.ts';
import type { DeliveryRecord } from './table.ts';

/**
 * Sending once more, from the beginning of the schedule; the message keeps its id.
 * @throws Problem 404 without such an endpoint or delivery, 409 when it no longer applies
 */
export interface Resends {
  resend(endpoint: string, messageId: string, asking: AskingWhy): Promise<void>;
  /** All that were given up at a time or later; returns how many. */
  recover(endpoint: string, since: Date, asking: AskingWhy): Promise<number>;
}

export const RESEND = 'resend delivery';
export const RECOVER = 'recover deliveries';
const AT_ONCE = 50;

/** Why a delivery cannot be sent again, as a sentence that says what to do; null when it can. */
export function resendRefusal(
  endpoint: Pick<Endpoint, 'state'>,
  delivery: Pick<DeliveryRecord, 'state'> | undefined,
): string | null {
  if (endpoint.state === 'removed')
    return 'The endpoint was removed. Add it again if messages are to go there.';
  if (endpoint.state === 'paused')
    return 'The endpoint is paused, so nothing is sent to it. Resume it first.';
  return delivery?.state === 'pending'
    ? 'The message was not sent yet: it is on its way. Wait for the outcome.'
    : null;
}

export function createResends(store: EventStore, queries: DeliveryQueries): Resends {
  async function endpointNow(id: string): Promise<Endpoint> {
    const endpoint = endpointOf(await store.read(endpointStream(id)));
    if (!endpoint) throw noSuchEndpoint();
    return endpoint;
  }

  /** Decided on the newest history of the message. */
  async function request(
    { endpoint, messageId, ...row }: DeliveryRecord,
    { actor, reason }: AskingWhy,
    command: string,
    isStillMeant: (delivery: DeliveryRecord) => boolean,
  ): Promise<boolean> {
    for (;;) {
      const stream = streamOf(row);
      const history = await store.read(stream);
      const delivery = findDelivery(deliveriesOf(history), messageId, endpoint);
      const refusal = resendRefusal(await endpointNow(endpoint), delivery);
      if (refusal !== null) throw conflict(refusal);
      if (!delivery || !isStillMeant(delivery)) return false;
      const events: NewEvent[] = [NotificationResendRequested({ messageId, endpoint, reason })];
      const correlation = history[0]?.metadata.correlation ?? newId();
      const metadata = { correlation, causation: delivery.cause, actor, command };
      try {
        await store.append({ stream, expected: history.length, events, metadata });
        return true;
      } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
      }
    }
  }

  return {
    async resend(endpoint, messageId, asking) {
      await endpointNow(endpoint);
      const row = await queries.find(endpoint, messageId);
      if (!row) throw noSuchDelivery();
      await request(row, asking, RESEND, () => true);
    },
    async recover(endpoint, since, asking) {
      const refusal = resendRefusal(await endpointNow(endpoint), undefined);
      if (refusal !== null) throw conflict(refusal);
      const rows = await queries.failedSince(endpoint, since);
      let count = 0;
      for (let start = 0; start < rows.length; start += AT_ONCE) {
        const asked = await Promise.all(
          rows
            .slice(start, start + AT_ONCE)
            .map((row) => request(row, asking, RECOVER, ({ state }) => state === 'failed')),
        );
        count += asked.filter(Boolean).length;
      }
      return count;
    },
  };
}

export const noSuchDelivery = (): Problem =>
  notFound('This endpoint was sent no message with this id. Its deliveries list those it was.');
