import { describe, expect, it } from 'vitest';
import { documentStream, type NewEvent, type StoredEvent } from '../../shared/event.ts';
import { eventCatalogue } from '../../shared/event-catalogue.ts';
import { historyOf } from '../../shared/steps/step.fixture.ts';
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
  skipped,
  steps,
  wash,
} from '../../tests/laundry.ts';
import { decideNotifications } from './decide.ts';
import { NotificationRequested, NotificationSuppressed } from './events.ts';
import type { NotificationRule } from './rule.ts';
import { notificationRules } from './rules.ts';

interface Given {
  rules?: readonly NotificationRule[];
  /** Position at which every rule was enabled. */
  enabledAt?: number;
}

/** What is decided because of one event, when the history has come so far. */
function decideAt(history: readonly StoredEvent[], event: StoredEvent, given: Given = {}) {
  const { rules = notificationRules, enabledAt = 0 } = given;
  const enabled = new Map(rules.map(({ name }) => [name, enabledAt]));
  return decideNotifications(rules, enabled, steps, history, event);
}

/** As the log would hold it, right behind its cause. */
function stored(fact: NewEvent, cause: StoredEvent): StoredEvent {
  const { id = '', data } = fact;
  return { ...cause, ...fact, id, data: { ...data }, position: cause.position + 0.5 };
}

/** Everything that is decided over a history when each event is handled at once. */
function decideAlong(history: readonly StoredEvent[], given: Given = {}): StoredEvent[] {
  const facts: StoredEvent[] = [];
  for (const [index, event] of history.entries()) {
    const decided = decideAt([...history.slice(0, index + 1), ...facts], event, given);
    facts.push(...decided.map((fact) => stored(fact, event)));
  }
  return facts;
}

/** Short enough to read as a story: `failed-twice: wash`, `completed not again: sent-before`. */
function told(fact: StoredEvent): string {
  if (NotificationRequested.is(fact))
    return [fact.data.rule, fact.data.step].filter(Boolean).join(': ');
  if (!NotificationSuppressed.is(fact)) throw new Error(`${fact.type} is none of the rules'.`);
  return `${fact.data.rule} not again: ${fact.data.why}`;
}

const decide = (events: NewEvent[], given?: Given) =>
  decideAlong(historyOf(...events), given).map(told);

/** A step that failed so many times, each followed by another try but the last. */
const failing = (step: typeof wash, slug: string, times: number, from = 1): NewEvent[] =>
  Array.from({ length: times }, (_, index) => [
    ...(index === 0 ? [] : [scheduled(slug, from + index)]),
    step.started(from + index),
    step.failed(from + index),
  ]).flat();

const completes = [everything, ...done(wash), ...done(dry), ...done(fold), completed];
const washFailsTwice = [everything, ...failing(wash, 'wash', 2)];

describe('the rule completed', () => {
  it('sends when every step is done', () => expect(decide(completes)).toEqual(['completed']));

  it('sends nothing while a step is left', () =>
    expect(decide([everything, ...done(wash), ...done(dry), fold.started()])).toEqual([]));

  it('sends once when the document is reprocessed and completes again', () =>
    expect(
      decide([
        ...completes,
        reprocessed('dry'),
        ...done(dry, 2),
        ...done(fold, 2),
        completed,
        reprocessed('fold'),
        ...done(fold, 3),
        completed,
      ]),
    ).toEqual([
      'completed',
      'completed not again: sent-before',
      'completed not again: sent-before',
    ]));

  it('sends when the last step was skipped', () =>
    expect(
      decide([
        everything,
        ...done(wash),
        ...done(dry),
        fold.started(),
        fold.failed(),
        givenUp('fold'),
        skipped('fold'),
        completed,
      ]),
    ).toEqual(['completed']));

  it('sends nothing for a cancelled document', () =>
    expect(decide([everything, ...done(wash), cancelled])).toEqual([]));
});

