import { derivedId } from '../../../shared/ids.ts';
import { jittered } from '../../../shared/jitter.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** A failed attempt: how many there were with it, and what the receiver asked for. */
export interface FailedAttempt {
  /** Spreads the attempts; the same id (of the message and its endpoint, say) gives the same delays. */
  readonly id: string;
  readonly attempts: number;
  readonly retryAfterMs: number | null;
}

/**
 * Milliseconds until the next attempt, null when none is left: the schedule's delay, 0.8 to 1.2 of
 * it, or what the receiver asked for when that is longer, but not for more than a day.
 */
export function retryDelay(
  delaysMs: readonly number[],
  { id, attempts, retryAfterMs }: FailedAttempt,
): number | null {
  const delay = delaysMs[attempts - 1];
  if (delay === undefined) return null;
  const spread = jittered(delay, Infinity, derivedId(id, attempts));
  return Math.max(spread, Math.min(retryAfterMs ?? 0, DAY_MS));
}

/** Milliseconds that a Retry-After (RFC 9110, 10.2.3) of a 429 or 503 asks for; null without one. */
export function retryAfter(
  status: number | null,
  header: string | undefined,
  now: Date,
): number | null {
  if ((status !== 429 && status !== 503) || header === undefined) return null;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  // All three forms of a date begin with a day's name; only the oldest leaves GMT out.
  const date = /^[A-Z][a-z]+,? /.test(text) ? text.replace(/( GMT)?$/, ' GMT') : '';
  const time = Date.parse(date);
  return Number.isNaN(time) ? null : Math.max(0, time - now.getTime());
}
