import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../shared/event.ts';
import { historyOf } from '../../../shared/steps/step.fixture.ts';
import {
  cancelled,
  completed,
  done,
  dry,
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
} from '../../../tests/laundry.ts';
import { SlaBreached, SlaTargetsFixed, SlaWarningRaised } from '../events.ts';
import { stateOf } from './clock.ts';
import { trackingFold, type Tracking } from './tracking.ts';

const { evolve } = trackingFold(steps);

/** A history has one event a second, the first at 0: times here are the seconds of events. */
const START = Date.UTC(2026, 0, 1);
const second = (at: number) => START + at * 1_000;
const iso = (at: number) => new Date(second(at)).toISOString();

/** Targets in seconds. */
const fixed = (clocks: Record<string, number>, run = 1) =>
  SlaTargetsFixed({
    run,
    target: 'Default',
    calendar: { kind: 'always' },
    warnings: [50],
    clocks: Object.entries(clocks).map(([clock, target]) => ({ clock, targetMs: target * 1_000 })),
    startedAt: iso(0),
    dueAt: null,
  });
const warned = (clock: string, run = 1) =>
  SlaWarningRaised({ run, clock, percent: 50, targetMs: 1, ...times });
const breached = (clock: string, run = 1) =>
  SlaBreached({ run, clock, targetMs: 1, ...times, step: 'wash', phase: 'working' });
const times = { startedAt: iso(0), dueAt: iso(0), deadline: iso(0) };

function tracked(...given: NewEvent[]): Tracking {
  const tracking = historyOf(...given).reduce<Tracking | undefined>(evolve, undefined);
  if (!tracking) throw new Error('Nothing was received.');
  return tracking;
}

/** A clock in seconds. */
function clockOf(given: NewEvent[], name: string, run = 1) {
  const clock = tracked(...given).clocks.find((each) => each.run === run && each.name === name);
  if (!clock) throw new Error(`There is no clock ${name}.`);
  const seconds = (at: number | null) => (at === null ? null : (at - START) / 1_000);
  return {
    state: stateOf(clock),
    started: seconds(clock.startedAt),
    due: seconds(clock.dueAt),
    ended: seconds(clock.endedAt),
    stopped: clock.stopped,
    pending: clock.pending.map(({ percent, dueAt }) => `${percent} % at ${seconds(dueAt)}`),
    spent: clock.work && Object.values(clock.work.spent).map((spent) => spent / 1_000),
    phase: clock.work?.phase ?? null,
  };
}

const all = { document: 60, wash: 10, dry: 10, fold: 10 };
const begun = [everything, fixed(all)];
const through = [...begun, ...done(wash), ...done(dry), ...done(fold), completed];

describe('the clock of a document', () => {
  it('starts with its receipt and is wound when its targets are fixed', () => {
    expect(clockOf([everything], 'document')).toMatchObject({ state: null, started: 0, due: null });
    expect(clockOf(begun, 'document')).toMatchObject({
      state: 'on-track',
      due: 60,
      ended: null,
      pending: ['50 % at 30', '100 % at 60'],
    });
  });

  it('ends when the document completes, and has nothing left to say when that is in time', () =>
    expect(clockOf(through, 'document')).toMatchObject({ state: 'met', ended: 8, pending: [] }));

  it.each([
    [9, 'met', []],
    [8, 'met', []],
    [7.999, 'met-late', ['50 % at 3.9995', '100 % at 7.999']],
  ])('with a target of %d s and an end at 8 s is %s', (target, state, pending) => {
    const [, ...rest] = through;
    const given = [everything, fixed({ document: target }), ...rest.slice(1)];
    expect(clockOf(given, 'document').state).toBe(state);
    if (pending.length > 0) expect(clockOf(given, 'document').pending).toHaveLength(2);
  });

  it('is the same when its targets are fixed after all else', () => {
    const [received = everything, targets = everything, ...rest] = through;
    const late = clockOf([received, ...rest, targets], 'document');
    expect(late).toMatchObject({ state: 'met', due: 60, ended: 7, pending: [] });
  });

  it('is at risk after a warning, breached after its breach, and says each once', () => {
    expect(clockOf([...begun, warned('document')], 'document')).toMatchObject({
      state: 'at-risk',
      pending: ['100 % at 60'],
    });
    const given = [...begun, warned('document'), breached('document')];
    expect(clockOf(given, 'document')).toMatchObject({ state: 'breached', pending: [] });
  });

  it('is not touched by what is said of a step', () =>
    expect(clockOf([...begun, warned('wash'), breached('wash')], 'document').state).toBe(
      'on-track',
    ));

  it('goes on while the document has failed, and when it is tried again after that', () => {
    const failed = [...begun, wash.started(), wash.failed(), givenUp('wash')];
    expect(clockOf(failed, 'document')).toMatchObject({ state: 'on-track', ended: null, due: 60 });
    expect(clockOf([...failed, retryRequested('wash')], 'document')).toMatchObject({ due: 60 });
  });

  it('stops when the document is cancelled: in time it is owed no more, late it was breached', () => {
    expect(clockOf([...begun, cancelled], 'document')).toMatchObject({
      state: null,
      stopped: true,
      pending: [],
    });
    const late = [everything, fixed({ document: 1 }), wash.started(), cancelled];
    expect(clockOf(late, 'document')).toMatchObject({
      state: 'breached',
      pending: ['50 % at 0.5', '100 % at 1'],
    });
  });

  it('of a document without steps ends with it', () =>
    expect(clockOf([received(), fixed({ document: 9 }), completed], 'document').state).toBe('met'));
});

