import { durationText } from '../../../public/time.js';
import {
  countText,
  kindName,
  mediaTypeName,
  retryView,
  type RetryView,
} from '../../document-board/board-row.contract.ts';
import type { FailureRecord, FailureState } from '../read-model.ts';
import type { DocumentKind } from './group-queries.ts';

/** What people call actors, by actor. */
export type NamedActors = ReadonlyMap<string, string>;

/** A signature without its step and code, and with dots for what differs from document to document. */
export function titleOf(signature: string): string {
  const message = signature.replace(/^\S+ \S+ /, '');
  return message.replaceAll(/<(?:id|address|name|path|n)>/g, '…') || signature;
}

/** Icon and word of a failure's state, and when it is tried again. */
export interface StateView {
  icon: string;
  word: string;
  next: RetryView | null;
}

const states: Record<FailureState, { icon: string; word: string }> = {
  deciding: { icon: 'waiting', word: 'Being decided' },
  retrying: { icon: 'retrying', word: 'Retrying' },
  running: { icon: 'processing', word: 'Running' },
  failed: { icon: 'failed', word: 'Failed' },
  closed: { icon: 'completed', word: 'Closed' },
};

export function stateView(
  { state, retry }: Pick<FailureRecord, 'state' | 'retry'>,
  now: Date,
): StateView {
  return { ...states[state], next: retry && state === 'retrying' ? retryView(retry, now) : null };
}

/** `12 invoices` would guess at plurals: `Invoice 12, PDF 3, .xyz 1, and 4 others`. */
export function kindsText(kinds: readonly DocumentKind[], most = 3): string {
  const shown = kinds
    .slice(0, most)
    .map((each) => `${kindOf(each)} ${each.count.toLocaleString('en')}`);
  const rest = kinds.slice(most).reduce((sum, { count }) => sum + count, 0);
  return [...shown, ...(rest > 0 ? [`others ${rest.toLocaleString('en')}`] : [])].join(', ');
}

function kindOf({ kind, mediaType, extension }: DocumentKind): string {
  if (kind !== null) return kindName(kind);
  if (mediaType !== null) return mediaTypeName(mediaType);
  return extension === null ? 'Unknown' : `.${extension}`;
}

/** `about 2 min 05 s left`. */
export const endIn = (seconds: number): string => `about ${durationText(seconds * 1000)} left`;

/** What is to be done, from why and where it stands. */
export function remedyOf(failure: Pick<FailureRecord, 'kind' | 'state' | 'failures'>): string {
  const { kind, state, failures } = failure;
  switch (state) {
    case 'deciding':
      return 'What follows is being decided.';
    case 'retrying':
      return 'Nothing needs to be done for now: it is tried again by itself.';
    case 'running':
      return 'It is being tried again right now.';
    case 'closed':
      return 'Nothing needs to be done: this failure is settled.';
    case 'failed':
      return kind === 'permanent'
        ? 'Trying again would end the same way. Correct the file and upload it once more; or, once the cause is gone, retry or skip the step.'
        : `Given up after ${countText(failures, 'failure')}. Once the cause is gone, retry the step.`;
    default:
      return state satisfies never;
  }
}
