import { isDeepStrictEqual } from 'node:util';
import type { Static } from 'typebox';
import type { StoredEvent } from '../../shared/event.ts';
import type { NotificationRequested } from '../../slices/notification-rules/events.ts';
import { DocumentReceived } from '../../slices/receive-document/events.ts';
import { NotificationAddressed } from '../../slices/webhook-delivery/events.ts';
import { sha256 } from '../crash/small-files.ts';
import { contentOf, type Receipt } from './receipts.ts';

export type Requested = StoredEvent<Static<typeof NotificationRequested.schema>>;

/** A document as its history and its receiver know it. */
export interface Notified {
  id: string;
  /** Where its page is. */
  url: string;
  history: readonly StoredEvent[];
  /** Of all messages about it. */
  receipts: readonly Receipt[];
}

const MOST_BYTES = 20_000;

/** What is wrong with what arrived of a message: signatures, bytes, or what they say. */
export function flawsOfReceipts(document: Notified, request: Requested): string[] {
  const { messageId } = request.data;
  const receipts = document.receipts.filter(({ id }) => id === messageId);
  const bodies = [...new Set(receipts.map(({ body }) => body))];
  const addressed = document.history.filter(NotificationAddressed.is);
  const named = addressed.find(({ data }) => data.messageId === messageId)?.data.body;
  return [
    ...(receipts.some(({ status }) => isAccepted(status)) ? [] : ['it was never accepted']),
    ...(receipts.every(({ valid }) => valid) ? [] : ['a signature is wrong']),
    ...(receipts.some(({ astray }) => astray) ? ['a redirect was followed'] : []),
    ...(bodies.length < 2 ? [] : [`its bytes came in ${bodies.length} forms`]),
    ...bodies.flatMap((body) => flawsOfBody(body, named, expectedOf(document, request))),
  ];
}

export const isAccepted = (status: number | null): boolean =>
  status !== null && status >= 200 && status < 300;

function flawsOfBody(body: string, named: string | null | undefined, expected: object): string[] {
  const bytes = Buffer.from(body, 'base64');
  const isSame = isDeepStrictEqual(contentOf({ body }), expected);
  return [
    ...(bytes.length < MOST_BYTES ? [] : [`it has ${bytes.length} bytes`]),
    ...(sha256(bytes) === named ? [] : ['its bytes are not those that the history names']),
    ...(isSame ? [] : [`it says ${bytes.toString()}, not ${JSON.stringify(expected)}`]),
  ];
}

/** What a message has to say, from the history alone. */
function expectedOf({ id, url, history }: Notified, { data, storedAt }: Requested) {
  const { type, step, error, occurredAt } = data;
  const fileName = history.find(DocumentReceived.is)?.data.fileName ?? null;
  const about = { documentId: id, fileName, url, step, error, occurredAt };
  return { type, timestamp: storedAt.toISOString(), data: about };
}