describe('the clock of a step', () => {
  it('starts when the step may run, not when somebody begins', () => {
    const given = [...begun, wash.started(), wash.finished(), dry.started()];
    expect(clockOf(given, 'wash')).toMatchObject({ started: 0, ended: 3, state: 'met', due: 10 });
    expect(clockOf(given, 'dry')).toMatchObject({ started: 3, due: 13, state: 'on-track' });
    expect(clockOf(given, 'fold')).toMatchObject({ started: null, due: null, state: null });
  });

  it('tells waiting, working, retry waiting and failed apart', () => {
    const given = [
      ...begun, // 0, 1
      wash.started(), // 2
      wash.failed(), // 3
      scheduled('wash', 2), // 4
      wash.started(2), // 5
      wash.died(2), // 6
      wash.started(3), // 7
      wash.failed(3), // 8
      givenUp('wash', 3), // 9
      retryRequested('wash'), // 10
      wash.started(4), // 11
      wash.finished(4), // 12
    ];
    expect(clockOf(given, 'wash')).toMatchObject({ spent: [3, 4, 4, 1], phase: null, ended: 12 });
    expect(clockOf(given.slice(0, 10), 'wash').phase).toBe('failed');
  });

  it('ends when the step is skipped', () => {
    const given = [...begun, wash.started(), wash.failed(), givenUp('wash'), skipped('wash')];
    expect(clockOf(given, 'wash')).toMatchObject({ state: 'met', ended: 5 });
    expect(clockOf(given, 'dry')).toMatchObject({ started: 5 });
  });

  it('stops when the document is cancelled, and none starts after it', () => {
    const given = [...begun, wash.started(), cancelled];
    expect(clockOf(given, 'wash')).toMatchObject({ stopped: true, ended: 3, state: null });
    expect(clockOf(given, 'dry')).toMatchObject({ started: null });
  });

  it('without a target is measured all the same', () => {
    const given = [everything, fixed({ document: 60 }), ...done(wash)];
    expect(clockOf(given, 'wash')).toMatchObject({ state: null, ended: 3, spent: [2, 1, 0, 0] });
  });
});

describe('a document that is processed again', () => {
  const again = [...through, reprocessed('dry')]; // at 9

  it('keeps its old clocks and starts new ones, for the steps still to pass', () => {
    expect(clockOf(again, 'document')).toMatchObject({ state: 'met', ended: 8, stopped: false });
    expect(clockOf(again, 'document', 2)).toMatchObject({ state: null, started: 9 });
    expect(clockOf([...again, fixed(all, 2)], 'dry', 2)).toMatchObject({ started: 9, due: 19 });
    const names = tracked(...again)
      .clocks.filter(({ run }) => run === 2)
      .map(({ name }) => name);
    expect(names).toEqual(['document', 'dry', 'fold']);
  });

  it('stops the clocks that still ran', () => {
    const given = [...begun, wash.started(), wash.failed(), givenUp('wash'), reprocessed('wash')];
    expect(clockOf(given, 'document')).toMatchObject({ stopped: true, ended: 5, state: null });
    expect(clockOf(given, 'wash')).toMatchObject({ stopped: true, ended: 5 });
  });

  it('takes no words for the other run', () => {
    const given = [...begun, reprocessed('wash'), fixed(all, 2), breached('document')];
    expect(clockOf(given, 'document', 2).state).toBe('on-track');
  });

  it('has the targets of each run, whenever they are fixed', () => {
    const given = [everything, reprocessed('wash'), fixed({ document: 5 }), fixed(all, 2)];
    expect(clockOf(given, 'document', 2)).toMatchObject({ started: 1, due: 61 });
    expect(clockOf(given, 'document')).toMatchObject({ due: 5, ended: 1, state: null });
  });
});
