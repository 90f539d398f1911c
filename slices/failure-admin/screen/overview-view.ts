import { momentView, stepTitle, type StepTitles } from '../../document-board/board-row.contract.ts';
import type { Mark } from '../groups/read-model.ts';
import type { GroupRetryProgress } from '../group-retry/queries.ts';
import { bulkView } from './bulk-view.ts';
import type { FailureGroup, GroupCursor, GroupFigures } from './group-queries.ts';
import { sparklineView } from './sparkline.ts';
import { stuckView, type StuckData } from './stuck-view.ts';
import { kindsText, titleOf, type NamedActors } from './words.ts';

export const tabs = ['open', 'resolved', 'ignored'] as const;

/** Everything the failures page shows. */
export interface OverviewData {
  tab: Mark;
  before: GroupCursor | null;
  groups: FailureGroup[];
  hasMore: boolean;
  figures: ReadonlyMap<string, GroupFigures>;
  counts: Record<Mark, number>;
  bulks: GroupRetryProgress[];
  stuck: StuckData;
  names: NamedActors;
  titles: StepTitles;
  canAct: boolean;
  now: Date;
}

const tabNames = {
  open: { name: 'Open', icon: 'failed' },
  resolved: { name: 'Resolved', icon: 'completed' },
  ignored: { name: 'Ignored', icon: 'cancelled' },
};

const emptyWords = {
  open: {
    title: 'Nothing has failed',
    text: 'When a step fails, it appears here by itself: why it failed, what is tried again and when, and what you can do.',
  },
  resolved: {
    title: 'Nothing is marked as resolved',
    text: 'A group that is marked as resolved waits here, and comes back when a document fails like that again.',
  },
  ignored: {
    title: 'Nothing is ignored',
    text: 'A group that is ignored waits here, and comes back when a document fails like that again.',
  },
};

/** The failures page as its templates show it. */
export function overviewView(data: OverviewData) {
  const { tab, now, names } = data;
  const last = data.groups.at(-1);
  return {
    tab,
    self: overviewHref({ tab, before: data.before }),
    streamHref: overviewHref({ tab, before: data.before }, '/failures/stream'),
    tabs: tabs.map((each) => ({
      ...tabNames[each],
      slug: each,
      href: overviewHref({ tab: each, before: null }),
      count: data.counts[each].toLocaleString('en'),
      current: each === tab,
    })),
    groups: data.groups.map((group) => groupView(group, data)),
    empty: emptyWords[tab],
    firstHref: data.before ? overviewHref({ tab, before: null }) : null,
    olderHref: data.hasMore && last ? overviewHref({ tab, before: last }) : null,
    bulks: data.bulks.map((bulk) => bulkView(bulk, names, data.canAct)),
    stuck: stuckView(data.stuck, data.canAct, now),
    canAct: data.canAct,
  };
}

export type OverviewView = ReturnType<typeof overviewView>;

/** One line about a group: what it is, how many, since when. */
export function groupView(
  one: FailureGroup,
  { figures, titles, names, now }: Pick<OverviewData, 'figures' | 'titles' | 'names' | 'now'>,
) {
  const { group, failed, retrying, tab } = one;
  const known = figures.get(group);
  return {
    group,
    href: `/failures/${group}`,
    title: titleOf(one.signature),
    step: stepTitle(one.step, titles),
    code: one.code,
    failed: failed.toLocaleString('en'),
    retrying: retrying.toLocaleString('en'),
    hasFailed: failed > 0,
    isRetrying: retrying > 0,
    first: momentView(one.firstFailedAt, now),
    last: momentView(one.lastFailedAt, now),
    sparkline: known ? sparklineView(known.counts, known.span) : null,
    span: known?.span.words ?? '',
    kinds: kindsText(known?.kinds ?? []),
    note: noteOf(one, names, now),
    tab,
  };
}

/** What was said of a marked group, or of one that came back in spite of it. */
function noteOf({ mark, tab }: FailureGroup, names: NamedActors, now: Date) {
  if (!mark || mark.mark === 'open') return null;
  const cameBack = tab === 'open';
  return {
    icon: cameBack ? 'retrying' : tabNames[mark.mark].icon,
    status: cameBack ? 'retrying' : 'waiting',
    before: cameBack ? `Came back: marked ${mark.mark} by` : `Marked ${mark.mark} by`,
    who: names.get(mark.actor) ?? 'somebody who is gone',
    at: momentView(mark.at, now),
    reason: mark.reason ?? '(erased)',
  };
}

/** The address of a failures page; what is not asked for is left out. */
export function overviewHref(
  { tab, before }: { tab: Mark; before: GroupCursor | null },
  path = '/failures',
): string {
  const search = new URLSearchParams();
  if (tab !== 'open') search.set('tab', tab);
  if (before) search.set('before', `${before.firstFailedAt.getTime()}-${before.group}`);
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

/** The other way round; null for what no page has linked to. */
export function parseCursor(text: string | undefined): GroupCursor | null {
  const [, time, group] = /^(\d{1,15})-([0-9a-f]{16})$/.exec(text ?? '') ?? [];
  return time && group ? { firstFailedAt: new Date(Number(time)), group } : null;
}
