import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../shared/event.ts';
import { DOCUMENT, historyOf } from '../../shared/steps/step.fixture.ts';
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
import { DocumentCompleted } from './events.ts';
import { decideNextStep } from './slice.ts';

/** What is decided because of the newest fact, or of the one at `cause`. */
function decide(given: NewEvent[], cause = given.length - 1) {
  const history = historyOf(...given);
  const event = history[cause];
  if (!event) throw new Error('A decision has a cause.');
  const { jobs = [], events = [] } = decideNextStep(steps, history, event);
  return {
    queues: jobs.map(({ queue }) => queue),
    facts: events.map(({ type }) => type),
    jobs,
    event,
  };
}

const failed = [everything, wash.started(), wash.failed()];
const waits = [...failed, scheduled('wash', 2)];
const spent = [...failed, givenUp('wash')];
const toTheLast = [everything, ...done(wash), ...done(dry)];
const all = [...toTheLast, ...done(fold), completed];

const stories: [what: string, given: NewEvent[], queues: string[], facts: string[]][] = [
  ['received', [everything], ['step-wash'], []],
  ['one done', [everything, wash.started(), wash.finished()], ['step-dry'], []],
  [
    'two done',
    [everything, wash.started(), wash.finished(), dry.started(), dry.finished()],
    ['step-fold'],
    [],
  ],
  [
    'all done',
    [everything, ...[wash, dry, fold].flatMap((step) => [step.started(), step.finished()])],
    [],
    ['DocumentCompleted'],
  ],
  ['a plan without steps', [received()], [], ['DocumentCompleted']],
  ['a plan of its own', [received('fold', 'wash')], ['step-fold'], []],
  [
    'a step that is in no plan',
    [received('wash'), wash.started(), wash.finished()],
    [],
    ['DocumentCompleted'],
  ],
  ['a step that is no more', [received('iron', 'wash')], ['step-iron'], []],
  [
    'done at the second attempt',
    [everything, wash.started(), wash.failed(), wash.started(2), wash.finished(2)],
    ['step-dry'],
    [],
  ],
  ['a retry that was scheduled', waits, ['step-wash'], []],
  ['a retry that was asked for', [...spent, retryRequested('wash')], ['step-wash'], []],
  ['a retry asked for while one waits', [...waits, retryRequested('wash')], ['step-wash'], []],
  ['a skip', [...spent, skipped('wash')], ['step-dry'], []],
  ['a skip of the last step', [...toTheLast, skipped('fold')], [], ['DocumentCompleted']],
  ['reprocessing', [...spent, reprocessed('wash')], ['step-wash'], []],
  ['reprocessing of what was completed', [...all, reprocessed('dry')], ['step-dry'], []],
  [
    'reprocessing that is done',
    [...all, reprocessed('fold'), ...done(fold, 2)],
    [],
    ['DocumentCompleted'],
  ],
];

/** Decisions that come to nothing: the event at `cause` is handled when more has happened. */
const late: [what: string, given: NewEvent[], cause: number][] = [
  ['the retry it scheduled has begun', [...waits, wash.started(2)], 3],
  ['a retry was asked for instead', [...waits, retryRequested('wash')], 3],
  ['what it asked for was given up', [...waits, givenUp('wash')], 3],
  ['what it asked for was skipped', [...waits, skipped('wash')], 3],
  ['the document was cancelled', [...waits, cancelled], 3],
  ['the document was cancelled before it began', [everything, cancelled], 0],
  ['the document is processed again', [...waits, reprocessed('wash')], 3],
  ['the next step was skipped, too', [...spent, skipped('wash'), skipped('dry')], 4],
  ['it was the last and the end was stated', all, all.length - 2],
];

describe('the next step', () => {
  it.each(stories)('after %s', (_what, given, queues, facts) =>
    expect(decide(given)).toMatchObject({ queues, facts }),
  );

  it('waits for its due time when a retry was scheduled', () => {
    const { jobs, event } = decide(waits);
    const due = new Date(DUE_AT);
    const data = { document: DOCUMENT, cause: event.id };
    expect(jobs).toEqual([{ queue: 'step-wash', key: DOCUMENT, data, due }]);
  });

  it('has no due time when an administrator asked for it', () => {
    const { jobs } = decide([...waits, retryRequested('wash')]);
    expect(jobs[0]).not.toHaveProperty('due');
  });

  it('is not asked for while a failure is not decided on, nor when it is given up', () => {
    expect(decide(failed)).toMatchObject({ queues: [], facts: [] });
    expect(decide(spent)).toMatchObject({ queues: [], facts: [] });
  });

  it.each(late)('is not asked for when %s', (_what, given, cause) =>
    expect(decide(given, cause)).toMatchObject({ queues: [], facts: [] }),
  );

  it('is asked for once a document, by the event that made it due', () => {
    const { jobs, event } = decide([everything, wash.started(), wash.finished()]);
    expect(jobs).toEqual([
      { queue: 'step-dry', key: DOCUMENT, data: { document: DOCUMENT, cause: event.id } },
    ]);
  });

  it('is not asked for again when the event is handled late and it has started', () => {
    const later = [everything, wash.started(), wash.finished(), dry.started()];
    expect(decide(later, 0)).toMatchObject({ queues: [], facts: [] });
    expect(decide(later, 2)).toMatchObject({ queues: [], facts: [] });
    expect(decide([...later, dry.failed()], 2)).toMatchObject({ queues: [], facts: [] });
    expect(decide([...later, dry.shutDown()], 2)).toMatchObject({ queues: [], facts: [] });
  });

  it('states the end under the same id whenever it is asked', () => {
    // The kernel derives the id from the reactor and the event; the decision gives none of its own.
    const done = [received('wash'), wash.started(), wash.finished()];
    const reaction = decideNextStep(steps, historyOf(...done), historyOf(...done)[2] ?? fail());
    expect(reaction).toEqual({ events: [DocumentCompleted({})] });
  });

  it('of a history without a beginning is none', () =>
    expect(decide([wash.started(), wash.finished()])).toMatchObject({ queues: [], facts: [] }));
});

function fail(): never {
  throw new Error('The history has three facts.');
}
