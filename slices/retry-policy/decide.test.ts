import { describe, expect, it } from 'vitest';
import type { NewEvent, StoredEvent } from '../../shared/event.ts';
import { historyOf } from '../../shared/steps/step.fixture.ts';
import {
  cancelled,
  completed,
  done,
  dry,
  everything,
  givenUp,
  reprocessed,
  retryRequested,
  scheduled,
  skipped,
  steps,
  wash,
} from '../../tests/laundry.ts';
import { decideRetry } from './decide.ts';
import { StepGivenUp, StepRetryScheduled } from './events.ts';
import type { RetryRules } from './rules.ts';

const defaults: RetryRules = { retries: 3, delayMs: 1_000, maxDelayMs: 60_000, exceptions: [] };
const permanent = { kind: 'permanent', code: 'encrypted' } as const;

/** What is decided because of the newest failure, or of the event at `cause`. */
function decide(given: NewEvent[], rules: Partial<RetryRules> = {}, cause?: number) {
  const history = historyOf(...given);
  const failed = cause === undefined ? history.findLast(isFailure) : history[cause];
  if (!failed) throw new Error('A decision has a cause.');
  const { events = [], jobs } = decideRetry(steps, { ...defaults, ...rules }, history, failed);
  const [decision] = events.map((event) => event as StoredEvent);
  return { decision, events, jobs, failed };
}

const isFailure = ({ type }: StoredEvent) => type.endsWith('Failed');

/** Milliseconds from the failure until the retry that is decided on. */
function delayOf({ decision, failed }: ReturnType<typeof decide>): number {
  if (!decision || !StepRetryScheduled.is(decision)) throw new Error('No retry was decided on.');
  return Date.parse(decision.data.dueAt) - failed.storedAt.getTime();
}

/** A step that failed so many times, each decided on but the last. */
const failedTimes = (times: number): NewEvent[] => [
  everything,
  ...Array.from({ length: times }, (_, index) => [
    ...(index === 0 ? [] : [scheduled('wash', index + 1)]),
    wash.started(index + 1),
    wash.failed(index + 1),
  ]).flat(),
];

describe('a transient failure', () => {
  const withinBudget: [times: number, data: object][] = [
    [1, { attempt: 2, retry: 1, retries: 3 }],
    [2, { attempt: 3, retry: 2, retries: 3 }],
    [3, { attempt: 4, retry: 3, retries: 3 }],
  ];
  it.each(withinBudget)('number %i is tried again', (times, data) => {
    const { decision, events, jobs } = decide(failedTimes(times));
    expect(events).toHaveLength(1);
    expect(jobs).toBeUndefined();
    expect(decision).toMatchObject({
      type: StepRetryScheduled.type,
      data: { step: 'wash', reason: 'broken may pass', ...data },
    });
  });

  it('after the last retry is given up', () =>
    expect(decide(failedTimes(4)).events).toEqual([
      StepGivenUp({
        step: 'wash',
        attempts: 4,
        why: 'retries-spent',
        reason: 'it failed 4 times',
      }),
    ]));

  it('without retries is given up at once', () =>
    expect(decide(failedTimes(1), { retries: 0 }).events).toEqual([
      StepGivenUp({
        step: 'wash',
        attempts: 1,
        why: 'retries-spent',
        reason: 'it is not to be retried',
      }),
    ]));

  it('of another step has a budget of its own', () =>
    expect(
      decide([
        ...failedTimes(3),
        scheduled('wash', 4),
        ...done(wash, 4),
        dry.started(),
        dry.failed(),
      ]).decision,
    ).toMatchObject({ data: { step: 'dry', attempt: 2, retry: 1 } }));

  it('of a step that its host did not survive before counts failures, not attempts', () => {
    const given = [everything, wash.started(), wash.died(), wash.started(2), wash.failed(2)];
    expect(decide(given).decision).toMatchObject({ data: { attempt: 3, retry: 1, retries: 3 } });
  });

  it('of a host that died three times in a row is tried again like any other', () => {
    const deaths = [wash.started(), wash.died(), wash.started(2), wash.died(2), wash.started(3)];
    const failed = wash.failed(3, { code: 'interrupted-repeatedly' });
    expect(decide([everything, ...deaths, wash.died(3), failed]).decision).toMatchObject({
      type: StepRetryScheduled.type,
      data: { attempt: 4, retry: 1, reason: 'interrupted-repeatedly may pass' },
    });
  });
});

