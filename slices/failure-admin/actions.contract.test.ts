import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../shared/event.ts';
import { historyOf } from '../../shared/steps/step.fixture.ts';
import {
  cancelled,
  completed,
  done,
  dry,
  everything,
  fold,
  givenUp,
  retryRequested,
  scheduled,
  skipped,
  steps,
  wash,
} from '../../tests/laundry.ts';
import { courseOf } from '../pipeline/course.contract.ts';
import { applicableActions, refusalOf, type Action } from './actions.contract.ts';

const toDry = [everything, ...done(wash)];
const failed = [...toDry, dry.started(), dry.failed()];

/** Where a document may stand; the step in question is `dry`. */
const states = {
  due: toDry,
  running: [...toDry, dry.started()],
  interrupted: [...toDry, dry.started(), dry.died()],
  failed,
  waits: [...failed, scheduled('dry', 2)],
  asked: [...failed, scheduled('dry', 2), retryRequested('dry')],
  'given up': [...failed, givenUp('dry')],
  finished: [...toDry, ...done(dry)],
  skipped: [...failed, skipped('dry')],
  completed: [...toDry, ...done(dry), ...done(fold), completed],
  cancelled: [...failed, cancelled],
} satisfies Record<string, NewEvent[]>;
type State = keyof typeof states;

const actions = {
  retry: { do: 'retry', step: 'dry' },
  skip: { do: 'skip', step: 'dry' },
  'give up': { do: 'give-up', step: 'dry' },
  cancel: { do: 'cancel' },
  'reprocess from there': { do: 'reprocess', fromStep: 'dry' },
  'reprocess from before': { do: 'reprocess', fromStep: 'wash' },
  'reprocess from a later step': { do: 'reprocess', fromStep: 'fold' },
} satisfies Record<string, Action>;
type ActionName = keyof typeof actions;

const APPLIES = null;
const faster = 'Somebody was faster: Drying is about to run already. Wait for its outcome.';
const runs = 'Drying is running now. Wait for its outcome, or cancel the document.';
const moves = 'Drying is about to run or running. Wait for its outcome, then ask again.';
const movesLater = 'Folding is about to run or running. Wait for its outcome, then ask again.';
const notThere = 'The document has not come to Folding: it stands at Drying.';
const hasFinished = 'Drying has finished. Reprocess the document from it to run it once more.';
const wasSkipped = 'Drying was skipped. Reprocess the document from it to run it after all.';
const wasCancelled =
  'The document was cancelled, which is final. Upload it again to have it processed.';

/** Retry, skip, give up, cancel; reprocess from there, from before, from a later step. */
const table: Record<State, (string | null)[]> = {
  due: [
    'Drying has not failed: it is about to run. Wait for its outcome.',
    APPLIES,
    'Drying has not failed: it is about to run. Cancel the document to stop it.',
    APPLIES,
    moves,
    moves,
    notThere,
  ],
  running: [runs, runs, runs, APPLIES, moves, moves, notThere],
  interrupted: [runs, runs, runs, APPLIES, moves, moves, notThere],
  failed: [APPLIES, APPLIES, APPLIES, APPLIES, moves, moves, notThere],
  waits: [APPLIES, APPLIES, APPLIES, APPLIES, APPLIES, APPLIES, notThere],
  asked: [faster, APPLIES, APPLIES, APPLIES, moves, moves, notThere],
  'given up': [
    APPLIES,
    APPLIES,
    'Drying was given up before. Retry or skip it, or cancel the document.',
    APPLIES,
    APPLIES,
    APPLIES,
    notThere,
  ],
  finished: [hasFinished, hasFinished, hasFinished, APPLIES, movesLater, movesLater, movesLater],
  skipped: [wasSkipped, wasSkipped, wasSkipped, APPLIES, movesLater, movesLater, movesLater],
  completed: [
    hasFinished,
    hasFinished,
    hasFinished,
    'The document is completed: there is nothing left to cancel.',
    APPLIES,
    APPLIES,
    APPLIES,
  ],
  cancelled: Array.from({ length: 7 }, () => wasCancelled),
};

const courseAt = (state: State) => courseOf(steps, historyOf(...states[state]));
const cases = Object.entries(table).flatMap(([state, refusals]) =>
  Object.keys(actions).map((action, index): [ActionName, State, string, string | null] => {
    const refusal = refusals[index] ?? null;
    const verdict = refusal === null ? 'applies' : 'is refused';
    return [action as ActionName, state as State, verdict, refusal];
  }),
);

describe('an action on the step at which a document stands', () => {
  it.each(cases)('%s, when that is %s, %s', (action, state, _verdict, refusal) =>
    expect(refusalOf(steps, courseAt(state), actions[action])).toBe(refusal),
  );
});

describe('an action on another step', () => {
  const others: [what: string, action: Action, refusal: string][] = [
    ['that is not come to', { do: 'retry', step: 'fold' }, notThere],
    ['that is done', { do: 'skip', step: 'wash' }, hasFinished.replace('Drying', 'Washing')],
    [
      'that the document has not',
      { do: 'give-up', step: 'iron' },
      'Iron is not a step of this document.',
    ],
    [
      'that the document has not, from which to reprocess',
      { do: 'reprocess', fromStep: 'iron' },
      'Iron is not a step of this document.',
    ],
  ];
  it.each(others)('%s is refused', (_what, action, refusal) =>
    expect(refusalOf(steps, courseAt('given up'), action)).toBe(refusal),
  );
});

describe('what is offered', () => {
  const offered = (state: State) =>
    applicableActions(steps, courseAt(state)).map((action) =>
      'step' in action
        ? `${action.do} ${action.step}`
        : 'fromStep' in action
          ? `${action.do} ${action.fromStep}`
          : action.do,
    );
  const again = ['reprocess wash', 'reprocess dry'];
  const offers: [state: State, then: string[]][] = [
    ['due', ['skip dry', 'cancel']],
    ['running', ['cancel']],
    ['failed', ['retry dry', 'skip dry', 'give-up dry', 'cancel']],
    ['waits', ['retry dry', 'skip dry', 'give-up dry', 'cancel', ...again]],
    ['asked', ['skip dry', 'give-up dry', 'cancel']],
    ['given up', ['retry dry', 'skip dry', 'cancel', ...again]],
    ['completed', [...again, 'reprocess fold']],
    ['cancelled', []],
  ];
  it.each(offers)('when it is %s', (state, then) => expect(offered(state)).toEqual(then));

  it('is never refused, and what is not offered is', () => {
    for (const state of Object.keys(states) as State[]) {
      const course = courseAt(state);
      const offers = applicableActions(steps, course).map((action) => JSON.stringify(action));
      const applicable = new Set(offers);
      for (const action of Object.values(actions)) {
        // Offered for the step at which the document stands.
        const standsThere = !['finished', 'skipped'].includes(state) || action.do === 'cancel';
        if (standsThere)
          expect([state, action, applicable.has(JSON.stringify(action))]).toEqual([
            state,
            action,
            refusalOf(steps, course, action) === null,
          ]);
      }
    }
  });
});
