import { describe, expect, it } from 'vitest';
import type { NewEvent, StoredEvent } from '../../../shared/event.ts';
import { historyOf } from '../../../shared/steps/step.fixture.ts';
import { everything, received, reprocessed, wash, done, dry } from '../../../tests/laundry.ts';
import { DocumentReceived } from '../../receive-document/events.ts';
import { SlaTargetsChanged, type SlaTargetsFixed } from '../events.ts';
import { decideTargets } from './fix-targets.ts';
import { FIRST_TARGETS, TARGETS_STREAM, type Targets } from './target.ts';

const always = { kind: 'always' } as const;
const nothing = { documentMs: null, stepMs: null, steps: {}, calendar: always };
const targets: Targets = {
  targets: [
    { name: 'Express', source: 'shop', label: 'express', ...nothing, documentMs: 1_000 },
    { name: 'Shop', source: 'shop', label: null, ...nothing, documentMs: 2_000 },
    { name: 'Invoices', source: null, label: 'invoice', ...nothing, steps: { wash: 300 } },
    { name: 'Archive', source: null, label: 'archive', ...nothing },
  ],
  default: {
    documentMs: 60_000,
    stepMs: 10_000,
    steps: { dry: null, fold: 5_000 },
    calendar: always,
  },
};

const changed = (...all: Targets[]): StoredEvent[] =>
  historyOf(...all.map((each) => SlaTargetsChanged({ ...each, reason: 'new prices' }))).map(
    (event) => ({ ...event, stream: TARGETS_STREAM }),
  );

const from = (source: string | null, label: string | null): NewEvent[] => {
  return [DocumentReceived({ ...everything.data, source, label })];
};

/** What is fixed because of the newest event. */
function fixed(given: NewEvent[], changes = changed(targets), warnings = [50, 75, 90]) {
  const history = historyOf(...given);
  const event = history.at(-1);
  if (!event) throw new Error('A decision has a cause.');
  const [fact, ...more] = decideTargets(warnings, history, event, changes).events ?? [];
  expect(more).toEqual([]);
  return (fact?.data ?? null) as Parameters<typeof SlaTargetsFixed>[0] | null;
}

describe('the targets of a document', () => {
  it('are fixed with everything that follows from them when it is received', () =>
    expect(fixed([everything])).toEqual({
      run: 1,
      target: 'Default',
      calendar: always,
      warnings: [50, 75, 90],
      clocks: [
        { clock: 'document', targetMs: 60_000 },
        { clock: 'wash', targetMs: 10_000 },
        { clock: 'fold', targetMs: 5_000 },
      ],
      startedAt: '2026-01-01T00:00:00.000Z',
      dueAt: '2026-01-01T00:01:00.000Z',
    }));

  it.each([
    ['shop', 'express', 'Express'],
    ['shop', null, 'Shop'],
    ['shop', 'invoice', 'Shop'],
    ['other', 'invoice', 'Invoices'],
    [null, 'invoice', 'Invoices'],
    ['Shop', 'express', 'Default'],
    [null, null, 'Default'],
  ])('from %s labelled %s are those of the first that matches: %s', (source, label, name) =>
    expect(fixed(from(source, label))?.target).toBe(name),
  );

  it('may be of steps alone, and then it is due at no time', () =>
    expect(fixed(from(null, 'invoice'))).toMatchObject({
      clocks: [{ clock: 'wash', targetMs: 300 }],
      dueAt: null,
    }));

  it('are none where nothing is promised, and for what was received before there were any', () => {
    expect(fixed(from(null, 'archive'))).toBeNull();
    expect(fixed([everything], [])).toBeNull();
  });

  it('are those that hold then, the newest', () => {
    const longer = { ...targets, default: { ...targets.default, documentMs: 120_000 } };
    expect(fixed([everything], changed(targets, longer))?.dueAt).toBe('2026-01-01T00:02:00.000Z');
  });

  it('hold for every step of a plan, known today or not', () =>
    expect(fixed([received('iron', 'wash')], changed(FIRST_TARGETS))?.clocks).toEqual([
      { clock: 'document', targetMs: 900_000 },
      { clock: 'iron', targetMs: 300_000 },
      { clock: 'wash', targetMs: 300_000 },
    ]));

  it('are fixed again, for the steps still to pass, when it is processed again', () =>
    expect(fixed([everything, ...done(wash), ...done(dry), reprocessed('fold')])).toMatchObject({
      run: 2,
      clocks: [{ clock: 'document' }, { clock: 'fold' }],
      startedAt: '2026-01-01T00:00:05.000Z',
    }));

  it('say for which run they are, however late that is decided', () => {
    const history = historyOf(everything, reprocessed('wash'), reprocessed('wash'));
    const runs = history.map((event) => decideTargets([], history, event, changed(targets)));
    expect(runs.map(({ events }) => events?.[0]?.data)).toMatchObject([
      { run: 1 },
      { run: 2 },
      { run: 3 },
    ]);
  });

  it('warn in order, at each percentage once', () =>
    expect(fixed([everything], changed(targets), [90, 50, 90])?.warnings).toEqual([50, 90]));
});
