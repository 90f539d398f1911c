import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../event.ts';
import { factsOf, historyOf, weight } from './step.fixture.ts';
import { stepEvents } from './step-events.ts';
import { foldStep, type StepState } from './step-state.ts';

const weighing = stepEvents('Weighing', 'Weighing', weight);
const { started, finished, failed, died, shutDown } = factsOf(weighing);
const other = factsOf(stepEvents('Painting', 'Painting', {}));

const stories: [what: string, given: NewEvent[], then: StepState][] = [
  ['nothing', [], { state: 'waiting', attempt: 0, interruptions: 0 }],
  [
    'facts of another step',
    [other.started(), other.failed()],
    { state: 'waiting', attempt: 0, interruptions: 0 },
  ],
  ['a start', [started()], { state: 'running', attempt: 1, interruptions: 0 }],
  ['a finish', [started(), finished()], { state: 'finished', attempt: 1, interruptions: 0 }],
  ['a failure', [started(), failed()], { state: 'failed', attempt: 1, interruptions: 0 }],
  [
    'a second attempt',
    [started(), failed(), started(2)],
    { state: 'running', attempt: 2, interruptions: 0 },
  ],
  [
    'another step in between',
    [started(), other.started(7), other.finished(7)],
    { state: 'running', attempt: 1, interruptions: 0 },
  ],
  ['a dead host', [started(), died()], { state: 'interrupted', attempt: 1, interruptions: 1 }],
  [
    'two dead hosts in a row',
    [started(), died(), started(2), died(2), started(3)],
    { state: 'running', attempt: 3, interruptions: 2 },
  ],
  [
    'a shutdown, which is nobody’s fault',
    [started(), shutDown(), started(2)],
    { state: 'running', attempt: 2, interruptions: 0 },
  ],
  [
    'a shutdown between two dead hosts',
    [started(), died(), started(2), shutDown(2), started(3), died(3)],
    { state: 'interrupted', attempt: 3, interruptions: 2 },
  ],
  [
    'dead hosts before an outcome',
    [started(), died(), started(2), died(2), started(3), failed(3), started(4), died(4)],
    { state: 'interrupted', attempt: 4, interruptions: 1 },
  ],
];

describe('the state of a step', () => {
  it.each(stories)('after %s', (_what, given, then) =>
    expect(foldStep(weighing, historyOf(...given))).toEqual(then),
  );
});
