import type { NewEvent } from '../../../shared/event.ts';
import { derivedId } from '../../../shared/ids.ts';
import { NotificationAbandoned, NotificationAttempted, NotificationDelivered } from '../events.ts';
import type { RetryDelay } from '../ports.ts';
import type { SendResult } from '../send/send.ts';
import type { DeliveryRecord } from './table.ts';

type Delivery = Pick<DeliveryRecord, 'messageId' | 'endpoint' | 'attempts' | 'tried'>;

/** Only 2xx is success: a redirect is not followed, so it is none. */
export const isSuccess = ({ status }: Pick<SendResult, 'status'>): boolean =>
  status !== null && status >= 200 && status < 300;

/** The facts that follow from an attempt: delivered, to be tried again at a time, or given up. */
export function decideOutcome(
  { messageId, endpoint, attempts, tried }: Delivery,
  result: SendResult,
  /** Blob, null when there is nothing in it. */
  response: string | null,
  retryDelay: RetryDelay,
  now: Date,
): NewEvent[] {
  const attempt = attempts + 1;
  const { status, error, retryAfterMs } = result;
  const durationMs = Math.max(0, Math.round(result.durationMs));
  const told = { messageId, endpoint, attempt, durationMs, response };
  const idOf = (type: string) => derivedId(type, messageId, endpoint, attempt);
  if (status !== null && isSuccess(result))
    return [NotificationDelivered({ ...told, status }, idOf('delivered'))];
  const id = `${messageId} ${endpoint}`;
  const delay = retryDelay({ id, attempts: tried + 1, retryAfterMs });
  const nextTryAt = delay === null ? null : new Date(now.getTime() + delay).toISOString();
  const attempted = NotificationAttempted({ ...told, status, error, nextTryAt }, idOf('attempted'));
  if (delay !== null) return [attempted];
  return [attempted, abandoned({ messageId, endpoint, attempts: attempt }, 'attempts-spent')];
}

export function abandoned(
  { messageId, endpoint, attempts }: Pick<Delivery, 'messageId' | 'endpoint' | 'attempts'>,
  why: 'attempts-spent' | 'endpoint-removed',
): NewEvent {
  const id = derivedId('abandoned', messageId, endpoint, attempts, why);
  return NotificationAbandoned({ messageId, endpoint, attempts, why }, id);
}
