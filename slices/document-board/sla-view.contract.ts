import { leftText } from '../../public/time.js';
import type { SlaState } from '../sla-tracking/document-sla.contract.ts';
import { momentView, sentenceCase, type BoardRow, type MomentView } from './board-row.contract.ts';

/** How the promise of a document stands, in words; `left` ticks while its clock runs. */
export interface SlaView {
  state: SlaState;
  word: string;
  /** Time left, or how late it is, with the due time on hover. */
  left: MomentView | null;
  /** How late it was, once it has ended. */
  late: string | null;
}

/** The promise of a row; null where there is none. */
export function slaView(
  { slaState, slaDueAt, status, endedAt }: BoardRow,
  now: Date,
): SlaView | null {
  if (!slaState || !slaDueAt) return null;
  const isOver = status === 'completed' || status === 'cancelled';
  return promiseView(slaState, slaDueAt, isOver ? (endedAt ?? slaDueAt) : null, now);
}

/** @param endedAt when its clock ended, null while it runs */
export function promiseView(
  state: SlaState,
  dueAt: Date,
  endedAt: Date | null,
  now: Date,
): SlaView {
  const due = dueAt.getTime();
  const word = sentenceCase(state);
  if (endedAt === null)
    return {
      state,
      word,
      left: { ...momentView(dueAt, now), text: leftText(due, now.getTime()) },
      late: null,
    };
  const isLate = endedAt.getTime() > due;
  return { state, word, left: null, late: isLate ? leftText(due, endedAt.getTime()) : null };
}

/** The states that somebody has to act on: the board counts them. */
export const urgentStates = ['at-risk', 'breached'] as const satisfies SlaState[];
