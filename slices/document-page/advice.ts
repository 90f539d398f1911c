import { type RetryView, countText, retryView } from '../document-board/board-row.contract.ts';
import type { DocumentPageData } from './page-view.ts';

/** The box that says why a document stopped and what to do about it. */
export interface AdviceView {
  status: 'failed' | 'retrying';
  headline: string;
  message: string;
  whatToDo: string;
  retry: RetryView | null;
  code: string;
}

/** Advice for a document with an error that still matters; a completed or cancelled one has none. */
export function adviceOf(data: DocumentPageData): AdviceView | null {
  const { error, status, attempts, step, retry } = data.document;
  if (!error || status === 'completed' || status === 'cancelled') return null;
  const title = data.steps.find(({ slug }) => slug === step)?.title ?? 'A step';
  const isGivenUp = status === 'failed';
  return {
    status: isGivenUp ? 'failed' : 'retrying',
    headline: isGivenUp ? `${title} failed` : `${title} is being tried again`,
    message: error.message,
    whatToDo: isGivenUp ? remedyOf(error.kind, attempts) : 'Nothing needs to be done for now.',
    retry: retry && retryView(retry, data.now),
    code: error.code,
  };
}

function remedyOf(kind: 'transient' | 'permanent', attempts: number): string {
  return kind === 'permanent'
    ? 'Trying again would end the same way, so it was not tried again. Correct the file and upload it once more.'
    : `Given up after ${countText(attempts, 'attempt')}. Once the cause is gone, the step can be tried again.`;
}
