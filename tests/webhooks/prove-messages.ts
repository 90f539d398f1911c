import assert from 'node:assert/strict';
import type { Database } from '../../shared/database.ts';
import { documentOf, type StoredEvent } from '../../shared/event.ts';
import { fromRow, type EventRow } from '../../shared/event-store.ts';
import {
  NotificationRequested,
  NotificationSuppressed,
} from '../../slices/notification-rules/events.ts';
import { EndpointPaused } from '../../slices/webhook-delivery/events.ts';
import { flawsOfMessages } from './message-flaws.ts';
import { isAccepted } from './receipt-flaws.ts';
import { contentOf, type Receipt } from './receipts.ts';

export interface MessageFigures {
  documents: number;
  /** Messages of each rule, and how often one held again and nothing was sent. */
  completed: number;
  failedTwice: number;
  suppressed: number;
  /** Requests that the receiver saw, and those of them that it did not accept. */
  received: number;
  refused: number;
  /** How often it accepted a message once more: a kill came between answer and event. */
  acceptedAgain: number;
  /** Redirects that it answered with: none was followed. */
  redirected: number;
  /** How often it said that it is gone, and was paused. */
  gone: number;
  /** Requests that the newest of several secrets signed; the first one signed all. */
  rotated: number;
}

/** Compares what the receiver wrote down with what the histories say. @throws AssertionError with every flaw */
export async function proveMessages(
  { sql }: Database,
  receipts: readonly Receipt[],
  { endpoint, publicUrl }: { endpoint: string; publicUrl: string },
): Promise<MessageFigures> {
  const rows = await sql<EventRow[]>`
    SELECT * FROM events WHERE stream LIKE 'document-%' ORDER BY stream, version`;
  const histories = Map.groupBy(rows.map(fromRow), ({ stream }) => documentOf(stream) ?? '');
  const byDocument = Map.groupBy(receipts, (receipt) => contentOf(receipt).data.documentId);
  const flaws = [...histories].flatMap(([id, history]) => {
    const url = `${publicUrl}/documents/${id}`;
    const document = { id, url, history, receipts: byDocument.get(id) ?? [] };
    return flawsOfMessages(endpoint, document).map((flaw) => `${id}: ${flaw}`);
  });
  const strangers = [...byDocument.keys()].filter((id) => !histories.has(id));
  assert.deepEqual([...flaws, ...strangers], []);
  const [paused] = await sql<{ gone: number }[]>`
    SELECT count(*)::int AS gone FROM events
    WHERE type = ${EndpointPaused.type} AND data ->> 'why' = 'gone'`;
  const figures = figuresOf([...histories.values()].flat(), receipts);
  return { documents: histories.size, ...figures, gone: paused?.gone ?? 0 };
}

function figuresOf(events: readonly StoredEvent[], receipts: readonly Receipt[]) {
  const requests = events.filter(NotificationRequested.is);
  const accepted = receipts.filter(({ status }) => isAccepted(status));
  return {
    completed: requests.filter(({ data }) => data.rule === 'completed').length,
    failedTwice: requests.filter(({ data }) => data.rule === 'failed-twice').length,
    suppressed: events.filter(NotificationSuppressed.is).length,
    received: receipts.length,
    refused: receipts.length - accepted.length,
    acceptedAgain: accepted.length - new Set(accepted.map(({ id }) => id)).size,
    redirected: receipts.filter(({ status }) => status !== null && status >= 300 && status < 400)
      .length,
    rotated: receipts.filter(({ rotated }) => rotated).length,
  };
}
