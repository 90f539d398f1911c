import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectionSubscription } from '../../../shared/projection.ts';
import { handleWithin } from '../../../shared/subscription.ts';
import { createTestDatabase, type TestDatabase } from '../../../tests/database.ts';
import { noBlobs } from '../../../tests/kernel.ts';
import { steps } from '../../../tests/laundry.ts';
import { trackingFold } from '../clocks/tracking.ts';
import { slaProjection } from '../read-model.ts';
import { before, periodAt, periods } from './period.ts';
import { createFigureQueries, type Durations } from './queries.ts';
import { historiesOf, storeEvents, type Shirt } from './story.fixture.ts';

const NOW = new Date('2026-06-15T12:34:56.789Z');
const DAY = 86_400_000;
let test: TestDatabase;
const raw = () => test.database.sql;
const queries = () => createFigureQueries(test.database);

/** Always the same numbers between 0 and 1. */
function random(seed: number) {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** From milliseconds to hours, most of them short; every sixth still under way. */
function shirts(count: number): Shirt[] {
  const next = random(5);
  return Array.from({ length: count }, (_, index) => ({
    receivedAt: new Date(NOW.getTime() - Math.floor(next() ** 3 * 40 * DAY)),
    took: Array.from({ length: index % 6 === 0 ? index % 3 : 3 }, () =>
      Math.floor(10 ** (next() * 7)),
    ),
    target: index % 3 === 0 ? 'Express' : 'Default',
    targetMs: 600_000,
  }));
}

beforeAll(async () => {
  test = await createTestDatabase();
  const events = historiesOf(shirts(800));
  await storeEvents(test.database, events);
  const subscription = projectionSubscription(slaProjection(trackingFold(steps)), {
    blobs: noBlobs,
  });
  for (let start = 0; start < events.length; start += 97) {
    const page = events.slice(start, start + 97);
    await handleWithin(test.database.db, subscription, page, { position: 0, revision: 0 });
  }
});
afterAll(() => test.drop());

/** What PostgreSQL makes of the events themselves. */
const reference = ({ from, to }: { from: Date; to: Date }, target: string | null) => raw()<
  Durations[]
>`
  WITH facts AS (
    SELECT stream,
      min(stored_at) FILTER (WHERE type = 'DocumentReceived') AS received,
      min(stored_at) FILTER (WHERE type = 'WashingFinished') AS washed,
      min(stored_at) FILTER (WHERE type = 'DryingFinished') AS dried,
      min(stored_at) FILTER (WHERE type = 'FoldingFinished') AS folded,
      min(stored_at) FILTER (WHERE type = 'DocumentCompleted') AS completed,
      min(data ->> 'target') FILTER (WHERE type = 'SlaTargetsFixed') AS target
    FROM events GROUP BY stream
  ), took AS (
    SELECT 'document' AS clock, received AS since, completed AS until, target FROM facts
    UNION ALL SELECT 'wash', received, washed, target FROM facts
    UNION ALL SELECT 'dry', washed, dried, target FROM facts
    UNION ALL SELECT 'fold', dried, folded, target FROM facts
  ), percentiles AS (
    SELECT clock, count(*)::int AS ended, percentile_disc(ARRAY[0.5, 0.95, 0.99])
      WITHIN GROUP (ORDER BY (extract(epoch FROM until - since) * 1000)::float8) AS p
    FROM took WHERE until >= ${from} AND until < ${to} ${target === null ? raw()`` : raw()`AND target = ${target}`}
    GROUP BY clock
  )
  SELECT clock, ended, p[1] AS p50, p[2] AS p95, p[3] AS p99 FROM percentiles ORDER BY clock`;

const withoutStart = (rows: readonly Durations[]) => rows.map(({ start: _start, ...row }) => row);

describe('percentiles', () => {
  it.each(periods)('of %s are what percentile_disc gives for the events', async (name) => {
    for (const period of [periodAt(name, NOW), before(periodAt(name, NOW))]) {
      for (const target of [null, 'Express']) {
        const rows = await queries().durations(period, target);
        const whole = rows.filter(({ start }) => start === null);
        expect(withoutStart(whole)).toEqual(await reference(period, target));
        const documents = whole.find(({ clock }) => clock === 'document') ?? null;
        expect(await queries().documents(period, target)).toEqual(documents);
      }
    }
  });

  it.each(['24h', '7d'] as const)('of each part of %s are, too', async (name) => {
    const period = periodAt(name, NOW);
    const rows = await queries().durations(period, null);
    for (const [index, from] of period.starts.entries()) {
      const to = period.starts[index + 1] ?? period.to;
      const part = rows.filter(({ start }) => start?.getTime() === from.getTime());
      expect(withoutStart(part)).toEqual(await reference({ from, to }, null));
    }
  });
});

describe('promises', () => {
  it('are decided when they are kept, or when they fall due', async () => {
    const period = periodAt('30d', NOW);
    const decided = await queries().decided(period, null);
    const [expected] = await raw()`
      WITH facts AS (
        SELECT stream,
          min(stored_at) FILTER (WHERE type = 'DocumentCompleted') AS completed,
          min((data ->> 'dueAt')::timestamptz) FILTER (WHERE type = 'SlaTargetsFixed') AS due
        FROM events GROUP BY stream
      )
      SELECT
        count(*) FILTER (WHERE completed <= due AND completed BETWEEN ${period.from} AND ${period.to})::int AS met,
        count(*) FILTER (WHERE completed > due AND due BETWEEN ${period.from} AND ${period.to})::int AS missed
      FROM facts`;
    expect(expected?.['met']).toBeGreaterThan(100);
    expect(expected?.['missed']).toBeGreaterThan(100);
    const sum = (of: 'met' | 'missed') => decided.reduce((total, row) => total + row[of], 0);
    expect({ met: sum('met'), missed: sum('missed') }).toEqual(expected);
    const causes = await queries().causes(period, null);
    expect(causes.map(({ missed }) => missed)).toEqual([expected?.['missed']]);
    expect(await queries().targets(period)).toEqual(['Default', 'Express']);
  });
});
