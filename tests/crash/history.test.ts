import { expect, test } from 'vitest';
import type { HistoryEvent } from './client.ts';
import { flawsOf } from './history.ts';

const received = { type: 'DocumentReceived', data: { plan: ['text-extraction'] } };
const completed = { type: 'DocumentCompleted', data: {} };
const step = (fact: string, attempt: number) => ({
  type: `TextExtraction${fact}`,
  data: { attempt },
});

function history(...events: Pick<HistoryEvent, 'type' | 'data'>[]): HistoryEvent[] {
  return events.map((event, index) => ({
    ...event,
    id: `${index}`,
    position: index + 1,
    version: index + 1,
    metadata: { causation: null },
    storedAt: new Date(index).toISOString(),
  }));
}

test('a history with an interruption that was made good has no flaw', () => {
  const good = [
    step('Started', 1),
    step('Interrupted', 1),
    step('Started', 2),
    step('Finished', 2),
  ];
  expect(flawsOf(history(received, ...good, completed))).toEqual([]);
});

test.each([
  ['a failure', [step('Started', 1), step('Failed', 1), step('Started', 2), step('Finished', 2)]],
  ['a doubled outcome', [step('Started', 1), step('Finished', 1), step('Finished', 1)]],
  ['a doubled start', [step('Started', 1), step('Started', 1), step('Finished', 1)]],
  ['an attempt without an outcome', [step('Started', 1), step('Started', 2), step('Finished', 2)]],
  ['a step that never finished', [step('Started', 1), step('Interrupted', 1)]],
  ['a second completion', [step('Started', 1), step('Finished', 1), completed]],
])('%s is a flaw', (_, events) => {
  expect(flawsOf(history(received, ...events, completed))).not.toEqual([]);
});

test('a gap in the versions is a flaw', () => {
  const events = history(received, step('Started', 1), step('Finished', 1), completed);
  expect(flawsOf(events)).toEqual([]);
  expect(flawsOf(events.filter(({ version }) => version !== 2))).toContain('versions have gaps');
});
