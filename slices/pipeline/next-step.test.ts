import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../shared/event.ts';
import { factsOf, historyOf, DOCUMENT } from '../../shared/steps/step.fixture.ts';
import { defineStep } from '../../shared/steps/step.ts';
import { stepEvents } from '../../shared/steps/step-events.ts';
import { DocumentReceived } from '../receive-document/events.ts';
import { DocumentCompleted } from './events.ts';
import { decideNextStep } from './slice.ts';

const stepNamed = (slug: string, name: string) =>
  defineStep({
    slug,
    title: name,
    events: stepEvents(name, name, {}),
    concurrency: () => 1,
    run: async () => ({}),
  });
const steps = [
  stepNamed('wash', 'Washing'),
  stepNamed('dry', 'Drying'),
  stepNamed('fold', 'Folding'),
];
const [wash, dry, fold] = steps.map(({ events }) => factsOf(events));
if (!wash || !dry || !fold) throw new Error('There are three steps.');

const received = (...plan: string[]) =>
  DocumentReceived({
    fileName: 'shirt.txt',
    claimedMediaType: 'text/plain',
    bytes: 1,
    sha256: '',
    source: null,
    label: null,
    plan,
    duplicateOf: null,
  });
const everything = received('wash', 'dry', 'fold');

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
];

describe('the next step', () => {
  it.each(stories)('after %s', (_what, given, queues, facts) =>
    expect(decide(given)).toMatchObject({ queues, facts }),
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
