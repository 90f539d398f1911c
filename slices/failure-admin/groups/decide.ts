import type { StoredEvent } from '../../../shared/event.ts';
import { FailureGroupIgnored, FailureGroupReopened, FailureGroupResolved } from '../events.ts';
import type { Mark } from './read-model.ts';

export type GroupAction = 'resolve' | 'ignore' | 'reopen';

/** What a decision about a group rests on beside its own history. */
export interface GroupFacts {
  signature: string;
  /** Documents that fail like this now. */
  open: number;
  /** Position of the newest failure of this kind. */
  position: number;
}

const marks: ReadonlyMap<string, Mark> = new Map([
  [FailureGroupResolved.type, 'resolved'],
  [FailureGroupIgnored.type, 'ignored'],
  [FailureGroupReopened.type, 'open'],
]);

/** What people said last, and whether it still holds: a failure behind it brings the group back. */
export function markOf(
  history: readonly StoredEvent[],
  position: number,
): { mark: Mark; cameBack: boolean } {
  // Retries of the whole group stand on the same stream.
  const last = history.findLast(({ type }) => marks.has(type));
  const mark = marks.get(last?.type ?? '') ?? 'open';
  const cameBack = mark !== 'open' && last !== undefined && position > last.position;
  return { mark: cameBack ? 'open' : mark, cameBack };
}

/** Why an action no longer applies to a group, as a sentence that says what to do; null when it does. */
export function refusalOf(
  history: readonly StoredEvent[],
  { open, position }: GroupFacts,
  action: GroupAction,
): string | null {
  const { mark, cameBack } = markOf(history, position);
  if (action === 'reopen') {
    if (mark !== 'open') return null;
    return cameBack
      ? 'The group came back by itself: it is open.'
      : 'The group is open. Somebody else may have opened it again.';
  }
  const wanted = action === 'resolve' ? 'resolved' : 'ignored';
  if (mark === wanted) return `The group is marked as ${wanted} already. Somebody was faster.`;
  if (mark === 'open' && open === 0)
    return 'No document fails like this any more: there is nothing left to mark.';
  return null;
}

const facts = {
  resolve: FailureGroupResolved,
  ignore: FailureGroupIgnored,
  reopen: FailureGroupReopened,
};

/** The fact that an action states. */
export const eventOf = (action: GroupAction, signature: string, reason: string) =>
  facts[action]({ signature, reason });
