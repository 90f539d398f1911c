import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { BlobStore } from './blobs.ts';
import type { Bus } from './bus.ts';
import type { Database } from './database.ts';
import { PARKED_STREAMS } from './parked-streams.ts';
import { LIVE_CHANNEL } from './checkpoint.ts';
import { projectionSubscription, type Projection } from './projection.ts';

export interface Rebuilds {
  /** Begins to rebuild a read model; one that is being rebuilt goes on. */
  start(projection: string): Promise<'started' | 'unknown'>;
  /** Takes up rebuilds that another process, or this one before it died, has begun. */
  resume(): Promise<void>;
}

const SUFFIX = '~rebuild';
const TABLE_SUFFIX = '_rebuild';
const REBUILD_CHANNEL = 'rebuild';
/** Milliseconds for which a swap may keep readers waiting; then it is tried again later. */
const SWAP_WAITS_MS = 500;

/** The subscription under which a read model is rebuilt. */
export const rebuildName = (projection: string) => projection + SUFFIX;

/**
 * Rebuilds a read model from the whole log into a second table while the first goes on serving,
 * and swaps the two when they are level. The second table has a checkpoint like any subscription,
 * so a rebuild survives restarts, is worked on by any process, and shows its progress by its lag.
 */
export function createRebuilds(options: {
  database: Database;
  bus: Bus;
  blobs: BlobStore;
  projections: readonly Projection[];
  log: Logger;
}): Rebuilds {
  const { database, bus, blobs, projections, log } = options;
  const running = new Set<string>();

  function run(projection: Projection): void {
    if (running.has(projection.name)) return;
    running.add(projection.name);
    const subscription = projectionSubscription(projection, {
      blobs,
      name: rebuildName(projection.name),
      tableSuffix: TABLE_SUFFIX,
    });
    bus.add(subscription);
    bus.whenLevel(subscription.name, () => swap(projection));
  }

  /** True when swapped; false when the live table has moved on meanwhile. */
  async function swap(projection: Projection): Promise<boolean> {
    const { name } = projection;
    const outcome = await database.db.transaction(async (tx) => {
      const rows = await tx.execute<{ name: string; position: string; revision: string }>(sql`
        SELECT name, position, revision FROM subscriptions WHERE name IN (${name}, ${rebuildName(name)})
        ORDER BY name FOR UPDATE`);
      const live = rows.find((row) => row.name === name);
      const rebuilt = rows.find((row) => row.name === rebuildName(name));
      if (!live || !rebuilt) return 'done elsewhere';
      if (Number(rebuilt.position) < Number(live.position)) return 'behind';
      // All who read the table queue up behind the drop, which itself waits for the longest query: it gives up.
      await tx.execute(sql.raw(`SET LOCAL lock_timeout = ${SWAP_WAITS_MS}`));
      for (const table of tablesOf(projection)) {
        await tx.execute(sql`DROP TABLE ${sql.identifier(table)}`);
        await tx.execute(
          sql`ALTER TABLE ${sql.identifier(table + TABLE_SUFFIX)} RENAME TO ${sql.identifier(table)}`,
        );
      }
      // In the order in which whoever asks for all of them again locks them.
      await tx.execute(sql`
        SELECT FROM parked_streams WHERE subscription IN (${name}, ${rebuildName(name)})
        ORDER BY position, subscription, stream FOR UPDATE`);
      await tx.execute(sql`DELETE FROM parked_streams WHERE subscription = ${name}`);
      await tx.execute(
        sql`UPDATE parked_streams SET subscription = ${name} WHERE subscription = ${rebuildName(name)}`,
      );
      await tx.execute(sql`DELETE FROM subscriptions WHERE name = ${rebuildName(name)}`);
      // Above all revisions of both tables, so that pages see it as newer than what they show.
      const revision = Math.max(Number(live.revision), Number(rebuilt.revision)) + 1;
      await tx.execute(sql`
        UPDATE subscriptions SET position = ${rebuilt.position}, revision = ${revision},
          reload_below = ${revision} WHERE name = ${name}`);
      await tx.execute(
        sql`SELECT pg_notify(${LIVE_CHANNEL}, ${name}), pg_notify(${LIVE_CHANNEL}, ${PARKED_STREAMS}),
          pg_notify(${REBUILD_CHANNEL}, ${name})`,
      );
      return 'swapped';
    });
    if (outcome === 'behind') return false;
    await forget(name);
    log.info({ readModel: name }, `rebuild ${outcome}`);
    return true;
  }

  async function forget(name: string): Promise<void> {
    running.delete(name);
    await bus.remove(rebuildName(name));
  }

  async function resume(): Promise<void> {
    const rows = await database.sql<{ name: string }[]>`
      SELECT name FROM subscriptions WHERE name LIKE ${`%${SUFFIX}`}`;
    const begun = new Set(rows.map((row) => row.name));
    for (const projection of projections) {
      if (begun.has(rebuildName(projection.name))) run(projection);
      else if (running.has(projection.name)) await forget(projection.name);
    }
  }

  return {
    async start(name) {
      const projection = projections.find((candidate) => candidate.name === name);
      if (!projection) return 'unknown';
      await database.db.transaction(async (tx) => {
        const inserted = await tx.execute(sql`
          INSERT INTO subscriptions (name) VALUES (${rebuildName(name)}) ON CONFLICT DO NOTHING RETURNING name`);
        if (inserted.length === 0) return;
        // All who read the table queue up behind the drop, which itself waits for the longest query: it gives up.
        await tx.execute(sql.raw(`SET LOCAL lock_timeout = ${SWAP_WAITS_MS}`));
        for (const table of tablesOf(projection)) {
          const copy = sql.identifier(table + TABLE_SUFFIX);
          await tx.execute(sql`DROP TABLE IF EXISTS ${copy}`);
          await tx.execute(sql`CREATE TABLE ${copy} (LIKE ${sql.identifier(table)} INCLUDING ALL)`);
        }
        await tx.execute(sql`SELECT pg_notify(${REBUILD_CHANNEL}, ${name})`);
      });
      return 'started';
    },
    async resume() {
      const again = () =>
        void resume().catch((error: unknown) =>
          log.warn({ err: error }, 'rebuilds could not be looked up'),
        );
      // Also when the connection was lost and is back: what was told meanwhile was not heard.
      await database.sql.listen(REBUILD_CHANNEL, again, again);
    },
  };
}

/** All tables of a read model: that of its rows, and its tallies. */
export const tablesOf = ({ tableName, tallies = [] }: Projection): string[] => [
  tableName,
  ...tallies.map((tally) => tally.tableName),
];
