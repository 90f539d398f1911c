import { describe, expect, it } from 'vitest';
import { historyOf } from '../../../shared/steps/step.fixture.ts';
import * as laundry from '../../../tests/laundry.ts';
import { StepRetryRequested } from '../events.ts';
import { attemptsOf } from './attempts.ts';

const { everything, wash, dry, done, scheduled, givenUp } = laundry;
const [washing] = laundry.steps;
if (!washing) throw new Error('There are three steps.');

const history = historyOf(
  everything,
  wash.started(),
  wash.failed(),
  scheduled('wash', 2),
  wash.started(2),
  wash.died(2),
  wash.started(3),
  wash.failed(3),
  givenUp('wash'),
  StepRetryRequested({ step: 'wash', reason: 'because' }),
  ...done(wash, 4),
  dry.started(),
  dry.failed(),
  givenUp('dry'),
);
const second = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));

describe('the attempts of a step', () => {
  it('are told in order, with what was decided between them, and nothing of other steps', () => {
    const told = attemptsOf(washing, history).map((one) =>
      one.type === 'attempt' ? [one.attempt, one.outcome] : [one.event.type],
    );
    expect(told).toEqual([
      [1, 'failed'],
      ['StepRetryScheduled'],
      [2, 'interrupted'],
      [3, 'failed'],
      ['StepGivenUp'],
      ['StepRetryRequested'],
      [4, 'finished'],
    ]);
  });

  it('tell worker, start, end and what went wrong', () => {
    expect(attemptsOf(washing, history)[0]).toEqual({
      type: 'attempt',
      attempt: 1,
      worker: 'host:1',
      startedAt: second(1),
      endedAt: second(2),
      outcome: 'failed',
      code: 'broken',
    });
  });

  it('have no end while they run', () => {
    expect(attemptsOf(washing, history.slice(0, 5)).at(-1)).toMatchObject({
      outcome: 'running',
      endedAt: null,
    });
  });
});
