import { asc, gt, sql as written } from 'drizzle-orm';
import { Type } from 'typebox';
import { pgTable, text, uuid, integer, bigint } from 'drizzle-orm/pg-core';
import { pino } from 'pino';
import { createBus, type Bus } from '../shared/bus.ts';
import type { BlobStore } from '../shared/blobs.ts';
import { openDatabase, type Database } from '../shared/database.ts';
import { defineEvent, documentStream, type NewEvent, type StoredEvent } from '../shared/event.ts';
import { eventCatalogue } from '../shared/event-catalogue.ts';
import { createEventStore, type EventStore } from '../shared/event-store.ts';
import { createFeed } from '../shared/feed.ts';
import { createRecentEvents, type RecentEvents } from '../shared/recent-events.ts';
import { newId } from '../shared/ids.ts';
import { on, type Projection } from '../shared/projection.ts';
import type { Subscription } from '../shared/subscription.ts';

/** Two events and a read model, small enough to reason about. */
export const Opened = defineEvent('Opened', {
  schema: Type.Object({ name: Type.String() }),
  sentence: (data) => data.name,
});
export const Counted = defineEvent('Counted', {
  schema: Type.Object({ by: Type.Integer() }),
  sentence: (data) => `${data.by}`,
});

const countersTable = (name: string) =>
  pgTable(name, {
    id: uuid().primaryKey(),
    name: text().notNull(),
    count: integer().notNull(),
    revision: bigint({ mode: 'number' }).notNull(),
  });
export const counters = countersTable('counters');
type Counter = typeof counters.$inferSelect;

export const countersProjection: Projection<Counter> = {
  name: 'counters',
  tableName: 'counters',
  table: countersTable,
  live: true,
  folds: [
    on<Counter, typeof Opened>(Opened, (_row, event) => ({
      id: event.stream.slice('document-'.length),
      name: event.data.name,
      count: 0,
      revision: 0,
    })),
    on<Counter, typeof Counted>(
      Counted,
      (row, event) => row && { ...row, count: row.count + event.data.by },
    ),
  ],
};

/** What a live table reads of the counters. */
export const liveCounters = ({ db, sql }: Database) => {
  const changed = db
    .select()
    .from(counters)
    .where(gt(counters.revision, written.placeholder('revision')))
    .orderBy(asc(counters.revision), asc(counters.id))
    .limit(written.placeholder('limit'))
    .prepare('counters_changed_since');
  return {
    async newest() {
      const [row] = await sql<{ revision: string; reload_below: string }[]>`
        SELECT revision, reload_below FROM subscriptions WHERE name = 'counters'`;
      return { revision: Number(row?.revision), reloadBelow: Number(row?.reload_below) };
    },
    changedSince: (revision: number, limit: number) => changed.execute({ revision, limit }),
  };
};

export const silent = pino({ level: 'silent' });

/** Folds of the tests need no blobs. */
export const noBlobs = {} as BlobStore;

export interface TestKernel {
  database: Database;
  store: EventStore;
  bus: Bus;
  /** Appends to the stream of a document and returns its id. */
  tell(document: string, ...events: NewEvent[]): Promise<StoredEvent[]>;
  /** Resolves when a subscription's stored checkpoint has reached the newest event. */
  level(subscription: string): Promise<void>;
  stop(): Promise<void>;
}

/** A kernel like that of a process of its own: its own connections, store, feed and bus. */
export async function startKernel(
  url: string,
  subscriptions: (parts: {
    database: Database;
    store: EventStore;
    recent: RecentEvents;
  }) => Subscription[],
  options: { pollMs?: number; retryDelays?: readonly number[] } = {},
): Promise<TestKernel> {
  const database = openDatabase(url);
  const catalogue = eventCatalogue([Opened, Counted]);
  const store = createEventStore(database.sql, catalogue);
  const feed = createFeed(database.sql, catalogue);
  const recent = createRecentEvents();
  const bus = createBus({
    database,
    store,
    feed,
    log: silent,
    pollMs: 200,
    ...options,
    recent,
    subscriptions: subscriptions({ database, store, recent }),
  });
  await database.sql.begin(async (tx) => {
    // Two that start together would both find no table.
    await tx`SELECT pg_advisory_xact_lock(1)`;
    await tx`
      CREATE TABLE IF NOT EXISTS counters (id uuid PRIMARY KEY, name text NOT NULL, count int NOT NULL, revision bigint NOT NULL)`;
  });
  await bus.start();
  return {
    database,
    store,
    bus,
    tell: (document, ...events) =>
      store.append({
        stream: documentStream(document),
        expected: null,
        events,
        metadata: { correlation: document, causation: null, actor: 'user:test', command: 'tell' },
      }),
    level: (subscription) => level(database, subscription),
    async stop() {
      await bus.stop();
      await database.close();
    },
  };
}

/**
 * Looks until a subscription is level: the only thing to wait on from outside is its checkpoint. With
 * its types, until it has handled what it wants: what it does not want it passes up to a second later.
 */
export async function level(
  database: Database,
  subscription: string,
  types?: ReadonlySet<string>,
): Promise<void> {
  const { sql } = database;
  const wanted = types ? sql`WHERE type = ANY (${[...types]})` : sql``;
  for (;;) {
    const [row] = await sql<{ level: boolean }[]>`
      SELECT position >= (SELECT coalesce(max(position), 0) FROM events ${wanted}) AS level
      FROM subscriptions WHERE name = ${subscription}`;
    if (row?.level) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Stops the database's clock at a time, given in milliseconds since 1970. */
export async function setClock(database: Database, at: number): Promise<void> {
  await database.sql.unsafe(`
    CREATE OR REPLACE FUNCTION doctrail_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    $$ SELECT '${new Date(at).toISOString()}'::timestamptz $$`);
}

export { newId };