describe('the rule failed-twice', () => {
  it('sends nothing for one failure', () =>
    expect(decide([everything, ...failing(wash, 'wash', 1), givenUp('wash')])).toEqual([]));

  it('sends nothing when two steps fail once each', () =>
    expect(
      decide([
        everything,
        ...failing(wash, 'wash', 1),
        scheduled('wash', 2),
        ...done(wash, 2),
        ...failing(dry, 'dry', 1),
      ]),
    ).toEqual([]));

  it('sends at the second failure of a step', () =>
    expect(decide(washFailsTwice)).toEqual(['failed-twice: wash']));

  it('sends once when a step fails three times and more', () =>
    expect(decide([everything, ...failing(wash, 'wash', 4), givenUp('wash', 4)])).toEqual([
      'failed-twice: wash',
    ]));

  it('sends for the first of two steps that fail twice, and says why not for the second', () =>
    expect(
      decide([
        ...washFailsTwice,
        scheduled('wash', 3),
        ...done(wash, 3),
        ...failing(dry, 'dry', 2),
      ]),
    ).toEqual(['failed-twice: wash', 'failed-twice not again: sent-before']));

  it('sends beside completed when the document gets through after all', () =>
    expect(
      decide([
        ...washFailsTwice,
        scheduled('wash', 3),
        ...done(wash, 3),
        ...done(dry),
        ...done(fold),
        completed,
      ]),
    ).toEqual(['failed-twice: wash', 'completed']));

  it('counts a failure from before an administrator had the step retried', () =>
    expect(
      decide([
        everything,
        ...failing(wash, 'wash', 1),
        givenUp('wash'),
        retryRequested('wash'),
        ...failing(wash, 'wash', 1, 2),
      ]),
    ).toEqual(['failed-twice: wash']));

  it('counts failures from before and after a reprocessing together', () => {
    const rest = completes.slice(3);
    expect(
      decide([
        everything,
        ...failing(wash, 'wash', 1),
        scheduled('wash', 2),
        ...done(wash, 2),
        ...rest,
        reprocessed('wash'),
        ...failing(wash, 'wash', 1, 3),
      ]),
    ).toEqual(['completed', 'failed-twice: wash']);
  });

  it('sends once when the document is reprocessed and fails again and again', () =>
    expect(
      decide([
        ...washFailsTwice,
        givenUp('wash', 2),
        reprocessed('wash'),
        ...failing(wash, 'wash', 3, 3),
        givenUp('wash', 5),
      ]),
    ).toEqual(['failed-twice: wash']));

  it('counts no interruption', () =>
    expect(
      decide([
        everything,
        wash.started(),
        wash.died(),
        wash.started(2),
        wash.failed(2),
        wash.started(3),
        wash.shutDown(3),
        wash.started(4),
        wash.died(4),
      ]),
    ).toEqual([]));

  it('sends for a step that failed twice before the document was cancelled, and only for that', () =>
    expect(decide([...washFailsTwice, cancelled])).toEqual(['failed-twice: wash']));
});

describe('a document that an administrator has retried after it completed', () => {
  it('gives each message once, with the reason for those that were not sent again', () =>
    expect(
      decide([
        ...washFailsTwice,
        retryRequested('wash'),
        ...done(wash, 3),
        ...done(dry),
        ...done(fold),
        completed,
        reprocessed('dry'),
        ...failing(dry, 'dry', 2, 2),
        givenUp('dry', 3),
        retryRequested('dry'),
        ...done(dry, 4),
        ...done(fold, 2),
        completed,
      ]),
    ).toEqual([
      'failed-twice: wash',
      'completed',
      'failed-twice not again: sent-before',
      'completed not again: sent-before',
    ]));
});

describe('a rule that was enabled later', () => {
  const again = [reprocessed('fold'), ...done(fold, 2), completed];
  const history = [...completes, ...again];

  it('sends nothing for what happened first before, and says so when it happens again', () =>
    expect(decide(history, { enabledAt: completes.length })).toEqual([
      'completed not again: before-the-rule',
    ]));

  it('is silent about all that happened before', () =>
    expect(decide(history, { enabledAt: history.length })).toEqual([]));

  it('sends what happens first right after', () =>
    expect(decide(history, { enabledAt: completes.length - 1 })).toEqual([
      'completed',
      'completed not again: sent-before',
    ]));

  it('counts the failures from before: the second one may be the first after it', () =>
    expect(decide(washFailsTwice, { enabledAt: 3 })).toEqual(['failed-twice: wash']));

  it('says that it was sent where the past was asked for meanwhile', () => {
    const first = historyOf(...completes);
    const [request] = decideAlong(first);
    const later = historyOf(...history);
    const known = [...later.slice(0, first.length), ...(request ? [request] : [])];
    const event = later.at(-1) as StoredEvent;
    const [fact] = decideAt([...known, ...later.slice(first.length)], event, {
      enabledAt: first.length,
    });
    expect(fact?.data).toEqual({ rule: 'completed', why: 'sent-before' });
  });

  it('says that it was before the rule where the past was asked for only afterwards', () => {
    const asked = decideAlong(historyOf(...completes));
    const events = historyOf(...history);
    const known = [...events, ...asked.map((fact) => ({ ...fact, position: events.length + 1 }))];
    const [fact] = decideAt(known, events.at(-1) as StoredEvent, { enabledAt: completes.length });
    expect(fact?.data).toEqual({ rule: 'completed', why: 'before-the-rule' });
  });

  it('that was never enabled states nothing', () => {
    const events = historyOf(...completes);
    const none = new Map<string, number>();
    for (const event of events)
      expect(decideNotifications(notificationRules, none, steps, events, event)).toEqual([]);
  });
});

