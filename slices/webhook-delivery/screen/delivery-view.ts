import { durationText } from '../../../public/time.js';
import { countdownView, momentView } from '../../document-board/board-row.contract.ts';
import type { Attempt } from '../delivery/attempts.ts';
import type { Health } from '../delivery/health.ts';
import type { DeliveryRecord } from '../delivery/table.ts';
import type { EndpointRecord } from '../endpoint/read-model.ts';
import { deliveryHref, deliveryTitle, nextTry } from './delivery-list-view.ts';
import { resendAction } from './endpoint-actions.ts';
import { endpointName, outcomeText, ruleName, stateWords } from './words.ts';

/** Everything the page of one delivery shows. */
export interface DeliveryPageData {
  delivery: DeliveryRecord;
  fileName: string | null;
  endpoint: EndpointRecord;
  health: Health;
  attempts: readonly Attempt[];
  /** What every attempt sends; null: erased. */
  body: string | null;
  canAct: boolean;
  now: Date;
}

/** The page of one delivery as its templates show it. */
export function deliveryView(data: DeliveryPageData) {
  const { delivery, endpoint, health, canAct, now } = data;
  const { icon, word } = stateWords[delivery.state];
  const resend = canAct ? resendAction(delivery, endpoint.state, health.probeAt !== null) : null;
  return {
    title: deliveryTitle({ ...delivery, fileName: data.fileName }),
    rule: ruleName(delivery.rule),
    self: deliveryHref(delivery),
    streamHref: `${deliveryHref(delivery)}/stream`,
    messageId: delivery.messageId,
    type: delivery.type,
    endpoint: {
      name: endpointName(endpoint),
      href: `/notifications/endpoints/${endpoint.id}`,
      url: endpoint.url,
    },
    documentHref: delivery.document && `/documents/${delivery.document}`,
    status: icon,
    word,
    addressed: momentView(delivery.addressedAt, now),
    next: nextOf(data),
    actions: resend ? [resend] : [],
    attempts: data.attempts.map((one) => attemptView(one, now)),
    body: data.body,
  };
}

export type DeliveryView = ReturnType<typeof deliveryView>;

/** What comes next, and when. */
function nextOf({ delivery, endpoint, health, now }: DeliveryPageData) {
  if (delivery.state !== 'pending' && delivery.state !== 'retrying') return null;
  if (endpoint.state === 'paused')
    return { what: 'next try when its endpoint is resumed', at: null };
  const next = nextTry(delivery.nextTryAt, health.probeAt);
  return next
    ? { what: next.what, at: countdownView(next.at, now) }
    : { what: 'next try at once', at: null };
}

function attemptView(one: Attempt, now: Date) {
  const isDelivered = one.status !== null && one.status >= 200 && one.status < 300;
  return {
    number: one.attempt,
    status: isDelivered ? 'completed' : 'failed',
    outcome: outcomeText(one.status, isDelivered ? null : one.error) ?? 'no answer',
    at: momentView(one.at, now),
    took: durationText(one.durationMs),
    response: one.response,
  };
}
