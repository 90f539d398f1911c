import {
  type BoardRow,
  type DurationView,
  type MomentView,
  type StepProgress,
  bytesText,
  countText,
  durationView,
  endOf,
  kindName,
  languageName,
  mediaTypeName,
  momentView,
  percentOf,
  sentenceCase,
} from '../document-board/board-row.contract.ts';
import type { Evidence, Field } from '../classification/findings.contract.ts';
import type { ActionView } from '../failure-admin/action-view.contract.ts';
import type { DocumentClock } from '../sla-tracking/document-clocks.contract.ts';
import type {
  DocumentNotification,
  EndpointInfo,
} from '../webhook-delivery/document-notifications.contract.ts';
import { type AdviceView, adviceOf } from './advice.ts';
import { type RunView, runViews } from './clocks-view.ts';
import { type FieldView, fieldViews } from './fields-view.ts';
import { type HistoryEntry, type HistoryEntryView, historyView } from './history-view.ts';
import { type NotificationView, notificationViews } from './notifications-view.ts';
import { type ExcerptView, excerptView } from './text-view.ts';

export type StepState =
  | 'waiting'
  | 'running'
  | 'retrying'
  | 'done'
  | 'failed'
  | 'skipped'
  | 'cancelled';

export interface StepData {
  slug: string;
  title: string;
  state: StepState;
  attempts: number;
  /** Of the latest attempt. */
  startedAt: Date | null;
  endedAt: Date | null;
  progress: StepProgress | null;
}

/** A statement of the classification with how sure it is (0 to 1) and what it rests on. */
export interface Finding {
  value: string;
  confidence: number | null;
  evidence: readonly Evidence[];
}

/** Everything the page of one document shows; the route gathers it. */
export interface DocumentPageData {
  document: BoardRow;
  steps: StepData[];
  /** Those of the newest run first. */
  clocks: readonly DocumentClock[];
  /** `language.value` is an ISO 639-1 code, `kind.value` a slug. */
  findings: { title: Finding | null; language: Finding | null; kind: Finding | null };
  fields: readonly Field[];
  /** The whole text; null before extraction. */
  text: string | null;
  /** What the reader searched for, empty for nothing. */
  q: string;
  /** How the text was read; null before extraction. `ocrConfidence` is 0 to 100. */
  reading: { ocrPages: number; ocrConfidence: number | null; warnings: string[] } | null;
  hasPreview: boolean;
  hasFields: boolean;
  duplicate: { id: string; fileName: string } | null;
  /** Whether any step has ever failed: then there are attempts to tell about. */
  hasFailed: boolean;
  /** What the reader may do now. */
  actions: ActionView[];
  notifications: readonly DocumentNotification[];
  /** Those that the notifications go to, by id. */
  endpoints: ReadonlyMap<string, EndpointInfo>;
  /** In the order of the stream. */
  history: HistoryEntry[];
  now: Date;
}

export interface FactView {
  name: string;
  value: string;
  confidence: string | null;
  evidence: string | null;
}

export interface StepView {
  slug: string;
  title: string;
  state: StepState;
  stateWord: string;
  icon: string;
  attempts: number;
  duration: DurationView | null;
  progress: (StepProgress & { text: string }) | null;
}

/** What `page.njk` and `body.njk` need. */
export interface DocumentPageView {
  id: string;
  fileName: string;
  status: BoardRow['status'];
  statusWord: string;
  percent: number;
  progressLabel: string;
  segments: { state: string; progress: StepProgress | null }[];
  advice: AdviceView | null;
  duplicate: { href: string; fileName: string } | null;
  steps: StepView[];
  runs: RunView[];
  facts: FactView[];
  fields: FieldView[];
  text: ExcerptView | null;
  previewHref: string | null;
  /** It may still come, so its place is kept free. */
  previewExpected: boolean;
  downloads: { href: string; name: string; icon: string }[];
  received: MomentView;
  updated: MomentView;
  duration: DurationView;
  notifications: NotificationView[];
  history: HistoryEntryView[];
  failureHref: string | null;
  actions: ActionView[];
  revision: number;
  streamHref: string;
}