describe('a decision', () => {
  const history = historyOf(
    ...washFailsTwice,
    scheduled('wash', 3),
    ...done(wash, 3),
    ...failing(dry, 'dry', 2),
    ...done(dry, 3),
    ...done(fold),
    completed,
    reprocessed('fold'),
    ...done(fold, 2),
    completed,
  );

  it('is the same however late and however often it is taken', () => {
    for (let enabledAt = 0; enabledAt <= history.length; enabledAt += 1) {
      const given = { enabledAt };
      const atOnce = decideAlong(history, given);
      const late = history.flatMap((event) =>
        decideAt(history, event, given).map((fact) => stored(fact, event)),
      );
      const again = history.flatMap((event) =>
        decideAt([...history, ...atOnce], event, given).map((fact) => stored(fact, event)),
      );
      expect([enabledAt, late]).toEqual([enabledAt, atOnce]);
      expect([enabledAt, again]).toEqual([enabledAt, atOnce]);
    }
  });

  it('has an id of its own, one a rule and document for what is sent', () => {
    const facts = decideAlong(history);
    expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length);
    expect(facts.filter(NotificationRequested.is).map(told)).toEqual([
      'failed-twice: wash',
      'completed',
    ]);
    const other = history.map((event) => ({ ...event, stream: documentStream('another') }));
    const ofOther = decideAlong(other).filter(NotificationRequested.is);
    const ids = new Set(facts.map(({ id }) => id));
    expect(ofOther.map(({ id }) => ids.has(id))).toEqual([false, false]);
  });

  it('has one for each of two rules that hold at the same event', () => {
    const [first] = notificationRules;
    const rules = first ? [first, { ...first, name: 'finished' }] : [];
    const facts = decideAlong(history, { rules });
    expect(facts.map(told)).toEqual([
      'completed',
      'finished',
      'completed not again: sent-before',
      'finished not again: sent-before',
    ]);
    expect(new Set(facts.map(({ id }) => id)).size).toBe(4);
  });

  it('names the message for ever, without a dot', () => {
    const messages = decideAlong(history).filter(NotificationRequested.is);
    const names = messages.map(({ data }) => data.messageId);
    expect(names).toEqual([
      expect.stringMatching(/^msg_[0-9a-f]{32}$/),
      expect.stringMatching(/^msg_[0-9a-f]{32}$/),
    ]);
    expect(new Set(names).size).toBe(2);
  });

  it('carries the step, the error and when it happened', () => {
    const [request] = decideAlong(history);
    expect(request?.data).toMatchObject({
      type: 'document.failed-twice',
      step: 'wash',
      error: { code: 'broken', kind: 'transient', message: 'It broke.' },
      occurredAt: history[5]?.storedAt.toISOString(),
    });
    const catalogue = eventCatalogue([NotificationRequested, NotificationSuppressed]);
    for (const fact of decideAlong(history)) expect(() => catalogue.check(fact)).not.toThrow();
  });

  it('about a failure whose words were erased is made all the same', () => {
    const erased = historyOf(
      everything,
      wash.started(),
      wash.failed(1, { message: null as unknown as string }),
      wash.started(2),
      wash.failed(2, { message: null as unknown as string }),
    );
    expect(decideAlong(erased).map(told)).toEqual(['failed-twice: wash']);
  });
});

describe('a rule that is added', () => {
  const washed: NotificationRule = {
    name: 'washed',
    type: 'document.washed',
    says: 'A document was washed.',
    on: () => [],
    matches: (steps, history) =>
      history
        .filter((event) => steps[0]?.events.Finished.is(event))
        .map((event) => ({ event, step: 'wash', error: null })),
  };

  it('is decided on beside the others, which change nothing of theirs', () => {
    const rules = [washed, ...notificationRules];
    expect(decide(completes, { rules })).toEqual(['washed: wash', 'completed']);
    const history = historyOf(...completes);
    const without = decideAlong(history);
    const beside = decideAlong(history, { rules }).filter(({ data }) => data['rule'] !== 'washed');
    expect(beside).toEqual(without);
  });
});
