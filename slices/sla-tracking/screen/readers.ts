import type { StepTitles } from '../../document-board/board-row.contract.ts';
import { periodAt, type PeriodName } from '../figures/period.ts';
import type { FigureQueries } from '../figures/queries.ts';
import { readFigures } from './figures.ts';
import type { OpenQueries } from './open-queries.ts';
import type { OverviewData } from './overview-view.ts';

/** Which figures are asked for; plain, so that its JSON can be the key of a live page. */
export interface OverviewQuery {
  period: PeriodName;
  /** Name of a target; null: all. */
  target: string | null;
}

/** More than these are counted, not listed. */
const LISTED = 10;
const BREACHES = 20;

/** Gathers what the page, and the same for programs, shows. */
export function createOverviewReader(dependencies: {
  figures: FigureQueries;
  open: OpenQueries;
  titles: StepTitles;
}) {
  const { figures, open, titles } = dependencies;
  return async ({ period: name, target }: OverviewQuery): Promise<OverviewData> => {
    const now = new Date();
    const period = periodAt(name, now);
    const [read, targets, any, counts, atRisk, late, oldest, breaches] = await Promise.all([
      readFigures(figures, period, target),
      figures.targets(period),
      open.any(),
      open.counts(),
      open.inState('at-risk', LISTED),
      open.inState('breached', LISTED),
      open.oldest(),
      open.breaches(null, BREACHES),
    ]);
    const standing = { any, counts, atRisk, late, oldest, breaches };
    return { figures: read, targets, ...standing, titles, now };
  };
}

export type OverviewReader = ReturnType<typeof createOverviewReader>;
