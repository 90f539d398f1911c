import { expect, test } from 'vitest';
import type { HistoryEvent } from './client.ts';
import { flawsOfRetries } from './retry-history.ts';

type Fact = Pick<HistoryEvent, 'type' | 'data'> & { because?: number };

const received: Fact = { type: 'DocumentReceived', data: { plan: ['inspection'] } };
const completed: Fact = { type: 'DocumentCompleted', data: {} };
const step = (fact: string, attempt: number): Fact => ({
  type: `Inspection${fact}`,
  data: { attempt },
});
/** Due `dueAt` seconds after the beginning; `because` of the event at this place. */
const retry = (attempt: number, because: number, dueAt = 0): Fact => ({
  type: 'StepRetryScheduled',
  data: { step: 'inspection', attempt, dueAt: new Date(dueAt * 1_000).toISOString() },
  because,
});
const givenUp = (because: number): Fact => ({
  type: 'StepGivenUp',
  data: { step: 'inspection' },
  because,
});

/** A fact a second. */
const history = (facts: Fact[]): HistoryEvent[] =>
  facts.map(({ because, ...fact }, index) => ({
    ...fact,
    id: `${index}`,
    position: index + 1,
    version: index + 1,
    metadata: { causation: because === undefined ? null : `${because}` },
    storedAt: new Date(index * 1_000).toISOString(),
  }));

const flaws = (name: string, status: string, facts: Fact[]) =>
  flawsOfRetries(
    { name },
    { status, step: status === 'failed' ? 'inspection' : null },
    history(facts),
  );
const once = '1 (inspection throw 1).txt';
const first = [received, step('Started', 1), step('Failed', 1)];
const second = [step('Started', 2), step('Finished', 2), completed];

test('a retry that went well has no flaw', () => {
  expect(flaws(once, 'completed', [...first, retry(2, 2), ...second])).toEqual([]);
});

test('a retry whose host died has no flaw', () => {
  const died = [step('Started', 2), step('Interrupted', 2)];
  const third = [step('Started', 3), step('Finished', 3), completed];
  expect(flaws(once, 'completed', [...first, retry(2, 2), ...died, ...third])).toEqual([]);
});

test('a document that was given up has no flaw', () => {
  const name = '1 (inspection fail-permanent).txt';
  expect(flaws(name, 'failed', [...first, givenUp(2)])).toEqual([]);
});

const again = [step('Started', 2), step('Failed', 2), retry(3, 5)];
const wrong: [what: string, status: string, facts: Fact[], flaw: string][] = [
  [
    'a status that is another',
    'failed',
    [...first, retry(2, 2), ...second],
    'failed at inspection, not completed at null',
  ],
  ['a lost decision', 'completed', [...first, ...second], 'InspectionFailed 1 has 0 decisions'],
  [
    'a doubled decision',
    'completed',
    [...first, retry(2, 2), retry(2, 2), ...second],
    'InspectionFailed 1 has 2 decisions',
  ],
  [
    'a lost timer',
    'failed',
    [...first, retry(2, 2)],
    'the retry of inspection as attempt 2 never began',
  ],
  [
    'a retry before its time',
    'completed',
    [...first, retry(2, 2, 5), ...second],
    'the retry of inspection as attempt 2 began too early',
  ],
  [
    'a retry under another number',
    'completed',
    [...first, retry(3, 2), ...second],
    'the retry of inspection as attempt 3 began as 2',
  ],
  [
    'a doubled start',
    'completed',
    [...first, retry(2, 2), step('Started', 2), ...second],
    'Inspection started as 1, 2, 2',
  ],
  [
    'a failure too many',
    'completed',
    [...first, retry(2, 2), ...again, step('Started', 3), step('Finished', 3), completed],
    'Inspection failed 2 times, not 1',
  ],
  [
    'something after the end',
    'completed',
    [...first, retry(2, 2), ...second, step('Started', 3)],
    'InspectionStarted is the end, not DocumentCompleted',
  ],
];
test.each(wrong)('%s is a flaw', (_what, status, facts, flaw) => {
  expect(flaws(once, status, facts)).toContain(flaw);
});
