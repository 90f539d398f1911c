import { describe, expect, it } from 'vitest';
import type { Calendar } from '../calendar/calendar.ts';
import { newClock, type Clock } from '../clocks/clock.ts';
import type { TrackedDocument, TrackedPage } from './tracked-by-time.ts';
import { answer, verdictOf, type Question } from './what-if.ts';

const MINUTE = 60_000;
/** A Friday, 16:30 in Berlin. */
const START = Date.parse('2026-01-16T15:30Z');
const NOW = START + 60 * MINUTE;
const question: Question = {
  from: new Date(START),
  to: new Date(NOW),
  clock: 'document',
  targetMs: 10 * MINUTE,
  calendar: { kind: 'always' },
};

/** Promised 20 minutes, ended after so many; null: still running. */
const clock = (minutes: number | null, change: Partial<Clock> = {}): Clock => ({
  ...newClock(1, 'document', START),
  targetMs: 20 * MINUTE,
  dueAt: START + 20 * MINUTE,
  endedAt: minutes === null ? null : START + minutes * MINUTE,
  ...change,
});
const documents = (...clocks: Clock[]): TrackedDocument[] =>
  clocks.map((each, index) => ({
    id: String(index),
    fileName: `${index}.pdf`,
    clocks: [each],
    mark: { storedAt: new Date(START + index), position: index },
  }));
const pagesOf =
  (all: readonly TrackedDocument[]): TrackedPage =>
  async (_period, after, limit) =>
    all.filter(({ mark }) => mark.position > (after?.position ?? -1)).slice(0, limit);
const ask = (all: TrackedDocument[], change: Partial<Question> = {}, most = 10_000) =>
  answer({ ...question, ...change }, pagesOf(all), {
    now: NOW,
    bounds: { documents: most, ms: 60_000 },
  });

describe('what if', () => {
  it('judges each promise by what is asked, beside what was issued', async () => {
    const {
      documents: count,
      pairs,
      differences,
      stoppedAt,
    } = await ask(documents(clock(5), clock(15), clock(15), clock(30), clock(null)));
    expect(pairs).toEqual([
      { issued: 'met', asked: 'met-late', count: 2 },
      { issued: 'met', asked: 'met', count: 1 },
      { issued: 'met-late', asked: 'met-late', count: 1 },
      { issued: 'breached', asked: 'breached', count: 1 },
    ]);
    expect([count, stoppedAt]).toEqual([5, null]);
    expect(differences.map(({ id }) => id)).toEqual(['1', '2']);
    expect(differences[0]).toMatchObject({
      issuedDueAt: new Date(START + 20 * MINUTE),
      askedDueAt: new Date(START + 10 * MINUTE),
    });
  });

  it('asks about other hours, too', async () => {
    const calendar: Calendar = {
      kind: 'business',
      timeZone: 'Europe/Berlin',
      week: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '16:35' })),
      holidays: [],
      exceptions: [],
    };
    const { pairs, differences } = await ask(documents(clock(30)), { calendar });
    expect(pairs).toEqual([{ issued: 'met-late', asked: 'met', count: 1 }]);
    expect(differences[0]?.askedDueAt).toEqual(new Date('2026-01-19T08:05Z'));
  });

  it('leaves out other clocks, and those that never started', async () => {
    const other = { ...clock(5), name: 'wash' };
    const { pairs } = await ask(documents(other, clock(null, { startedAt: null, dueAt: null })));
    expect(pairs).toEqual([]);
  });

  it('is bounded, and says where it stopped', async () => {
    const all = documents(...Array.from({ length: 2_500 }, () => clock(15)));
    const { documents: count, differences, stoppedAt } = await ask(all, {}, 2_000);
    expect([count, differences.length, stoppedAt]).toEqual([2_000, 20, new Date(START + 1_999)]);
    expect((await ask(all)).documents).toBe(2_500);
  });

  it('owes nothing to who stopped waiting, unless it was late before', () => {
    const stopped = clock(15, { stopped: true });
    expect(verdictOf(stopped, START + 20 * MINUTE, NOW)).toBeNull();
    expect(verdictOf(stopped, START + 10 * MINUTE, NOW)).toBe('breached');
    expect(verdictOf(clock(15), null, NOW)).toBeNull();
    expect(verdictOf(clock(null), NOW + 1, NOW)).toBe('on-track');
  });
});
