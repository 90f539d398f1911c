import { durationText, roundText } from '../../public/time.js';
import { stepTitle, type StepTitles } from '../document-board/board-row.contract.ts';
import { promiseView, type SlaView } from '../document-board/sla-view.contract.ts';
import {
  DOCUMENT_CLOCK,
  type DocumentClock,
  type Phase,
} from '../sla-tracking/document-clocks.contract.ts';

/** A promised time of a document, as its page shows it. */
export interface ClockView {
  /** `Whole document`, or the title of the step. */
  name: string;
  isStep: boolean;
  /** `within 15 min`; null where nothing was promised. */
  target: string | null;
  sla: SlaView | null;
  /** What there is to say where there is no promise to be kept. */
  word: string;
  /** `waited 3 s, worked 12 s`; empty of the document. */
  spent: string;
}

/** The clocks of one run; the newest is `current`. */
export interface RunView {
  run: number;
  isCurrent: boolean;
  clocks: ClockView[];
}

/** The clocks of a document by its runs, the newest first; nothing where nothing was ever promised. */
export function runViews(
  clocks: readonly DocumentClock[],
  titles: StepTitles,
  now: Date,
): RunView[] {
  if (clocks.every(({ targetMs }) => targetMs === null)) return [];
  return [...Map.groupBy(clocks, ({ run }) => run)].map(([run, own], index) => ({
    run,
    isCurrent: index === 0,
    clocks: own.map((clock) => clockView(clock, titles, now)),
  }));
}

function clockView(clock: DocumentClock, titles: StepTitles, now: Date): ClockView {
  const { name, state, targetMs, dueAt, endedAt, spent } = clock;
  const isStep = name !== DOCUMENT_CLOCK;
  return {
    name: isStep ? stepTitle(name, titles) : 'Whole document',
    isStep,
    target: targetMs === null ? null : `within ${roundText(targetMs)}`,
    sla: state && dueAt && promiseView(state, dueAt, endedAt, now),
    word: wordOf(clock),
    spent: spent === null ? '' : spentText(spent),
  };
}

function wordOf({ startedAt, targetMs, stopped }: DocumentClock): string {
  if (stopped) return 'Stopped';
  if (targetMs === null) return 'Nothing promised';
  return startedAt === null ? 'Not begun' : '';
}

const phaseWords: Readonly<Record<Phase, string>> = {
  waiting: 'waited',
  working: 'worked',
  retrying: 'between attempts',
  failed: 'failed',
};

function spentText(spent: Readonly<Record<Phase, number>>): string {
  return Object.entries(phaseWords)
    .map(([phase, word]) => [word, spent[phase as Phase]] as const)
    .filter(([, ms]) => ms > 0)
    .map(([word, ms]) => `${word} ${durationText(ms)}`)
    .join(', ');
}
