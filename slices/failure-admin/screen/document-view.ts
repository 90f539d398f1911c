import {
  bytesText,
  durationView,
  mediaTypeName,
  momentView,
  sentenceCase,
  stepTitle,
  type DocumentStatus,
  type DurationView,
  type MomentView,
  type StepTitles,
} from '../../document-board/board-row.contract.ts';
import { historyView, type HistoryEntry } from '../../document-page/history.contract.ts';
import type { Attempt, Decision, Outcome } from './attempts.ts';
import type { FailureState } from '../read-model.ts';
import type { FailedDocumentData } from './document-data.ts';
import { remedyOf, stateView, titleOf } from './words.ts';

/** One line of the story of a step: an attempt, or a decision between two. */
type AttemptView =
  | {
      type: 'attempt';
      number: number;
      status: string;
      word: string;
      code: string | null;
      worker: string;
      started: MomentView;
      ended: MomentView | null;
      duration: DurationView;
    }
  | { type: 'decision'; id: string; sentence: string; actor: string | null; at: MomentView };

/** The page of one document's failure as its templates show it. */
export function failedDocumentView(data: FailedDocumentData, titles: StepTitles) {
  const { record, failure, now } = data;
  const base = `/documents/${record.id}`;
  const step = stepTitle(failure.step, titles);
  return {
    id: record.id,
    self: `/failures/documents/${record.id}`,
    fileName: record.fileName,
    documentHref: base,
    status: record.status,
    statusWord: sentenceCase(record.status),
    group: {
      href: `/failures/${failure.group}`,
      title: titleOf(failure.signature),
    },
    advice: {
      status: adviceStatus[failure.state] ?? record.status,
      headline: `${step} ${headlines[failure.state]}`,
      message: failure.message,
      whatToDo: remedyOf(failure),
      next: stateView(failure, now).next,
    },
    error: {
      code: failure.code,
      kind: failure.kind === 'permanent' ? 'permanent' : 'transient',
      detail: failure.detail,
      times: failure.failedAt.length,
    },
    last: momentView(failure.lastFailedAt, now),
    step,
    attempts: data.attempts.map((one) => attemptView(one, data.history, now)),
    input: inputOf(data),
    fileHref: `/api/documents/${record.id}/file`,
    history: historyView(data.history, now),
    actions: data.actions,
    revision: data.history.length,
  };
}

export type FailedDocumentView = ReturnType<typeof failedDocumentView>;

const headlines: Record<FailureState, string> = {
  deciding: 'failed',
  retrying: 'failed and is being tried again',
  running: 'failed and is running again',
  failed: 'failed',
  closed: 'had failed',
};

/** That of the document, once its failure is settled. */
const adviceStatus: Record<FailureState, DocumentStatus | null> = {
  deciding: 'retrying',
  retrying: 'retrying',
  running: 'processing',
  failed: 'failed',
  closed: null,
};

const outcomes: Record<Outcome, { status: string; word: string }> = {
  running: { status: 'processing', word: 'Running' },
  finished: { status: 'completed', word: 'Finished' },
  failed: { status: 'failed', word: 'Failed' },
  interrupted: { status: 'cancelled', word: 'Interrupted' },
};

function attemptView(
  one: Attempt | Decision,
  history: readonly HistoryEntry[],
  now: Date,
): AttemptView {
  if (one.type === 'decision') {
    const told = history.find(({ id }) => id === one.event.id);
    return {
      type: 'decision',
      id: one.event.id,
      sentence: told?.sentence ?? one.event.type,
      actor: told?.actor ?? null,
      at: momentView(one.event.storedAt, now),
    };
  }
  return {
    type: 'attempt',
    number: one.attempt,
    ...outcomes[one.outcome],
    code: one.code,
    worker: one.worker,
    started: momentView(one.startedAt, now),
    ended: one.endedAt && momentView(one.endedAt, now),
    duration: durationView(one.startedAt, one.endedAt, now),
  };
}

function inputOf({ record, input }: FailedDocumentData) {
  const { mediaType, bytes } = record;
  return [
    { name: 'Name', value: record.fileName },
    { name: 'Size', value: `${bytesText(bytes)} (${bytes.toLocaleString('en')} bytes)` },
    { name: 'Type', value: mediaType === null ? 'not recognised yet' : mediaTypeName(mediaType) },
    { name: 'Sent as', value: input.claimedMediaType },
    { name: 'SHA-256', value: input.sha256 },
  ];
}
