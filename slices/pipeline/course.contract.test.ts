import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../shared/event.ts';
import { historyOf } from '../../shared/steps/step.fixture.ts';
import {
  cancelled,
  completed,
  done,
  dry,
  DUE_AT,
  everything,
  fold,
  givenUp,
  received,
  reprocessed,
  retryRequested,
  scheduled,
  skipped,
  steps,
  wash,
} from '../../tests/laundry.ts';
import { courseOf, isDone, isWanted, stepOf, type StepCourse } from './course.contract.ts';

const courseAfter = (given: NewEvent[]) => courseOf(steps, historyOf(...given));

/** `wash` after a history, without its slug. */
function washAfter(given: NewEvent[]): Omit<StepCourse, 'slug' | 'cause'> | undefined {
  const step = stepOf(courseAfter(given), 'wash');
  if (!step) return undefined;
  const { slug: _slug, cause: _cause, ...rest } = step;
  return rest;
}

const begun = [everything, wash.started()];
const failed = [...begun, wash.failed()];
const waits = [...failed, scheduled('wash', 2)];
const spent = [...failed, givenUp('wash')];
const at = new Date(DUE_AT);

type State = StepCourse['state'];
const stories: [
  what: string,
  given: NewEvent[],
  then: [state: State, attempt: number, failures: number, dueAt?: Date],
][] = [
  ['receipt', [everything], ['due', 0, 0]],
  ['a start', begun, ['running', 1, 0]],
  ['a finish', [...begun, wash.finished()], ['finished', 1, 0]],
  ['a dead host', [...begun, wash.died()], ['interrupted', 1, 0]],
  ['a shutdown', [...begun, wash.shutDown()], ['interrupted', 1, 0]],
  ['a start after a dead host', [...begun, wash.died(), wash.started(2)], ['running', 2, 0]],
  ['a failure', failed, ['failed', 1, 1]],
  ['a retry that was scheduled', waits, ['retrying', 1, 1, at]],
  ['the start of a retry', [...waits, wash.started(2)], ['running', 2, 1]],
  ['a second failure', [...waits, wash.started(2), wash.failed(2)], ['failed', 2, 2]],
  ['a retry that went well', [...waits, ...done(wash, 2)], ['finished', 2, 1]],
  ['giving up', spent, ['given-up', 1, 1]],
  ['giving up during the countdown', [...waits, givenUp('wash')], ['given-up', 1, 1]],
  ['a retry that was asked for', [...spent, retryRequested('wash')], ['retrying', 1, 0]],
  ['one asked for during the countdown', [...waits, retryRequested('wash')], ['retrying', 1, 0]],
  ['one asked for before the decision', [...failed, retryRequested('wash')], ['retrying', 1, 0]],
  ['a skip', [...spent, skipped('wash')], ['skipped', 1, 1]],
  ['a skip before its start', [everything, skipped('wash')], ['skipped', 0, 0]],
  ['reprocessing from it', [...spent, reprocessed('wash')], ['due', 1, 0]],
  [
    'reprocessing from a later step',
    [everything, ...done(wash), ...done(dry), reprocessed('dry')],
    ['finished', 1, 0],
  ],
  [
    'reprocessing from a step that is in no plan',
    [...spent, reprocessed('iron')],
    ['given-up', 1, 1],
  ],
  ['facts of other steps', [everything, dry.started(7), dry.failed(7)], ['due', 0, 0]],
];

describe('a step of a document', () => {
  it.each(stories)('after %s', (_what, given, [state, attempt, failures, dueAt = null]) =>
    expect(washAfter(given)).toEqual({ state, attempt, failures, dueAt }),
  );

  it('is none when the plan has it not', () =>
    expect(washAfter([received('dry')])).toBeUndefined());
});

