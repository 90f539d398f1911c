import {
  countdownView,
  countText,
  momentView,
  type MomentView,
} from '../../document-board/board-row.contract.ts';
import { failingSince, pauseWarning } from '../delivery/failing.ts';
import type { Health } from '../delivery/health.ts';
import type { EndpointRecord } from '../endpoint/read-model.ts';

/** How an endpoint behaves, in words, with icon and colour by `status`. */
export interface HealthView {
  status: 'completed' | 'retrying' | 'failed' | 'waiting' | 'cancelled';
  word: string;
  /** What follows the word: a sentence without the times below. */
  text: string | null;
  since: MomentView | null;
  /** Nothing is sent before. */
  probe: MomentView | null;
  /** It is paused then, if it goes on failing. */
  paused: MomentView | null;
}

type Subject = Pick<EndpointRecord, 'state' | 'pausedWhy' | 'reason' | 'resumedAt'>;

export function healthView(endpoint: Subject, health: Health, now: Date): HealthView {
  const { state, pausedWhy, reason } = endpoint;
  const none = { text: null, since: null, probe: null, paused: null };
  const words = reason ?? '(erased)';
  if (state === 'removed') return { ...none, status: 'cancelled', word: 'Removed', text: words };
  if (state === 'paused')
    return {
      ...none,
      status: pausedWhy === 'requested' ? 'waiting' : 'failed',
      word: 'Paused',
      text: words,
    };
  const since = failingSince(health, endpoint);
  if (!since || health.failures === 0)
    return health.lastSuccessAt
      ? { ...none, status: 'completed', word: 'Healthy' }
      : { ...none, status: 'waiting', word: 'Nothing delivered yet' };
  return failing({ ...health, since }, now);
}

function failing(health: Health & { since: Date }, now: Date): HealthView {
  const { since, probeAt, failures } = health;
  const warning = pauseWarning(since, now);
  return {
    status: probeAt || warning ? 'failed' : 'retrying',
    word: probeAt ? 'Circuit open' : 'Failing',
    text: `${countText(failures, 'attempt')} in a row failed`,
    since: momentView(since, now),
    probe: probeAt && countdownView(probeAt, now),
    paused: warning && countdownView(warning, now),
  };
}
