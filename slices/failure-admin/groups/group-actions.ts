import { countText } from '../../document-board/board-row.contract.ts';
import type { ActionView } from '../action-view.contract.ts';
import type { FailureGroup } from '../screen/group-queries.ts';

/** What an administrator may do to a group now; while it is retried, that can only be stopped. */
export function groupActions(one: FailureGroup, isRetried: boolean): ActionView[] {
  const { group, failed, retrying, tab } = one;
  const count = failed + retrying;
  const base = `/failures/${group}`;
  const retry: ActionView = {
    id: 'act-retry-all',
    icon: 'retrying',
    label: 'Retry all',
    explains: `Tries ${countText(count, 'document')} again, so many a second. It can be stopped at any time.`,
    href: `${base}/retry`,
    choice: null,
  };
  const marks = {
    open: count > 0 ? [resolve(base), ignore(base)] : [],
    resolved: [ignore(base), reopen(base)],
    ignored: [resolve(base), reopen(base)],
  };
  return [...(count > 0 && !isRetried ? [retry] : []), ...marks[tab]];
}

const resolve = (base: string): ActionView => ({
  id: 'act-resolve',
  icon: 'completed',
  label: 'Resolve',
  explains:
    'The cause is gone: takes the group off the open list until a document fails like this again.',
  href: `${base}/resolve`,
  choice: null,
});

const ignore = (base: string): ActionView => ({
  id: 'act-ignore',
  icon: 'skipped',
  label: 'Ignore',
  explains:
    'Of no interest: takes the group off the open list until a document fails like this again.',
  href: `${base}/ignore`,
  choice: null,
});

const reopen = (base: string): ActionView => ({
  id: 'act-reopen',
  icon: 'failed',
  label: 'Reopen',
  explains: 'Puts the group back on the open list.',
  href: `${base}/reopen`,
  choice: null,
});
