import type { Endpoint, PauseReason } from '../endpoint/endpoint.ts';
import type { Health } from './health.ts';

const DAY_MS = 24 * 3600 * 1000;
/** After so long of nothing but failures an endpoint is paused. */
const PAUSED_AFTER_MS = 5 * DAY_MS;

/** Since when every attempt failed; null when the last one went well, or somebody resumed it since. */
export function failingSince(
  health: Pick<Health, 'failingSince'>,
  { resumedAt }: Pick<Endpoint, 'resumedAt'>,
): Date | null {
  const { failingSince: since } = health;
  return since && resumedAt && resumedAt > since ? resumedAt : since;
}

/** When an endpoint that goes on failing is paused, told from half of the time on; null before. */
export function pauseWarning(since: Date | null, now: Date): Date | null {
  if (!since || now.getTime() - since.getTime() < PAUSED_AFTER_MS / 2) return null;
  return new Date(since.getTime() + PAUSED_AFTER_MS);
}

/** Why a failed attempt pauses its endpoint, in words for people; null when it does not. */
export function pauseAfter(
  status: number | null,
  since: Date | null,
  now: Date,
): { why: PauseReason; reason: string } | null {
  if (status === 410)
    return { why: 'gone', reason: 'It answered 410 Gone: nobody wants messages there any more.' };
  if (!since || now.getTime() - since.getTime() < PAUSED_AFTER_MS) return null;
  return { why: 'failing', reason: 'For five days every attempt failed.' };
}