describe('the steps of a document', () => {
  const states: [what: string, given: NewEvent[], then: State[]][] = [
    ['none before it is received', [wash.started()], []],
    ['its own plan, in order', [received('fold', 'wash')], ['due', 'waiting']],
    ['a step that is no more', [received('iron', 'wash')], ['due', 'waiting']],
    ['the next, due when one is done', [everything, ...done(wash)], ['finished', 'due', 'waiting']],
    [
      'the next, due when one is skipped',
      [...spent, skipped('wash')],
      ['skipped', 'due', 'waiting'],
    ],
    ['none due while one is given up', spent, ['given-up', 'waiting', 'waiting']],
    ['none due while one waits', waits, ['retrying', 'waiting', 'waiting']],
    [
      'all done',
      [everything, ...done(wash), ...done(dry), ...done(fold)],
      ['finished', 'finished', 'finished'],
    ],
    [
      'waiting again after the one reprocessed from',
      [everything, ...done(wash), ...done(dry), ...done(fold), completed, reprocessed('dry')],
      ['finished', 'due', 'waiting'],
    ],
    [
      'waiting again where they were skipped before',
      [everything, ...done(wash), skipped('dry'), reprocessed('wash')],
      ['due', 'waiting', 'waiting'],
    ],
  ];
  it.each(states)('are %s', (_what, given, then) =>
    expect(courseAfter(given).steps.map(({ state }) => state)).toEqual(then),
  );

  it('count attempts on when it is reprocessed', () => {
    const again = [
      ...spent,
      reprocessed('wash'),
      ...done(wash, 2),
      ...done(dry),
      reprocessed('wash'),
    ];
    const attempts = courseAfter([everything, ...again.slice(1)]).steps.map(
      ({ attempt }) => attempt,
    );
    expect(attempts).toEqual([2, 1, 0]);
  });

  it('are done when finished or skipped', () => {
    const { steps } = courseAfter([everything, ...done(wash), skipped('dry')]);
    expect(steps.map(isDone)).toEqual([true, true, false]);
  });
});

describe('the end of a document', () => {
  const finished = [everything, ...done(wash), ...done(dry), ...done(fold)];
  const ends: [what: string, given: NewEvent[], then: 'completed' | 'cancelled' | null][] = [
    ['is not there before', finished, null],
    ['is its completion', [...finished, completed], 'completed'],
    ['is its cancellation', [...spent, cancelled], 'cancelled'],
    ['is undone by reprocessing', [...finished, completed, reprocessed('fold')], null],
    ['is not a step that was given up', spent, null],
  ];
  it.each(ends)('%s', (_what, given, then) => expect(courseAfter(given).ended).toBe(then));
});

describe('work that an event asked for', () => {
  /** Whether what event `cause` asked of wash is still to be done. */
  const wanted = (given: NewEvent[], cause: number) => {
    const history = historyOf(...given);
    return isWanted(courseOf(steps, history), 'wash', history[cause]?.id ?? '');
  };
  const cases: [what: string, given: NewEvent[], cause: number, then: boolean][] = [
    ['is wanted when it has not begun', [everything], 0, true],
    ['is wanted while it runs', begun, 0, true],
    ['is wanted when its host died', [...begun, wash.died()], 0, true],
    ['is wanted when a retry was scheduled', waits, 3, true],
    ['is wanted when a retry was asked for', [...spent, retryRequested('wash')], 4, true],
    ['is not wanted before a failure is decided on', failed, 0, false],
    ['is not wanted for the first time any more once there is a retry', waits, 0, false],
    [
      'is not wanted at its due time once a retry was asked for',
      [...waits, retryRequested('wash')],
      3,
      false,
    ],
    ['is not wanted when it is done', [...begun, wash.finished()], 0, false],
    ['is not wanted when it was given up', [...waits, givenUp('wash')], 3, false],
    ['is not wanted when it was skipped', [...waits, skipped('wash')], 3, false],
    ['is not wanted when the document was cancelled', [...begun, cancelled], 0, false],
    [
      'is not wanted at its due time when it is reprocessed',
      [...waits, reprocessed('wash')],
      3,
      false,
    ],
    ['is wanted when it is reprocessed', [...waits, reprocessed('wash')], 4, true],
  ];
  it.each(cases)('%s', (_what, given, cause, then) => expect(wanted(given, cause)).toBe(then));
});
