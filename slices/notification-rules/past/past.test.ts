import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../shared/event.ts';
import {
  completed,
  done,
  dry,
  everything,
  fold,
  reprocessed,
  scheduled,
  wash,
} from '../../../tests/laundry.ts';
import { completed as completedRule } from '../rules/completed.ts';
import { failedTwice } from '../rules/failed-twice.ts';
import { startLog, type Log } from '../rules.fixture.ts';
import type { EventMark } from './events-by-time.ts';
import type { PastNotification } from './past.ts';

const completes = [everything, ...done(wash), ...done(dry), ...done(fold), completed];
const completesAgain = [reprocessed('fold'), ...done(fold, 2), completed];
const washFailsTwice: NewEvent[] = [
  everything,
  wash.started(),
  wash.failed(),
  scheduled('wash', 2),
  wash.started(2),
  wash.failed(2),
];

const day = (from: string, to: string) => ({
  from: new Date(`2026-03-${from}T00:00:00Z`),
  to: new Date(`2026-03-${to}T00:00:00Z`),
});

let log: Log;
/** Documents by what happened to them, and when in March. */
let on3: string, on4: string, againOn5: string, failsOn4: string;
beforeAll(async () => {
  log = await startLog();
  on3 = await log.tell('2026-03-03T10:00:00Z', completes);
  againOn5 = await log.tell('2026-03-03T11:00:00Z', completes);
  on4 = await log.tell('2026-03-04T10:00:00Z', completes);
  failsOn4 = await log.tell('2026-03-04T11:00:00Z', washFailsTwice);
  await log.tell('2026-03-05T00:00:00Z', completesAgain, againOn5);
});
afterAll(() => log.stop());

const told = ({ document, fileName, match, requested }: PastNotification) => ({
  document,
  fileName,
  step: match.step,
  at: match.event.storedAt.toISOString(),
  requested: requested !== null,
});
const shown = { fileName: 'shirt.txt', step: null, requested: false };

/** All pages of a dry run, and how many there were. */
async function pages(rule: typeof failedTwice, period: ReturnType<typeof day>, limit: number) {
  const all: PastNotification[] = [];
  let count = 0;
  let after: EventMark | null = null;
  do {
    const page = await log.past(rule, period, after, limit);
    all.push(...page.notifications);
    count += 1;
    after = page.next;
  } while (after !== null);
  return { notifications: all.map(told), count };
}

describe('a dry run', () => {
  it('shows what a rule would have sent in the period: document, file name, when', async () => {
    const { notifications } = await pages(completedRule, day('03', '05'), 100);
    expect(notifications).toEqual([
      { ...shown, document: on3, at: '2026-03-03T10:00:00.000Z' },
      { ...shown, document: againOn5, at: '2026-03-03T11:00:00.000Z' },
      { ...shown, document: on4, at: '2026-03-04T10:00:00.000Z' },
    ]);
  });

  it('shows the step that failed', async () => {
    const { notifications } = await pages(failedTwice, day('01', '31'), 100);
    expect(notifications).toEqual([
      { ...shown, document: failsOn4, step: 'wash', at: '2026-03-04T11:00:00.000Z' },
    ]);
  });

  it('leaves out what happened first before the period', async () =>
    expect((await pages(completedRule, day('05', '06'), 100)).notifications).toEqual([]));

  it('ends before the end of the period', async () => {
    const from = new Date('2026-03-03T11:00:00Z');
    const to = new Date('2026-03-04T10:00:00Z');
    const { notifications } = await pages(completedRule, { from, to }, 100);
    expect(notifications.map(({ document }) => document)).toEqual([againOn5]);
  });

  it('reads so many events at a time, and shows the same in the end', async () => {
    const atOnce = await pages(completedRule, day('01', '31'), 100);
    expect(atOnce.count).toBe(1);
    for (const limit of [1, 2, 3, 4]) {
      const { notifications, count } = await pages(completedRule, day('01', '31'), limit);
      expect(notifications).toEqual(atOnce.notifications);
      expect(count).toBeGreaterThanOrEqual(4 / limit);
    }
  });

  it('misses nothing of one moment, of several types, when it is read in parts', async () => {
    const at = '2026-03-20T10:00:00Z';
    const dryFailsTwice = [
      ...washFailsTwice.slice(0, 1),
      ...done(wash),
      dry.failed(),
      dry.failed(2),
    ];
    for (const story of [washFailsTwice, dryFailsTwice, washFailsTwice]) await log.tell(at, story);
    const atOnce = await pages(failedTwice, day('20', '21'), 100);
    expect(atOnce.notifications.map(({ step }) => step)).toEqual(['wash', 'dry', 'wash']);
    for (const limit of [1, 2, 4])
      expect((await pages(failedTwice, day('20', '21'), limit)).notifications).toEqual(
        atOnce.notifications,
      );
  });

  it('states nothing', async () => {
    const before = await log.count();
    await pages(completedRule, day('01', '31'), 2);
    expect(await log.count()).toBe(before);
  });

  it('says which of them was really requested', async () => {
    const enabledAt = new Map([['completed', 0]]);
    await log.decide(on4, enabledAt);
    const { notifications } = await pages(completedRule, day('03', '05'), 100);
    expect(
      notifications.filter(({ requested }) => requested).map(({ document }) => document),
    ).toEqual([on4]);
  });
});
