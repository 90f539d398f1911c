import type { BlobStore } from '../../../shared/blobs.ts';
import type { StoredEvent } from '../../../shared/event.ts';
import { NotificationAttempted, NotificationDelivered } from '../events.ts';
import { subjectOf } from './deliveries.ts';

/** One try to send a message to an endpoint. */
export interface Attempt {
  attempt: number;
  at: Date;
  /** null: no answer, for the reason in `error`. */
  status: number | null;
  error: string | null;
  durationMs: number;
  /** What came back, 20 kB at most; null: nothing. */
  response: string | null;
  nextTryAt: Date | null;
}

/** Every attempt to one endpoint, in order, with what was answered. */
export async function attemptsOf(
  history: readonly StoredEvent[],
  messageId: string,
  endpoint: string,
  blobs: BlobStore,
): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const event of history) {
    const told = toldBy(event);
    if (told?.messageId !== messageId || told.endpoint !== endpoint) continue;
    const { response, attempt, status, error, durationMs, nextTryAt } = told;
    const subject = subjectOf(event.stream) ?? '';
    const text = response && (await blobs.read(subject, response)).toString('utf8');
    const at = event.storedAt;
    attempts.push({ attempt, at, status, error, durationMs, response: text, nextTryAt });
  }
  return attempts;
}

function toldBy(event: StoredEvent) {
  if (NotificationDelivered.is(event)) return { ...event.data, error: null, nextTryAt: null };
  if (!NotificationAttempted.is(event)) return null;
  const { nextTryAt, ...rest } = event.data;
  return { ...rest, nextTryAt: nextTryAt === null ? null : new Date(nextTryAt) };
}
