import { describe, expect, it } from 'vitest';
import type { NewEvent, StoredEvent } from '../../../shared/event.ts';
import { historyOf } from '../../../shared/steps/step.fixture.ts';
import {
  cancelled,
  completed,
  done,
  dry,
  everything,
  fold,
  givenUp,
  reprocessed,
  retryRequested,
  scheduled,
  steps,
  wash,
} from '../../../tests/laundry.ts';
import { trackingFold } from '../clocks/tracking.ts';
import { SlaBreached, SlaTargetsFixed, SlaWarningRaised } from '../events.ts';
import { decideDue } from './decide.ts';

const tracking = trackingFold(steps);
const START = Date.UTC(2026, 0, 1);
const second = (at: number) => START + at * 1_000;

const fixed = (clocks: Record<string, number>, run = 1, startedAt = 0) =>
  SlaTargetsFixed({
    run,
    target: 'Default',
    calendar: { kind: 'always' },
    warnings: [50, 75],
    clocks: Object.entries(clocks).map(([clock, target]) => ({ clock, targetMs: target * 1_000 })),
    startedAt: new Date(second(startedAt)).toISOString(),
    dueAt: null,
  });

/** What is said at a second, as `clock percent at second`; a history has one event a second. */
function said(history: readonly StoredEvent[], at: number): string[] {
  return decideDue(tracking, history, second(at)).map(({ dueAt, fact }) => {
    const { clock, percent = 100 } = fact.data as { clock: string; percent?: number };
    return `${clock} ${percent} at ${(dueAt - START) / 1_000}`;
  });
}
const given = (...facts: NewEvent[]) => historyOf(...facts);
const received = (targets: Record<string, number>) => [everything, fixed(targets)];

/** The same history with other seconds. */
const at = (history: StoredEvent[], ...seconds: number[]) =>
  history.map((event, index) => ({
    ...event,
    storedAt: new Date(second(seconds[index] ?? index)),
  }));

/** As if it had been said. */
function tell(history: readonly StoredEvent[], now: number): StoredEvent[] {
  const told = decideDue(tracking, history, second(now)).map(
    ({ fact }, index) =>
      ({
        ...historyOf(fact)[0],
        ...fact,
        position: history.length + index + 1,
        version: history.length + index + 1,
        storedAt: new Date(second(now)),
      }) as StoredEvent,
  );
  return [...history, ...told];
}

describe('what is said of a document', () => {
  const waiting = given(...received({ document: 100, wash: 40 }));

  it.each([
    [20, []],
    [20.001, ['wash 50 at 20']],
    [50.001, ['wash 50 at 20', 'wash 75 at 30', 'wash 100 at 40', 'document 50 at 50']],
    [
      1_000,
      [
        'wash 50 at 20',
        'wash 75 at 30',
        'wash 100 at 40',
        'document 50 at 50',
        'document 75 at 75',
        'document 100 at 100',
      ],
    ],
  ])('at %d s is everything that fell due before, in that order', (now, words) =>
    expect(said(waiting, now)).toEqual(words),
  );

  it('is said once', () => {
    const told = tell(waiting, 50.001);
    expect(said(told, 75)).toEqual([]);
    expect(said(told, 75.001)).toEqual(['document 75 at 75']);
    expect(tell(told, 50.001)).toEqual(told);
  });

  it('has the same ids whoever says it, and others in another run', () => {
    const ids = (history: StoredEvent[]) =>
      decideDue(tracking, history, second(1_000)).map(({ fact }) => fact.id);
    expect(ids(waiting)).toEqual(ids([...waiting]));
    const again = given(
      ...received({ document: 100 }),
      reprocessed('wash'),
      fixed({ document: 100 }, 2),
    );
    expect(new Set([...ids(waiting), ...ids(again)]).size).toBe(6 + 3);
  });

  it('names the true time, however late it is said', () => {
    const [first] = decideDue(tracking, waiting, second(86_400));
    expect(first?.fact).toMatchObject({
      type: SlaWarningRaised.type,
      data: {
        startedAt: '2026-01-01T00:00:00.000Z',
        dueAt: '2026-01-01T00:00:20.000Z',
        deadline: '2026-01-01T00:00:40.000Z',
      },
    });
  });

  it('is nothing where nothing is promised', () => {
    expect(said(given(everything), 1_000)).toEqual([]);
    expect(said([], 1_000)).toEqual([]);
  });

  it('goes on while the document has failed', () => {
    const failed = given(
      ...received({ document: 100 }),
      wash.started(),
      wash.failed(),
      givenUp('wash'),
    );
    expect(said(failed, 75.001)).toEqual(['document 50 at 50', 'document 75 at 75']);
    const retried = given(
      ...received({ document: 100 }),
      wash.started(),
      wash.failed(),
      givenUp('wash'),
      retryRequested('wash'),
    );
    expect(said(retried, 75.001)).toEqual(said(failed, 75.001));
  });
});

