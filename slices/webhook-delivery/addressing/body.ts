import type { Static } from 'typebox';
import type { StoredEvent } from '../../../shared/event.ts';
import type { NotificationRequested } from '../../notification-rules/events.ts';

type Requested = StoredEvent<Static<typeof NotificationRequested.schema>>;

/** Characters of a name and of a sentence: even where JSON takes six bytes for each, a body stays below 20 kB. */
const LONGEST_NAME = 500;
const LONGEST_MESSAGE = 2_000;

/** The bytes of a message, made once: every attempt to every endpoint sends the same. */
export function messageBody(
  requested: Requested,
  document: { id: string; fileName: string | null; url: string },
): Buffer {
  const { type, step, error, occurredAt } = requested.data;
  const { id, fileName, url } = document;
  return bytesOf(type, requested.storedAt, {
    documentId: id,
    fileName: fileName && shortened(fileName, LONGEST_NAME),
    url,
    step,
    error: error && {
      ...error,
      message: error.message && shortened(error.message, LONGEST_MESSAGE),
    },
    occurredAt,
  });
}

/** A message that says nothing of any document. */
export function testBody(endpoint: string, at: Date): Buffer {
  return bytesOf('test', at, { endpointId: endpoint, occurredAt: at.toISOString() });
}

function bytesOf(type: string, at: Date, data: object): Buffer {
  return Buffer.from(JSON.stringify({ type, timestamp: at.toISOString(), data }));
}

/** Cut between two characters. */
function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
