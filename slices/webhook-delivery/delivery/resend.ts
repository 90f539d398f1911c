import type { NewEvent, StoredEvent } from '../../../shared/event.ts';
import { VersionConflict, type EventStore } from '../../../shared/event-store.ts';
import { derivedId, newId } from '../../../shared/ids.ts';
import { conflict, notFound, type Problem } from '../../../shared/web/problem.ts';
import { commandNames, noSuchEndpoint, type AskingWhy } from '../endpoint/commands.ts';
import { PAUSED } from '../endpoint/decide.ts';
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
  /** As part of a recovery: what was given up, once. */
  resendFailed(row: DeliveryRecord, recovery: AskingWhy & { id: string }): Promise<void>;
}

export const RESEND = 'resend delivery';

/** Why a delivery cannot be sent again, as a sentence that says what to do; null when it can. */
export function resendRefusal(
  endpoint: Pick<Endpoint, 'state'>,
  delivery: Pick<DeliveryRecord, 'state'> | undefined,
): string | null {
  if (endpoint.state === 'removed')
    return 'The endpoint was removed. Add it again if messages are to go there.';
  if (endpoint.state === 'paused') return PAUSED;
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
    decide: (delivery: DeliveryRecord) => { event: NewEvent; metadata: Caused } | null,
  ): Promise<void> {
    for (;;) {
      const stream = streamOf(row);
      const history = await store.read(stream);
      const delivery = findDelivery(deliveriesOf(history), messageId, endpoint);
      const refusal = resendRefusal(await endpointNow(endpoint), delivery);
      if (refusal !== null) throw conflict(refusal);
      const decided = delivery && decide(delivery);
      if (!decided) return;
      const correlation = history[0]?.metadata.correlation ?? newId();
      const metadata = { correlation, ...decided.metadata };
      try {
        const events = [decided.event];
        await store.append({ stream, expected: history.length, events, metadata });
        return;
      } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
      }
    }
  }

  return {
    async resend(endpoint, messageId, { actor, reason }) {
      await endpointNow(endpoint);
      const row = await queries.find(endpoint, messageId);
      if (!row) throw noSuchDelivery();
      await request(row, ({ cause: causation }) => ({
        event: NotificationResendRequested({ messageId, endpoint, reason }),
        metadata: { causation, actor, command: RESEND },
      }));
    },
    async resendFailed(row, { id: recovery, actor, reason }) {
      const { messageId, endpoint } = row;
      const id = derivedId(recovery, messageId);
      await request(row, ({ state }) =>
        state === 'failed'
          ? {
              event: NotificationResendRequested({ messageId, endpoint, reason }, id),
              metadata: { causation: recovery, actor, command: commandNames.recover },
            }
          : null,
      );
    },
  };
}

type Caused = Omit<StoredEvent['metadata'], 'correlation'>;

export const noSuchDelivery = (): Problem =>
  notFound('This endpoint was sent no message with this id. Its deliveries list those it was.');
