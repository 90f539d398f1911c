import type { HistoryEvent } from './client.ts';

/**
 * What is wrong with the history of a document that completed without a failure; nothing is, when
 * every reaction's outcome stands there exactly once, however often its process was killed.
 */
export function flawsOf(history: readonly HistoryEvent[]): string[] {
  const plan = (history[0]?.data['plan'] ?? []) as string[];
  return [
    ...flawsOfOrder(history),
    ...['DocumentReceived', 'DocumentCompleted'].flatMap((type) => exactlyOnce(history, type)),
    ...history.filter(({ type }) => type.endsWith('Failed')).map(({ type }) => `${type} is there`),
    ...plan.flatMap((slug) => flawsOfStep(history, pascalCase(slug), 'Finished')),
    ...flawsOfPlan(history, plan.map(pascalCase)),
  ];
}

export function flawsOfOrder(history: readonly HistoryEvent[]): string[] {
  const flaws: string[] = [];
  if (history.some(({ version }, index) => version !== index + 1)) flaws.push('versions have gaps');
  if (history.some(({ position }, at) => position <= (history[at - 1]?.position ?? 0)))
    flaws.push('positions do not rise');
  if (new Set(history.map(({ id }) => id)).size < history.length) flaws.push('an id is doubled');
  return flaws;
}

/** Attempts count up without a gap, each has one outcome; the last one, and no other, ended so. */
export function flawsOfStep(
  history: readonly HistoryEvent[],
  step: string,
  lastEnds: 'Finished' | 'Failed',
): string[] {
  const flaws: string[] = [];
  const attemptsOf = (...types: string[]) =>
    history.filter(({ type }) => types.includes(type)).map(({ data }) => Number(data['attempt']));
  const started = attemptsOf(`${step}Started`);
  const ended = attemptsOf(`${step}Finished`, `${step}Failed`, `${step}Interrupted`);
  const finished = attemptsOf(`${step}Finished`);
  if (started.some((attempt, index) => attempt !== index + 1))
    flaws.push(`${step} started as ${started.join(', ')}`);
  if (ended.join() !== started.join())
    flaws.push(`${step} started as ${started.join(', ')} but ended as ${ended.join(', ')}`);
  if (finished.join() !== (lastEnds === 'Finished' ? String(started.length) : ''))
    flaws.push(`${step} finished as ${finished.join(', ')} of ${started.length}`);
  return flaws;
}

/** Steps finish in the order of the plan, then the document is complete. */
function flawsOfPlan(history: readonly HistoryEvent[], steps: readonly string[]): string[] {
  const expected = [...steps.map((step) => `${step}Finished`), 'DocumentCompleted'];
  const found = history.map(({ type }) => type).filter((type) => expected.includes(type));
  return found.join() === expected.join() ? [] : [`done in the order ${found.join(', ')}`];
}

export function exactlyOnce(
  history: readonly Pick<HistoryEvent, 'type'>[],
  wanted: string,
): string[] {
  const count = history.filter(({ type }) => type === wanted).length;
  return count === 1 ? [] : [`${wanted} is there ${count} times`];
}

export function pascalCase(slug: string): string {
  return slug.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}