/** The whole page of a document as its templates show it, at the time `now`. */
export function documentPageView(data: DocumentPageData): DocumentPageView {
  const { document: row, now } = data;
  const percent = percentOf(row);
  return {
    id: row.id,
    fileName: row.fileName,
    status: row.status,
    statusWord: sentenceCase(row.status),
    percent,
    progressLabel: `${percent} percent, ${row.finished} of ${countText(row.plan.length, 'step')}`,
    segments: data.steps.map(segmentOf),
    advice: adviceOf(data),
    duplicate: data.duplicate && {
      href: `/documents/${data.duplicate.id}`,
      fileName: data.duplicate.fileName,
    },
    steps: data.steps.map((step) => stepView(step, row, now)),
    runs: runViews(data.clocks, new Map(data.steps.map(({ slug, title }) => [slug, title])), now),
    facts: factsOf(data),
    fields: fieldViews(data.fields),
    text:
      data.text === null
        ? null
        : excerptView(row.id, data.text, { q: data.q, language: row.language }),
    previewHref: data.hasPreview ? `/api/documents/${row.id}/preview.png` : null,
    previewExpected: endOf(row) === null,
    downloads: downloadsOf(data),
    received: momentView(row.receivedAt, now),
    updated: momentView(row.updatedAt, now),
    duration: durationView(row.receivedAt, endOf(row), now),
    notifications: notificationViews(data.notifications, data.endpoints, now),
    history: historyView(data.history, now),
    failureHref: data.hasFailed ? `/failures/documents/${row.id}` : null,
    actions: data.actions,
    revision: row.revision,
    streamHref: `/documents/${row.id}/stream${data.q === '' ? '' : `?${new URLSearchParams({ q: data.q }).toString()}`}`,
  };
}

function segmentOf(step: StepData) {
  const state = step.state === 'skipped' ? 'done' : step.state;
  return { state, progress: step.state === 'running' ? step.progress : null };
}

const stepIcons: Record<StepState, string> = {
  waiting: 'waiting',
  running: 'processing',
  done: 'completed',
  failed: 'failed',
  retrying: 'retrying',
  skipped: 'skipped',
  cancelled: 'cancelled',
};

function stepView(step: StepData, row: BoardRow, now: Date): StepView {
  const { startedAt, progress } = step;
  const isRunning = step.state === 'running';
  const endedAt = isRunning ? null : (step.endedAt ?? row.updatedAt);
  return {
    slug: step.slug,
    title: step.title,
    state: step.state,
    stateWord: sentenceCase(step.state),
    icon: stepIcons[step.state],
    attempts: step.attempts,
    duration: startedAt && step.state !== 'waiting' ? durationView(startedAt, endedAt, now) : null,
    progress:
      isRunning && progress
        ? { ...progress, text: `${progress.done} of ${countText(progress.total, 'page')}` }
        : null,
  };
}

function factsOf({ document: row, findings, reading }: DocumentPageData): FactView[] {
  const facts = [
    factOf('Title', findings.title, (title) => title),
    factOf('Kind', findings.kind, kindName),
    factOf('Language', findings.language, languageName),
    plainFact('Format', row.mediaType === null ? null : mediaTypeName(row.mediaType)),
    plainFact('Pages', row.pages === null ? null : row.pages.toLocaleString('en')),
    plainFact('Size', bytesText(row.bytes)),
    recognitionFact(reading),
    ...(reading?.warnings ?? []).map((warning) => plainFact('Note', warning)),
  ];
  return facts.filter((fact) => fact !== null);
}

function factOf(
  name: string,
  finding: Finding | null,
  say: (value: string) => string,
): FactView | null {
  if (!finding) return null;
  const { confidence } = finding;
  return {
    name,
    value: say(finding.value),
    confidence: confidence === null ? null : `${Math.round(confidence * 100)} % sure`,
    evidence: evidenceText(finding),
  };
}

/** `“Invoice no.” (page 1), “VAT” (page 2)`; where no kind won, which each word speaks for. */
function evidenceText({ value, evidence }: Finding): string | null {
  const told = evidence.map(({ kind, words, page }) => {
    const place = page === null ? '' : ` (page ${page})`;
    return `“${words}”${place}${kind === value ? '' : ` for ${kindName(kind).toLowerCase()}`}`;
  });
  return told.length === 0 ? null : told.join(', ');
}

/** Text that was recognised may hold errors, so it is said how sure the recognition is. */
function recognitionFact(reading: DocumentPageData['reading']): FactView | null {
  if (!reading || reading.ocrPages === 0) return null;
  const { ocrPages, ocrConfidence } = reading;
  const confidence = ocrConfidence === null ? null : `${Math.round(ocrConfidence)} % sure`;
  const value = `${countText(ocrPages, 'page')} by text recognition`;
  return { name: 'Read', value, confidence, evidence: null };
}

function plainFact(name: string, value: string | null): FactView | null {
  return value === null ? null : { name, value, confidence: null, evidence: null };
}

function downloadsOf({
  document,
  text,
  hasFields,
}: DocumentPageData): DocumentPageView['downloads'] {
  const base = `/api/documents/${document.id}`;
  return [
    { href: `${base}/file`, name: 'Original', icon: 'download' },
    ...(text !== null ? [{ href: `${base}/text`, name: 'Text', icon: 'text' }] : []),
    ...(hasFields ? [{ href: `${base}/fields`, name: 'Fields (JSON)', icon: 'fields' }] : []),
  ];
}
