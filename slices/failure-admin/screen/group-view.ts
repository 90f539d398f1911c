import {
  bytesText,
  countText,
  kindName,
  mediaTypeName,
  momentView,
} from '../../document-board/board-row.contract.ts';
import { groupActions } from '../groups/group-actions.ts';
import { bulkView } from './bulk-view.ts';
import type { FailureGroup, GroupDocument } from './group-queries.ts';
import { groupView, type OverviewData } from './overview-view.ts';
import { stateView } from './words.ts';

export type Shown = 'open' | 'closed';

/** Everything the page of one group shows. */
export interface GroupPageData extends Pick<
  OverviewData,
  'figures' | 'bulks' | 'names' | 'titles' | 'canAct' | 'now'
> {
  group: FailureGroup;
  shown: Shown;
  before: number | null;
  documents: GroupDocument[];
  hasMore: boolean;
  closed: number;
}

/** The page of one group as its templates show it. */
export function groupPageView(data: GroupPageData) {
  const { group: one, shown, before, canAct, now } = data;
  const { group, failed, retrying, kind } = one;
  const last = data.documents.at(-1);
  const bulks = data.bulks.filter(({ id }) => id === group);
  const href = (which: Shown, from: number | null, path = `/failures/${group}`) =>
    groupHref(path, which, from);
  return {
    ...groupView(one, data),
    kindWord: kind === 'permanent' ? 'Permanent' : 'Transient',
    status: failed > 0 ? 'failed' : retrying > 0 ? 'retrying' : 'completed',
    message: one.message,
    whatToDo: whatToDo(one),
    self: href(shown, before),
    streamHref: href(shown, before, `/failures/${group}/stream`),
    chips: (['open', 'closed'] as const).map((which) => ({
      word: which === 'open' ? 'Open' : 'Settled',
      href: href(which, null),
      count: (which === 'open' ? failed + retrying : data.closed).toLocaleString('en'),
      current: which === shown,
    })),
    documents: data.documents.map((document) => documentRow(document, now)),
    firstHref: before === null ? null : href(shown, null),
    olderHref: data.hasMore && last ? href(shown, last.position) : null,
    bulks: bulks.map((bulk) => bulkView(bulk, data.names, canAct)),
    actions: canAct
      ? groupActions(
          one,
          bulks.some(({ state }) => state === 'running'),
        )
      : [],
  };
}

export type GroupPageView = ReturnType<typeof groupPageView>;

function whatToDo({ kind, failed, retrying }: FailureGroup): string {
  if (failed + retrying === 0)
    return 'Nothing needs to be done: no document fails like this any more.';
  if (failed === 0) return 'Nothing needs to be done for now: each is tried again by itself.';
  return kind === 'permanent'
    ? 'Trying again as it is would end the same way. Find out what these documents have in common; once the cause is gone, retry all.'
    : 'The retries are spent. Once the cause is gone, retry all.';
}

function documentRow(document: GroupDocument, now: Date) {
  const { id, fileName, bytes, mediaType, documentKind, failures } = document;
  const what = documentKind ? kindName(documentKind) : mediaType ? mediaTypeName(mediaType) : null;
  const size = bytes === null ? null : bytesText(bytes);
  return {
    id,
    href: `/failures/documents/${id}`,
    fileName: fileName ?? 'A document',
    details: [what, size].filter((part) => part !== null).join(' · '),
    state: stateView(document, now),
    status: statusOf[document.state],
    failures: failures === 1 ? 'once' : countText(failures, 'time'),
    last: momentView(document.lastFailedAt, now),
  };
}

const statusOf = {
  deciding: 'waiting',
  retrying: 'retrying',
  running: 'processing',
  failed: 'failed',
  closed: 'completed',
} as const;

function groupHref(path: string, shown: Shown, before: number | null): string {
  const search = new URLSearchParams();
  if (shown !== 'open') search.set('show', shown);
  if (before !== null) search.set('before', String(before));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}