describe('the time of a retry', () => {
  const delays: [retry: number, milliseconds: number][] = [
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [7, 60_000],
    [60, 60_000],
  ];
  it.each(delays)('number %i is about %i ms after the failure', (times, delay) => {
    const actual = delayOf(decide(failedTimes(times), { retries: 100 }));
    expect(actual).toBeGreaterThanOrEqual(0.8 * delay);
    expect(actual).toBeLessThanOrEqual(Math.min(60_000, 1.2 * delay));
  });

  it('spreads over 0.8 to 1.2 of the delay, by the failure’s id', () => {
    const delays = Array.from({ length: 200 }, (_, index) => {
      const id = `0190a6c0-0000-7000-8000-${(index * 21_474_836).toString(16).padStart(12, '0')}`;
      const given = [everything, wash.started(), { ...wash.failed(), id }];
      return delayOf(decide(given));
    });
    expect(Math.min(...delays)).toBe(800);
    expect(Math.max(...delays)).toBeGreaterThan(1_195);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1_200);
    expect(new Set(delays).size).toBeGreaterThan(190);
  });

  it('is the same whenever it is decided', () => {
    const given = failedTimes(2);
    expect(decide(given).decision).toEqual(decide(given).decision);
  });

  it('never passes the longest delay, below which it is spread', () => {
    const delay = delayOf(decide(failedTimes(1), { delayMs: 5_000, maxDelayMs: 700 }));
    expect(delay).toBeGreaterThanOrEqual(560);
    expect(delay).toBeLessThan(700);
  });
});

describe('a permanent failure', () => {
  const given = [everything, wash.started(), wash.failed(1, permanent)];

  it('is given up at once', () =>
    expect(decide(given).events).toEqual([
      StepGivenUp({
        step: 'wash',
        attempts: 1,
        why: 'permanent',
        reason: 'trying again would end the same way',
      }),
    ]));

  it('is given up although its step has more retries', () =>
    expect(
      decide(given, { exceptions: [{ step: 'wash', code: null, retries: 9 }] }).decision,
    ).toMatchObject({ type: StepGivenUp.type, data: { why: 'permanent' } }));

  it('whose code is named is tried again', () =>
    expect(
      decide(given, { exceptions: [{ step: null, code: 'encrypted', retries: 2 }] }).decision,
    ).toMatchObject({ type: StepRetryScheduled.type, data: { retry: 1, retries: 2 } }));

  it('whose code is named is given up when its retries are spent', () => {
    const again = [scheduled('wash', 2), wash.started(2), wash.failed(2, permanent)];
    expect(
      decide([...given, ...again], { exceptions: [{ step: null, code: 'encrypted', retries: 1 }] })
        .decision,
    ).toMatchObject({ type: StepGivenUp.type, data: { why: 'retries-spent', attempts: 2 } });
  });
});

describe('the rule for a failure', () => {
  const ofStep = { step: 'wash', code: null, retries: 1 };
  const ofCode = { step: null, code: 'broken', retries: 2 };
  const ofBoth = { step: 'wash', code: 'broken', retries: 5, delayMs: 10_000, maxDelayMs: 10_000 };
  const rules: [what: string, exceptions: RetryRules['exceptions'], retries: number][] = [
    ['the default where no exception fits', [{ ...ofStep, step: 'dry' }], 3],
    ['the default where the code is another', [{ ...ofCode, code: 'disk-full' }], 3],
    ['the default where only the step fits', [{ ...ofBoth, code: 'disk-full' }], 3],
    ['that of the step', [ofStep], 1],
    ['that of the code', [ofCode], 2],
    ['that of the code before that of the step', [ofStep, ofCode], 2],
    ['that of step and code before all others', [ofStep, ofCode, ofBoth], 5],
    ['that of step and code in whatever order', [ofBoth, ofCode, ofStep], 5],
    ['that of any step and code', [{ step: null, code: null, retries: 8 }], 8],
  ];
  it.each(rules)('is %s', (_what, exceptions, retries) =>
    expect(decide(failedTimes(1), { exceptions }).decision).toMatchObject({ data: { retries } }),
  );

  it('may have delays of its own', () => {
    const delay = delayOf(decide(failedTimes(2), { exceptions: [ofBoth] }));
    expect(delay).toBeGreaterThanOrEqual(8_000);
    expect(delay).toBeLessThanOrEqual(10_000);
  });

  it('stretches the longest delay where its first is longer', () => {
    const slow = { step: 'wash', code: null, retries: 3, delayMs: 120_000 };
    const delay = delayOf(decide(failedTimes(1), { exceptions: [slow] }));
    expect(delay).toBeGreaterThanOrEqual(96_000);
    expect(delay).toBeLessThanOrEqual(120_000);
  });
});

