import type { StoredEvent } from '../../shared/event.ts';
import {
  NotificationRequested,
  NotificationSuppressed,
} from '../../slices/notification-rules/events.ts';
import { DocumentCompleted } from '../../slices/pipeline/events.ts';
import {
  NotificationAbandoned,
  NotificationAddressed,
  NotificationAttempted,
  NotificationDelivered,
} from '../../slices/webhook-delivery/events.ts';
import { exactlyOnce } from '../crash/history.ts';
import { flawsOfReceipts, type Notified, type Requested } from './receipt-flaws.ts';

/**
 * What is wrong with the messages about a document: those that its history must lead to were
 * requested once, arrived and were accepted, unaltered, with valid signatures, and no other did.
 */
export function flawsOfMessages(endpoint: string, document: Notified): string[] {
  const { history, receipts } = document;
  const requests = history.filter(NotificationRequested.is);
  const asked = new Set(requests.map(({ data }) => data.messageId));
  const came = new Set(receipts.map(({ id }) => id));
  return [
    ...flawsOfDecisions(history, requests),
    ...(came.size <= 2 ? [] : [`${came.size} ids arrived`]),
    ...[...came.difference(asked)].map((id) => `${id} arrived, but was not requested`),
    ...requests.flatMap((request) =>
      [...flawsOfDelivery(endpoint, document, request), ...flawsOfReceipts(document, request)].map(
        (flaw) => `${request.data.rule}: ${flaw}`,
      ),
    ),
  ];
}

/** Each rule was decided on as often as it held, and is sent once if it ever did. */
function flawsOfDecisions(history: readonly StoredEvent[], requests: readonly Requested[]) {
  const failed = history.map(({ type }) => type).filter((type) => type.endsWith('Failed'));
  const steps = [...Map.groupBy(failed, (type) => type).values()];
  const held = {
    completed: history.filter(DocumentCompleted.is).length,
    'failed-twice': steps.filter(({ length }) => length > 1).length,
  };
  const suppressions = history.filter(NotificationSuppressed.is);
  return Object.entries(held).flatMap(([rule, count]) => {
    const requested = requests.filter(({ data }) => data.rule === rule).length;
    const suppressed = suppressions.filter(({ data }) => data.rule === rule).length;
    const expected = Math.min(count, 1);
    return requested === expected && suppressed === count - expected
      ? []
      : [`${rule} held ${count} times: ${requested} requested, ${suppressed} suppressed`];
  });
}

/** It was addressed once and delivered once, and its attempts are those that the receiver knows. */
function flawsOfDelivery(endpoint: string, document: Notified, { data }: Requested): string[] {
  const told = document.history.filter((event) => event.data['messageId'] === data.messageId);
  const recipients = told.filter(NotificationAddressed.is).flatMap(({ data }) => data.endpoints);
  const attempts = told.filter(
    (event) => NotificationAttempted.is(event) || NotificationDelivered.is(event),
  );
  const numbers = attempts.map(({ data }) => data.attempt);
  return [
    ...exactlyOnce(told, NotificationAddressed.type),
    ...exactlyOnce(told, NotificationDelivered.type),
    ...(attempts.at(-1)?.type === NotificationDelivered.type
      ? []
      : ['its delivery is not the end']),
    ...(told.some(NotificationAbandoned.is) ? ['it was given up'] : []),
    ...(recipients.join() === endpoint ? [] : [`it went to ${recipients.join() || 'nobody'}`]),
    ...(numbers.every((attempt, index) => attempt === index + 1)
      ? []
      : [`it was attempted as ${numbers.join()}`]),
    ...unknownAnswers(document, data.messageId, attempts),
  ];
}

/** Answers of the history that the receiver never gave. */
function unknownAnswers(
  { receipts }: Notified,
  messageId: string,
  attempts: readonly StoredEvent[],
): string[] {
  const given = receipts.filter(({ id }) => id === messageId).map(({ status }) => status);
  return attempts.flatMap(({ data }) => {
    const status = data['status'] as number | null;
    if (status === null) return [];
    const found = given.indexOf(status);
    if (found === -1) return [`it was never answered ${status}`];
    given.splice(found, 1);
    return [];
  });
}
