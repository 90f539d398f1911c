import { countText } from '../../document-board/board-row.contract.ts';
import type { ActionView } from '../action-view.contract.ts';
import type { GroupRetryProgress } from '../group-retry/queries.ts';
import { endIn, titleOf, type NamedActors } from './words.ts';

const states = {
  running: { icon: 'retrying', word: 'Running' },
  stopped: { icon: 'cancelled', word: 'Stopped' },
  finished: { icon: 'completed', word: 'Finished' },
};

/** The retry of a whole group, as far as it has come. */
export function bulkView(bulk: GroupRetryProgress, names: NamedActors, canAct: boolean) {
  const { id: group, documents: total, retried, refused, perSecond, state } = bulk;
  const handled = Math.min(retried + refused, total);
  const left = Math.ceil((total - handled) / Math.max(perSecond, 1));
  const isRunning = state === 'running';
  return {
    group,
    title: titleOf(bulk.signature),
    href: `/failures/${group}`,
    ...states[state],
    state,
    total,
    handled,
    text: `${handled.toLocaleString('en')} of ${countText(total, 'document')}`,
    refused: refused > 0 ? `${countText(refused, 'document')} had moved on` : null,
    pace: isRunning ? `${perSecond.toLocaleString('en')} a second, ${endIn(left)}` : null,
    by: `${names.get(bulk.actor) ?? 'somebody who is gone'}: ${bulk.reason ?? '(erased)'}`,
    stop: isRunning && canAct ? stopOf(group) : null,
  };
}

const stopOf = (group: string): ActionView => ({
  id: `act-stop-${group}`,
  icon: 'close',
  label: 'Stop',
  explains: 'Tries no further document again. What was tried again stays so.',
  href: `/failures/${group}/retry/stop`,
  choice: null,
});