describe('a budget', () => {
  const spent = [...failedTimes(4), givenUp('wash', 4)];

  it('is opened anew by an administrator’s retry', () =>
    expect(
      decide([...spent, retryRequested('wash'), wash.started(5), wash.failed(5)]).decision,
    ).toMatchObject({ data: { attempt: 6, retry: 1, retries: 3 } }));

  it('is opened anew by a retry during the countdown', () => {
    const early = [scheduled('wash', 4), retryRequested('wash'), wash.started(4), wash.failed(4)];
    expect(decide([...failedTimes(3), ...early]).decision).toMatchObject({
      data: { attempt: 5, retry: 1 },
    });
  });

  it('that was opened anew is spent in its turn', () => {
    const again = [5, 6, 7, 8].flatMap((attempt) => [
      ...(attempt === 5 ? [retryRequested('wash')] : [scheduled('wash', attempt)]),
      wash.started(attempt),
      wash.failed(attempt),
    ]);
    expect(decide([...spent, ...again]).decision).toMatchObject({
      type: StepGivenUp.type,
      data: { attempts: 8, reason: 'it failed 4 times' },
    });
  });

  it('is opened anew by reprocessing', () =>
    expect(
      decide([...spent, reprocessed('wash'), wash.started(5), wash.failed(5)]).decision,
    ).toMatchObject({ data: { attempt: 6, retry: 1, retries: 3 } }));

  it('of a later step is opened anew by reprocessing from an earlier one', () => {
    const dried = [dry.started(), dry.failed(), givenUp('dry'), reprocessed('wash')];
    const again = [...done(wash, 2), dry.started(2), dry.failed(2)];
    expect(decide([everything, ...done(wash), ...dried, ...again]).decision).toMatchObject({
      data: { step: 'dry', attempt: 3, retry: 1 },
    });
  });
});

describe('nothing is decided', () => {
  const failed = failedTimes(1);
  const at = failed.length - 1;
  const cases: [why: string, given: NewEvent[]][] = [
    ['a retry was scheduled before', [...failed, scheduled('wash', 2)]],
    ['it was given up before', [...failed, givenUp('wash')]],
    ['the retry has begun', [...failed, scheduled('wash', 2), wash.started(2)]],
    ['a later attempt failed', [...failed, scheduled('wash', 2), wash.started(2), wash.failed(2)]],
    ['an administrator asked for a retry', [...failed, retryRequested('wash')]],
    ['the step was skipped meanwhile', [...failed, skipped('wash')]],
    ['the document was cancelled', [...failed, cancelled]],
    ['the document is completed', [...failed, skipped('wash'), completed]],
    ['the document is processed again from there', [...failed, reprocessed('wash')]],
  ];
  it.each(cases)('when %s', (_why, given) =>
    expect(decide(given, {}, at)).toMatchObject({ events: [] }),
  );

  it('on a fact that is no failure', () =>
    expect(decide([everything, wash.started()], {}, 1).events).toEqual([]));

  it('on a step that the document does not pass', () =>
    expect(decide([everything, { ...wash.failed(), type: 'IroningFailed' }]).events).toEqual([]));

  it('on a document that was never received', () =>
    expect(decide([wash.started(), wash.failed()]).events).toEqual([]));
});
