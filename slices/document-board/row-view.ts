import type { Stretch } from '../search/search.contract.ts';
import {
  type BoardRow,
  type DocumentStatus,
  type DurationView,
  type MomentView,
  type RetryView,
  type StepProgress,
  type StepTitles,
  bytesText,
  countText,
  durationView,
  endOf,
  kindName,
  languageName,
  mediaTypeName,
  momentView,
  percentOf,
  retryView,
  sentenceCase,
  stepTitle,
} from './board-row.contract.ts';
import { type SlaView, slaView } from './sla-view.contract.ts';

/** One part of the progress track: a planned step. `progress` fills the running one page by page. */
export interface Segment {
  state: 'done' | 'running' | 'retrying' | 'failed' | 'cancelled' | 'waiting';
  progress: StepProgress | null;
}

/** What `row.njk` needs; the page, the stream and the catch-up all render this and nothing else. */
export interface RowView {
  id: string;
  href: string;
  /** hx-upsert sorts by it. */
  order: number;
  fileName: string;
  /** The whole name on hover, where the column may cut it; else null. */
  fullName: string | null;
  details: string;
  error: string | null;
  /** What of the document was searched for: only on a page that shows what was found. */
  snippet: Stretch[] | null;
  duplicate: boolean;
  /** The board could not apply an event of it: what stands here is older. */
  isStuck: boolean;
  status: DocumentStatus;
  statusWord: string;
  stepTitle: string | null;
  segments: Segment[];
  percent: number;
  progressText: string;
  /** Told in place of `progressText`. */
  retry: RetryView | null;
  /** What a screen reader says for the progress track. */
  progressLabel: string;
  updated: MomentView;
  duration: DurationView;
  /** Empty before the first one, and once no step is left. */
  attempts: string;
  /** Changes when the row glows: page counts tick silently, everything else is news. */
  glow: string;
  sla: SlaView | null;
}

/** The board row of a document at the time `now`; `progress` is that of its running step. */
export function rowView(
  row: BoardRow,
  titles: StepTitles,
  progress: StepProgress | null,
  now: Date,
  isStuck = false,
): RowView {
  const running = row.status === 'processing' ? progress : null;
  const percent = percentOf(row);
  const title = isUnderWay(row) && row.step !== null ? stepTitle(row.step, titles) : null;
  const progressText = running
    ? `page ${Math.min(running.done + 1, running.total)} of ${running.total}`
    : `${row.finished} of ${countText(row.plan.length, 'step')}`;
  return {
    id: row.id,
    href: `/documents/${row.id}`,
    order: row.position,
    fileName: row.fileName,
    fullName: row.fileName.length > 40 ? row.fileName : null,
    details: detailsOf(row),
    error: row.error && row.status !== 'completed' ? firstLine(row.error.message) : null,
    snippet: null,
    duplicate: row.duplicateOf !== null,
    isStuck,
    status: row.status,
    statusWord: sentenceCase(row.status),
    stepTitle: title,
    segments: segmentsOf(row, running),
    percent,
    progressText,
    retry: row.retry && retryView(row.retry, now),
    progressLabel: [`${percent} percent`, title, progressText].filter(Boolean).join(', '),
    updated: momentView(row.updatedAt, now),
    duration: durationView(row.receivedAt, endOf(row), now),
    attempts: row.attempts > 0 ? String(row.attempts) : '',
    glow: [
      row.status,
      row.step ?? '',
      row.finished,
      row.attempts,
      row.error?.code ?? '',
      row.slaState ?? '',
    ].join(':'),
    sla: slaView(row, now),
  };
}

/** One segment a planned step: finished ones, the one at work, those still to come. */
export function segmentsOf(
  row: Pick<BoardRow, 'plan' | 'finished' | 'status' | 'step'>,
  progress: StepProgress | null,
): Segment[] {
  const found = row.step === null ? -1 : row.plan.indexOf(row.step);
  const current = found === -1 ? row.finished : found;
  return row.plan.map((_, index) => {
    if (row.status === 'completed' || index < Math.min(row.finished, current)) return done;
    if (index !== current) return index < row.finished ? done : waiting;
    const state = stateAtWork(row.status);
    return { state, progress: state === 'running' ? progress : null };
  });
}

const done: Segment = { state: 'done', progress: null };
const waiting: Segment = { state: 'waiting', progress: null };

function stateAtWork(status: DocumentStatus): Segment['state'] {
  switch (status) {
    case 'received':
      return 'waiting';
    case 'processing':
      return 'running';
    case 'completed':
      return 'done';
    case 'retrying':
    case 'failed':
    case 'cancelled':
      return status;
    default:
      return status satisfies never;
  }
}

function isUnderWay(row: BoardRow): boolean {
  return row.status === 'processing' || row.status === 'retrying' || row.status === 'failed';
}

function detailsOf(row: BoardRow): string {
  const format = row.mediaType === null ? null : mediaTypeName(row.mediaType);
  return [
    row.title,
    row.kind === null ? format : kindName(row.kind),
    row.language === null ? null : languageName(row.language),
    row.pages === null ? null : countText(row.pages, 'page'),
    bytesText(row.bytes),
  ]
    .filter((part) => part !== null && part !== '')
    .join(' · ');
}

function firstLine(message: string): string {
  return message.trim().split(/\r?\n/, 1)[0] ?? '';
}
