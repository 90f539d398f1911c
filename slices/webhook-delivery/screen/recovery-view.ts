import { countText, momentView } from '../../document-board/board-row.contract.ts';
import type { Recovery } from '../endpoint/read-model.ts';

/** The newest recovery of an endpoint, as far as it has come. */
export function recoveryView(
  { deliveries, perSecond, reason, requestedAt, finished, ...recovery }: Recovery,
  resent: number,
  names: ReadonlyMap<string, string>,
  now: Date,
) {
  const actor = names.get(recovery.actor) ?? 'somebody who is gone';
  return {
    icon: finished ? 'completed' : 'retrying',
    word: finished ? 'Recovered' : 'Recovering',
    at: momentView(new Date(finished?.at ?? requestedAt), now),
    by: `${actor}: ${reason ?? '(erased)'}`,
    total: deliveries,
    resent,
    text: `${resent.toLocaleString('en')} of ${countText(deliveries, 'delivery', 'deliveries')} sent again`,
    pace: finished ? null : `${perSecond.toLocaleString('en')} a second`,
    left: leftText(finished?.left ?? 0),
  };
}

/** Each has its own state in the list of deliveries; here only why the sum is not full. */
const leftText = (left: number): string | null =>
  left === 0 ? null : `${left.toLocaleString('en')} left out: they had moved on, or it was paused`;
