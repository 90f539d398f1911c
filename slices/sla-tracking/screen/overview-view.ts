import { durationText, roundText } from '../../../public/time.js';
import {
  countdownView,
  countText,
  durationView,
  momentView,
  type DurationView,
  type MomentView,
  type StepTitles,
} from '../../document-board/board-row.contract.ts';
import type { ChartView } from '../chart/chart.ts';
import type { SlaState } from '../clocks/clock.ts';
import { periods, type Period } from '../figures/period.ts';
import type { OpenDocument, ToldBreach } from './open-queries.ts';
import { figureCharts } from './charts.ts';
import { shareMet, type Figures } from './figures.ts';
import { causeText, clockName, shareText, stateWords } from './words.ts';

interface Tile {
  id: string;
  name: string;
  value: string;
  /** Beside the period before. */
  change: string;
}

interface LinkView {
  name: string;
  href: string;
  current: boolean;
}

interface OpenView {
  href: string;
  fileName: string;
  due: MomentView | null;
}

export interface OverviewView {
  self: string;
  streamHref: string;
  exportHref: string;
  breachesHref: string;
  words: string;
  periods: LinkView[];
  /** Empty while there is only one. */
  targets: LinkView[];
  isEmpty: boolean;
  states: { state: SlaState; name: string; count: string }[];
  atRisk: OpenView[];
  late: OpenView[];
  /** How many are not listed. */
  moreAtRisk: string | null;
  moreLate: string | null;
  oldest: (OpenView & { since: DurationView }) | null;
  tiles: Tile[];
  charts: ChartView[];
  causes: { clock: string; what: string; missed: string }[];
  breaches: {
    id: string;
    href: string;
    fileName: string;
    clock: string;
    what: string;
    at: MomentView;
    target: string;
  }[];
}

export interface OverviewData {
  figures: Figures;
  targets: readonly string[];
  any: boolean;
  counts: ReadonlyMap<SlaState | '', number>;
  atRisk: readonly OpenDocument[];
  late: readonly OpenDocument[];
  oldest: OpenDocument | null;
  breaches: readonly ToldBreach[];
  titles: StepTitles;
  now: Date;
}

/** The page's address with what was chosen; `path` may be another of the same choice. */
export function slaHref(
  { name }: Pick<Period, 'name'>,
  target: string | null,
  path = '/sla',
): string {
  const chosen = new URLSearchParams({
    ...(name === '24h' ? {} : { period: name }),
    ...(target === null ? {} : { target }),
  });
  return chosen.size === 0 ? path : `${path}?${chosen.toString()}`;
}

export function overviewView(data: OverviewData): OverviewView {
  const { figures, titles, now, counts, oldest } = data;
  const { period, target, totals, compared } = figures;
  return {
    self: slaHref(period, target),
    streamHref: slaHref(period, target, '/sla/stream'),
    exportHref: slaHref(period, target, '/sla/figures.csv'),
    breachesHref: slaHref(period, null, '/sla/breaches.csv'),
    words: period.words,
    periods: periods.map((name) => ({
      name,
      href: slaHref({ name }, target),
      current: name === period.name,
    })),
    targets: targetLinks(data),
    isEmpty: !data.any,
    states: (['on-track', 'at-risk', 'breached'] as const).map((state) => ({
      state,
      name: stateWords[state],
      count: (counts.get(state) ?? 0).toLocaleString('en'),
    })),
    atRisk: data.atRisk.map((each) => openView(each, now)),
    late: data.late.map((each) => ({
      ...openView(each, now),
      due: each.dueAt && momentView(each.dueAt, now),
    })),
    moreAtRisk: more((counts.get('at-risk') ?? 0) - data.atRisk.length),
    moreLate: more((counts.get('breached') ?? 0) - data.late.length),
    oldest: oldest && {
      ...openView(oldest, now),
      since: durationView(oldest.startedAt, null, now),
    },
    tiles: tilesOf(totals, compared),
    charts: figureCharts(figures, titles),
    causes: figures.causes.map(({ clock, step, phase, missed }) => ({
      clock: clockName(clock, titles),
      what: causeText(step, phase, titles),
      missed: missed.toLocaleString('en'),
    })),
    breaches: data.breaches.map((breach) => ({
      id: String(breach.position),
      href: `/documents/${breach.document}`,
      fileName: breach.fileName ?? 'Document',
      clock: clockName(breach.clock, titles),
      what: causeText(breach.step, breach.phase, titles),
      at: momentView(breach.dueAt, now),
      target: roundText(breach.targetMs),
    })),
  };
}

function targetLinks({ figures: { period, target }, targets }: OverviewData): LinkView[] {
  if (targets.length < 2 && target === null) return [];
  const names = [...new Set([...targets, ...(target === null ? [] : [target])])];
  return [
    { name: 'All targets', href: slaHref(period, null), current: target === null },
    ...names.map((name) => ({ name, href: slaHref(period, name), current: name === target })),
  ];
}

const openView = ({ id, fileName, dueAt }: OpenDocument, now: Date): OpenView => ({
  href: `/documents/${id}`,
  fileName: fileName ?? 'Document',
  due: dueAt && countdownView(dueAt, now),
});

const more = (count: number): string | null =>
  count > 0 ? `and ${count.toLocaleString('en')} more` : null;

function tilesOf(totals: Figures['totals'], compared: Figures['totals']): Tile[] {
  const [share, shareBefore] = [shareMet(totals), shareMet(compared)];
  return [
    {
      id: 'kept',
      name: 'Promises kept',
      value: share === null ? '–' : shareText(share),
      change: shareBefore === null ? 'nothing before' : `${shareText(shareBefore)} before`,
    },
    {
      id: 'missed',
      name: 'Missed',
      value: totals.missed.toLocaleString('en'),
      change: `${compared.missed.toLocaleString('en')} before`,
    },
    {
      id: 'completed',
      name: 'Completed',
      value: totals.completed.toLocaleString('en'),
      change: `${countText(compared.completed, 'document')} before`,
    },
    ...(['p50', 'p95', 'p99'] as const).map((percentile) => ({
      id: percentile,
      name: `Time taken, ${percentile}`,
      value: totals.took ? durationText(totals.took[percentile]) : '–',
      change: compared.took
        ? `${durationText(compared.took[percentile])} before`
        : 'nothing before',
    })),
  ];
}
