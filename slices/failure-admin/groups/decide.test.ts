import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../shared/event.ts';
import { historyOf } from '../../../shared/steps/step.fixture.ts';
import {
  FailureGroupIgnored,
  FailureGroupReopened,
  FailureGroupResolved,
  GroupRetryFinished,
} from '../events.ts';
import { eventOf, markOf, refusalOf, type GroupAction } from './decide.ts';

const told = { signature: 'wash broken It broke.', reason: 'because' };
const resolved = FailureGroupResolved(told);
const ignored = FailureGroupIgnored(told);
const reopened = FailureGroupReopened(told);
const retried = GroupRetryFinished({ retry: 'x', retried: 1, refused: 0 });

// Facts of a history stand at the positions 1, 2, …
const BEFORE = 0;
const LATER = 9;

const decisions: [
  given: string,
  history: NewEvent[],
  facts: { open: number; position: number },
  action: GroupAction,
  refusal: RegExp | null,
][] = [
  ['open', [], { open: 3, position: BEFORE }, 'resolve', null],
  ['open', [], { open: 3, position: BEFORE }, 'ignore', null],
  ['open', [], { open: 3, position: BEFORE }, 'reopen', /is open/],
  ['open without a document', [], { open: 0, position: BEFORE }, 'resolve', /nothing left/],
  ['open without a document', [], { open: 0, position: BEFORE }, 'ignore', /nothing left/],
  ['resolved', [resolved], { open: 3, position: BEFORE }, 'resolve', /already.*faster/],
  ['resolved', [resolved], { open: 3, position: BEFORE }, 'ignore', null],
  ['resolved', [resolved], { open: 0, position: BEFORE }, 'reopen', null],
  [
    'resolved and retried',
    [resolved, retried],
    { open: 3, position: BEFORE },
    'resolve',
    /already/,
  ],
  ['ignored', [ignored], { open: 3, position: BEFORE }, 'ignore', /already/],
  ['ignored', [ignored], { open: 3, position: BEFORE }, 'resolve', null],
  ['reopened', [resolved, reopened], { open: 3, position: BEFORE }, 'reopen', /is open/],
  ['reopened', [resolved, reopened], { open: 3, position: BEFORE }, 'resolve', null],
  ['resolved, and back', [resolved], { open: 1, position: LATER }, 'resolve', null],
  ['resolved, and back', [resolved], { open: 1, position: LATER }, 'reopen', /came back by itself/],
];

describe('a group of failures', () => {
  it.each(decisions)('that is %s', (_given, history, facts, action, refusal) => {
    const answer = refusalOf(historyOf(...history), { ...facts, signature: '' }, action);
    if (refusal === null) expect(answer).toBeNull();
    else expect(answer).toMatch(refusal);
  });

  it('comes back with a failure behind its mark, not with one before', () => {
    const history = historyOf(retried, ignored);
    expect(markOf(history, 1)).toEqual({ mark: 'ignored', cameBack: false });
    expect(markOf(history, 3)).toEqual({ mark: 'open', cameBack: true });
    expect(markOf(historyOf(retried), 3)).toEqual({ mark: 'open', cameBack: false });
  });

  it('states what was asked for', () => {
    const actions = ['resolve', 'ignore', 'reopen'] as const;
    expect(actions.map((action) => eventOf(action, 'signature', 'reason').type)).toEqual([
      'FailureGroupResolved',
      'FailureGroupIgnored',
      'FailureGroupReopened',
    ]);
  });
});
