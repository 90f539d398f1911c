import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/database.ts';
import { createOpenQueries } from '../screen/open-queries.ts';
import { createOverviewReader } from '../screen/readers.ts';
import { periods } from './period.ts';
import { createFigureQueries } from './queries.ts';

// A million: npm run proof -- sla-figures
const DOCUMENTS = Number(process.env['SLA_DOCUMENTS'] ?? 2_000);
const STEPS = ['inspection', 'text-extraction', 'classification', 'publication'];
const ROUNDS = DOCUMENTS >= 1_000_000 ? 40 : 3;
/** Milliseconds for the 95th percentile of reading all figures of the default period. */
const LIMIT_MS = 100;

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await fill();
}, 900_000);
afterAll(() => test.drop());

/**
 * Tables as they are when documents came evenly over ninety days: their counts, and the rows of
 * clocks, in the order of time in which they are written.
 */
async function fill(): Promise<void> {
  const { sql } = test.database;
  await sql`SELECT setseed(0.5)`;
  await sql`
    CREATE TABLE ended AS
    SELECT document, clock, now() - random() * interval '90 days' AS at,
      floor(10 ^ (2 + random() * 4))::bigint AS took
    FROM generate_series(1, ${DOCUMENTS}) AS document
    CROSS JOIN unnest(${['document', ...STEPS]}::text[]) AS clock`;
  // The same bins as binOf's.
  await sql`
    CREATE TABLE binned AS
    SELECT *, CASE WHEN took < 16 THEN took ELSE shift * 8 + (took >> shift) END::int AS bin
    FROM ended CROSS JOIN LATERAL (SELECT greatest(0, floor(log(2, took))::int - 3) AS shift) s`;
  await sql`
    INSERT INTO sla_durations (clock, bin, start, took, target, count)
    SELECT clock, bin, date_trunc('hour', at, 'UTC'), took, 'Default', count(*) FROM binned
    GROUP BY 1, 2, 3, 4 ORDER BY 3`;
  for (const grain of [1, 6, 24]) {
    const start = sql`date_bin(make_interval(hours => ${grain}), at, 'epoch')`;
    await sql`
      INSERT INTO sla_histogram (grain, start, clock, bin, target, count)
      SELECT ${grain}, ${start}, clock, bin, 'Default', count(*) FROM binned GROUP BY 2, 3, 4
      ORDER BY 2`;
    await sql`
      INSERT INTO sla_promises (grain, start, clock, target, outcome, step, phase, count)
      SELECT ${grain}, ${start}, clock, 'Default', 'met', '', '', count(*) FROM binned GROUP BY 2, 3
      ORDER BY 2`;
  }
  // One in fifty is still under way.
  await sql`
    INSERT INTO sla_tracking (id, run, promises, clocks, state, started_at, due_at, ended_at, revision)
    SELECT gen_random_uuid(), 1, '[]', '[]',
      CASE WHEN document % 50 > 0 THEN 'met' WHEN document % 100 = 0 THEN 'at-risk' ELSE 'on-track' END,
      at, at + interval '15 minutes', CASE WHEN document % 50 > 0 THEN at END, 1
    FROM binned WHERE clock = 'document' ORDER BY at`;
  await sql`
    INSERT INTO sla_open SELECT state, count(*) FROM sla_tracking WHERE ended_at IS NULL GROUP BY 1`;
  await sql`DROP TABLE ended, binned`;
  await sql`VACUUM ANALYZE`;
}

const reader = () =>
  createOverviewReader({
    figures: createFigureQueries(test.database),
    open: createOpenQueries(test.database),
    titles: new Map(STEPS.map((slug) => [slug, slug])),
  });

describe(`${DOCUMENTS} documents`, () => {
  it('are read quickly for the page, from counts alone', async () => {
    const times: Record<string, { p50: number; p95: number }> = {};
    for (const period of periods) {
      const taken: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const begun = performance.now();
        const { figures } = await reader()({ period, target: null });
        taken.push(performance.now() - begun);
        if (round === 0) expect(figures.totals.completed).toBeGreaterThan(DOCUMENTS / 200);
      }
      const ordered = taken.toSorted((one, other) => one - other);
      const at = (share: number) => Math.round(ordered[Math.ceil(ROUNDS * share) - 1] ?? Infinity);
      times[period] = { p50: at(0.5), p95: at(0.95) };
    }
    console.log('milliseconds:', times);
    // At small counts a busy machine says more about itself.
    if (DOCUMENTS >= 1_000_000) expect(times['24h']?.p95).toBeLessThan(LIMIT_MS);
  });

  it('are never scanned', { timeout: 120_000 }, async () => {
    const { sql } = test.database;
    const scans = () => sql<{ relname: string; scans: string }[]>`
      SELECT relname, seq_scan AS scans FROM pg_stat_user_tables
      WHERE relname LIKE 'sla_%' AND relname <> 'sla_open' ORDER BY relname`;
    const before = await scans();
    for (const period of periods) await reader()({ period, target: null });
    await sql`SELECT pg_stat_force_next_flush()`;
    // Where a table is small, scanning it is right; sla_open always is, with a row a state.
    if (DOCUMENTS >= 1_000_000) expect(await scans()).toEqual(before);
  });
});