describe('a document that ends', () => {
  const whole = [
    ...received({ document: 100 }),
    ...done(wash),
    ...done(dry),
    ...done(fold),
    completed,
  ];

  it.each([
    ['before half of its time', 49, []],
    ['at the very moment of a warning', 50, []],
    ['right after it', 50.001, ['document 50 at 50']],
    ['at the very moment it is due', 100, ['document 50 at 50', 'document 75 at 75']],
    [
      'a millisecond late',
      100.001,
      ['document 50 at 50', 'document 75 at 75', 'document 100 at 100'],
    ],
  ])('%s, while nobody could say anything', (_when, end, words) => {
    const ended = at(given(...whole), 0, 1, 2, 3, 4, 5, 6, 7, end);
    expect(said(ended, 1_000)).toEqual(words);
  });

  it('says no more of a step that was done in time', () => {
    const history = given(...received({ wash: 3 }), ...done(wash));
    expect(said(history, 1_000)).toEqual(['wash 50 at 1.5', 'wash 75 at 2.25']);
  });

  it('by being cancelled says no more', () => {
    expect(said(given(...received({ document: 100 }), cancelled), 1_000)).toEqual([]);
    const late = at(given(...received({ document: 100 }), cancelled), 0, 1, 60);
    expect(said(late, 1_000)).toEqual(['document 50 at 50']);
  });

  it('by being processed again says what was late, and what the new clocks say', () => {
    const history = at(
      given(...received({ document: 100 }), reprocessed('wash'), fixed({ document: 100 }, 2, 200)),
      0,
      1,
      200,
      201,
    );
    expect(said(history, 260)).toEqual([
      'document 50 at 50',
      'document 75 at 75',
      'document 100 at 100',
      'document 50 at 250',
    ]);
  });
});

describe('the cause of a breach', () => {
  const causeAt = (history: StoredEvent[], clock = 'document') =>
    decideDue(tracking, history, second(10_000))
      .map(({ fact }) => fact)
      .filter((fact) => fact.type === SlaBreached.type)
      .map((fact) => fact.data as Parameters<typeof SlaBreached>[0])
      .find((data) => data.clock === clock);

  it.each([
    ['waiting for a step', [everything, fixed({ document: 10 })], [0, 1], 'wash', 'waiting'],
    [
      'working on one',
      [...received({ document: 10 }), ...done(wash), dry.started()],
      [0, 1, 2, 3, 4],
      'dry',
      'working',
    ],
    [
      'between its attempts',
      [...received({ document: 10 }), wash.started(), wash.failed(), scheduled('wash', 2)],
      [0, 1, 2, 3, 4],
      'wash',
      'retrying',
    ],
    [
      'failed',
      [...received({ document: 10 }), wash.started(), wash.failed(), givenUp('wash')],
      [0, 1, 2, 3, 4],
      'wash',
      'failed',
    ],
    [
      'an earlier step, which took most of the time',
      [...received({ document: 10 }), ...done(wash), dry.started()],
      [0, 1, 1, 8, 8],
      'wash',
      'working',
    ],
  ])('is %s', (_what, facts, seconds, step, phase) =>
    expect(causeAt(at(given(...facts), ...seconds))).toMatchObject({ step, phase }),
  );

  it('is not what came after it was due', () => {
    const history = at(given(...received({ document: 10 }), wash.started()), 0, 1, 11);
    expect(causeAt(history)).toMatchObject({ step: 'wash', phase: 'waiting' });
  });

  it('of a step is its own', () => {
    const history = at(
      given(...received({ dry: 5 }), ...done(wash), dry.started()),
      0,
      1,
      1,
      90,
      91,
    );
    expect(causeAt(history, 'dry')).toMatchObject({ step: 'dry', phase: 'working' });
  });
});
