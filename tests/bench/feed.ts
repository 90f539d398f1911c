import { setImmediate as turn } from 'node:timers/promises';
import type { Sql } from 'postgres';
import { connect } from '../../shared/database.ts';
import { eventCatalogue } from '../../shared/event-catalogue.ts';
import { createFeed } from '../../shared/feed.ts';
import { projectionSubscription } from '../../shared/projection.ts';
import { createRebuilds } from '../../shared/rebuild.ts';
import {
  Counted,
  countersProjection,
  noBlobs,
  Opened,
  silent,
  startKernel,
  type TestKernel,
} from '../kernel.ts';
import { OURS, type Bench, type Sample } from './bench.ts';

const EVENTS_A_STREAM = 20;
const PAGE = 1_000;

export const feed: Bench = {
  about: 'events a second read in order, and folded into a read model by its rebuild',
  async open(workbench) {
    const events = workbench.count(200_000);
    const url = await workbench.createDatabase();
    const sql = connect(url, { max: 4 });
    workbench.after(() => sql.end());
    await fillLog(sql, events);
    const kernel = await startKernel(url, () => [
      projectionSubscription(countersProjection, { blobs: noBlobs }),
    ]);
    workbench.after(kernel.stop);
    await kernel.level('counters');
    const rebuild = await rebuilderOf(kernel);
    return [
      {
        name: `read ${events} events`,
        unit: 'events/s',
        contenders: [
          { name: OURS, run: () => timed(events, () => readFeed(sql, { from: 0, to: events })) },
          { name: 'SELECT by position', run: () => timed(events, () => readPages(sql, events)) },
        ],
        marks: [{ figure: 'rate', beside: 'SELECT by position', least: 0.8 }],
      },
      {
        name: `rebuild of ${events / EVENTS_A_STREAM} rows from ${events} events`,
        unit: 'events/s',
        contenders: [
          { name: OURS, run: () => timed(events, rebuild) },
          { name: 'read-ahead and upsert', run: () => timed(events, () => foldByHand(sql)) },
        ],
        marks: [{ figure: 'rate', beside: 'read-ahead and upsert', least: 0.8 }],
      },
    ];
  },
};

async function timed(operations: number, work: () => Promise<unknown>): Promise<Sample> {
  const begun = performance.now();
  await work();
  return { rate: (operations * 1_000) / (performance.now() - begun) };
}

/** Documents that are processed together. */
const TOGETHER = 1_000;

/**
 * Streams of an `Opened` and `Counted` ones, twenty events unless told, written side by side as
 * documents that are processed together, in place of all events that there are.
 */
export async function fillLog(
  sql: Sql,
  events: number,
  eventsAStream = EVENTS_A_STREAM,
): Promise<void> {
  await sql`ALTER TABLE events DISABLE TRIGGER events_are_append_only`;
  await sql`TRUNCATE events`;
  await sql`ALTER TABLE events ENABLE TRIGGER events_are_append_only`;
  const together = Math.max(1, Math.min(TOGETHER, Math.round(events / eventsAStream)));
  await sql`
    INSERT INTO events (position, id, stream, version, type, schema_version, data, metadata, stored_at)
    SELECT n + 1, gen_random_uuid(), 'document-' || md5((block * together + place % together)::text)::uuid,
      place / together + 1, CASE WHEN place < together THEN 'Opened' ELSE 'Counted' END, 1,
      CASE WHEN place < together THEN jsonb_build_object('name', repeat('x', 290))
        ELSE jsonb_build_object('by', 1) END,
      '{"correlation": "c", "causation": null, "actor": "user:bench", "command": "fill"}', now()
    FROM (SELECT n, together, n / (together * each) AS block, n % (together * each) AS place
          FROM (SELECT n - 1 AS n, ${together}::int AS together, ${eventsAStream}::int AS each
                FROM generate_series(1, ${events}::int) n) numbers) places
    ORDER BY n`;
  await sql`SELECT setval('event_position', ${events})`;
  await sql`VACUUM ANALYZE events`;
}

export async function readFeed(
  sql: Sql,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const reader = createFeed(sql, eventCatalogue([Opened, Counted]));
  for (let position = from; position < to;) {
    ({ position } = await reader.after(position, PAGE));
  }
}

async function readPages(sql: Sql, events: number): Promise<void> {
  for (let position = 0; position < events;) {
    const rows = await pageAfter(sql, position);
    position = Number(rows.at(-1)?.['position']);
  }
}

const pageAfter = (sql: Sql, position: number) =>
  sql`SELECT * FROM events WHERE position > ${position} ORDER BY position LIMIT ${PAGE}`;

/** The product's own rebuild, from being asked for until its table is swapped in. */
export async function rebuilderOf({ database, bus }: TestKernel) {
  const projections = [countersProjection];
  const rebuilds = createRebuilds({ database, bus, blobs: noBlobs, projections, log: silent });
  await rebuilds.resume();
  return async () => {
    const [before] = await revisions(database.sql);
    await rebuilds.start('counters');
    for (;;) {
      const [now] = await revisions(database.sql);
      if (now?.below !== before?.below) return;
      await turn();
    }
  };
}

const revisions = (sql: Sql) =>
  sql<{ below: string }[]>`
    SELECT reload_below AS below FROM subscriptions WHERE name = 'counters'`;

/** The least that folds: the next page is read while the sums of this one are written. */
async function foldByHand(sql: Sql): Promise<void> {
  await sql`DROP TABLE IF EXISTS by_hand`;
  await sql`CREATE TABLE by_hand (LIKE counters INCLUDING ALL)`;
  let next = pageAfter(sql, 0);
  for (;;) {
    const rows = await next;
    const last = rows.at(-1);
    if (!last) return;
    next = pageAfter(sql, Number(last['position']));
    await sql.begin((tx) => writeSums(tx as unknown as Sql, rows));
  }
}

async function writeSums(sql: Sql, rows: readonly Record<string, unknown>[]): Promise<void> {
  const sums = new Map<string, { name: string; count: number }>();
  for (const { stream, data } of rows) {
    const id = String(stream).slice('document-'.length);
    const sum = sums.get(id) ?? { name: '', count: 0 };
    const { name = sum.name, by = 0 } = data as { name?: string; by?: number };
    sums.set(id, { name, count: sum.count + by });
  }
  const all = [...sums.values()];
  await sql`
    INSERT INTO by_hand (id, name, count, revision)
    SELECT *, 1 FROM unnest(${[...sums.keys()]}::uuid[], ${all.map(({ name }) => name)}::text[],
      ${all.map(({ count }) => count)}::int[])
    ON CONFLICT (id) DO UPDATE SET count = by_hand.count + excluded.count`;
}
