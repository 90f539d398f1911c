import { describe, expect, it } from 'vitest';
import { historyOf } from '../../shared/steps/step.fixture.ts';
import {
  completed,
  done,
  dry,
  everything,
  fold,
  givenUp,
  reprocessed,
  scheduled,
  steps,
  wash,
} from '../../tests/laundry.ts';
import type { NewEvent } from '../../shared/event.ts';
import { documentClocks } from '../sla-tracking/document-clocks.contract.ts';
import { SlaTargetsFixed } from '../sla-tracking/events.ts';
import { runViews } from './clocks-view.ts';

const START = Date.UTC(2026, 0, 1);
const titles = new Map(steps.map(({ slug, title }) => [slug, title]));

const fixed = (run = 1) =>
  SlaTargetsFixed({
    run,
    target: 'Default',
    calendar: { kind: 'always' },
    warnings: [50],
    clocks: [
      { clock: 'document', targetMs: 60_000 },
      { clock: 'wash', targetMs: 2_000 },
      { clock: 'fold', targetMs: 5_000 },
    ],
    startedAt: new Date(START).toISOString(),
    dueAt: null,
  });

/** What the page says at a second; a history has one event a second, the first at 0. */
function said(second: number, ...given: NewEvent[]) {
  const now = new Date(START + second * 1_000);
  const clocks = documentClocks(steps)(historyOf(...given), now);
  return runViews(clocks, titles, now).map(({ run, isCurrent, clocks }) => ({
    run,
    isCurrent,
    clocks: clocks.map(({ name, target, sla, word, spent }) =>
      [name, target, sla?.word, sla?.left?.text ?? sla?.late, word, spent]
        .filter(Boolean)
        .join('; '),
    ),
  }));
}

describe('the promised times of a document', () => {
  it('are nothing where nothing was ever promised', () =>
    expect(said(9, everything, ...done(wash))).toEqual([]));

  it('tell of each clock what was promised, how it stands, and where the time went', () =>
    expect(said(6, everything, fixed(), wash.started(), wash.finished(), dry.started())).toEqual([
      {
        run: 1,
        isCurrent: true,
        clocks: [
          'Whole document; within 1 min; On track; 54 s left',
          'Washing; within 2 s; Met late; 1 s late; waited 2 s, worked 1 s',
          'Drying; Nothing promised; waited 1 s, worked 2 s',
          'Folding; within 5 s; Not begun',
        ],
      },
    ]));

  it('tell attempts and what is between them apart', () => {
    const failed = [wash.started(), wash.failed(), scheduled('wash', 2), wash.started(2)];
    const [run] = said(9, everything, fixed(), ...failed, wash.failed(2), givenUp('wash', 2));
    expect(run?.clocks[1]).toBe(
      'Washing; within 2 s; On track; 7 s late; waited 2 s, worked 2 s, between attempts 3 s, failed 2 s',
    );
  });

  it('begin anew when a document is processed again, and those before stay', () => {
    const first = [...done(wash), ...done(dry), ...done(fold), completed];
    const runs = said(12, everything, fixed(), ...first, reprocessed('dry'), fixed(2));
    expect(runs.map(({ run, isCurrent, clocks }) => [run, isCurrent, clocks[0]])).toEqual([
      [2, true, 'Whole document; within 1 min; On track; 57 s left'],
      [1, false, 'Whole document; within 1 min; Met'],
    ]);
  });
});
