import type { StoredEvent } from '../../../shared/event.ts';
import type { Reaction, Reactor } from '../../../shared/reactor.ts';
import {
  NotificationAddressed,
  NotificationAttempted,
  NotificationResendRequested,
} from '../events.ts';
import { deliveriesOf, isOpen } from './deliveries.ts';
import type { DeliveryRecord } from './table.ts';

export const DELIVERY = 'webhook-delivery';
export const ACTOR = `system:${DELIVERY}`;

/**
 * Deliveries to one endpoint that run at a time. Far fewer than a process does at a time, so that a
 * receiver that lets everyone wait keeps nothing from the others.
 */
const SLOTS = 3;

/** What the queue holds. */
export interface DeliveryJob {
  stream: string;
  messageId: string;
  endpoint: string;
  /** The event that asked for the try: a newer one makes the job void. */
  cause: string;
  /** Position under which it was enqueued; `round` tells apart jobs that it became again after waiting. */
  at: number;
  round: number;
}

/** Has messages sent when they are addressed, at the time of a next try, and when somebody asks. */
export const deliver: Reactor = {
  name: DELIVERY,
  on: [NotificationAddressed, NotificationAttempted, NotificationResendRequested],
  states: [],
  react: (history, event) => decideJobs(history, event),
};

/** A job for each delivery that the event asks to try, unless something newer does. */
export function decideJobs(history: readonly StoredEvent[], event: StoredEvent): Reaction {
  const asked = deliveriesOf(history).filter((each) => each.cause === event.id && isOpen(each));
  return {
    jobs: asked.map((each) => ({
      ...jobOf(each, event.stream, event.position, 0),
      ...(each.nextTryAt ? { due: each.nextTryAt } : {}),
    })),
  };
}

export function jobOf(
  { messageId, endpoint, cause }: Pick<DeliveryRecord, 'messageId' | 'endpoint' | 'cause'>,
  stream: string,
  at: number,
  round: number,
) {
  const data: DeliveryJob = { stream, messageId, endpoint, cause, at, round };
  return { queue: DELIVERY, key: `${endpoint}/${slotOf(messageId)}`, data };
}

/** All keys of the jobs of an endpoint. */
export const keysOf = (endpoint: string): string[] =>
  Array.from({ length: SLOTS }, (_, slot) => `${endpoint}/${slot}`);

/** The same message always takes the same slot, so that two jobs of it never run at a time. */
function slotOf(messageId: string): number {
  let sum = 0;
  for (const character of messageId) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return sum % SLOTS;
}
