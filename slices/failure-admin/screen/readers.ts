import type { DeadLetters } from '../../../shared/dead-letters.ts';
import type { ActorNames } from '../../accounts/actor-names.contract.ts';
import type { StepTitles } from '../../document-board/board-row.contract.ts';
import type { GroupRetryQueries } from '../group-retry/queries.ts';
import { noSuchGroup } from '../groups/mark-group.ts';
import type { Mark } from '../groups/read-model.ts';
import type { FailureGroup, GroupCursor, GroupQueries } from './group-queries.ts';
import { groupPageView, type GroupPageView, type Shown } from './group-view.ts';
import { overviewView, type OverviewView } from './overview-view.ts';

/** Which overview is asked for; plain, so that its JSON can be the key of a live page. */
export interface OverviewQuery {
  acts: boolean;
  tab: Mark;
  before: GroupCursor | null;
}

export interface GroupQuery {
  acts: boolean;
  group: string;
  shown: Shown;
  before: number | null;
}

export interface ScreenReaders {
  overview(query: OverviewQuery): Promise<OverviewView>;
  /** @throws Problem 404 when no document ever failed like this */
  group(query: GroupQuery): Promise<GroupPageView>;
}

const PAGE_GROUPS = 50;
const PAGE_DOCUMENTS = 50;
/** More than these are counted, not listed. */
const MOST_STUCK = 50;

/** Gathers what the pages show. */
export function createScreenReaders(dependencies: {
  queries: GroupQueries;
  retries: Pick<GroupRetryQueries, 'recent'>;
  deadLetters: Pick<DeadLetters, 'streams' | 'jobs'>;
  actorNames: ActorNames;
  titles: StepTitles;
}): ScreenReaders {
  const { queries, retries, deadLetters, actorNames, titles } = dependencies;

  const actorsOf = (groups: readonly FailureGroup[], bulks: readonly { actor: string }[]) =>
    actorNames.of([
      ...groups.flatMap(({ mark }) => mark?.actor ?? []),
      ...bulks.map(({ actor }) => actor),
    ]);

  return {
    async overview({ acts: canAct, tab, before }) {
      const now = new Date();
      const [page, counts, bulks, deliveries, jobs] = await Promise.all([
        queries.page(tab, before, PAGE_GROUPS),
        queries.counts(),
        retries.recent(),
        deadLetters.streams(MOST_STUCK),
        deadLetters.jobs(MOST_STUCK),
      ]);
      const [figures, names] = await Promise.all([
        queries.figures(page.groups, now),
        actorsOf(page.groups, bulks),
      ]);
      const stuck = { deliveries, jobs };
      const rest = { tab, before, counts, bulks, stuck, figures, names, titles, canAct, now };
      return overviewView({ ...page, ...rest });
    },
    async group({ acts: canAct, group: id, shown, before }) {
      const now = new Date();
      const group = await queries.group(id);
      if (!group) throw noSuchGroup();
      const [page, closed, bulks, figures] = await Promise.all([
        queries.documents(id, shown, before, PAGE_DOCUMENTS),
        queries.countClosed(id),
        retries.recent(),
        queries.figures([group], now),
      ]);
      const names = await actorsOf([group], bulks);
      const rest = { shown, before, closed, bulks, figures, names, titles, canAct, now };
      return groupPageView({ group, ...page, ...rest });
    },
  };
}
