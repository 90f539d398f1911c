import { bigint, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { lt, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database } from '../../../shared/database.ts';
import type { Refusal } from '../../../shared/web/refusals.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true });

/** What was refused, counted by the hour. */
export const refusals = pgTable(
  'refusals',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    hour: moment('hour').notNull(),
    actor: text().notNull(),
    address: text().notNull(),
    what: text().notNull(),
    count: bigint({ mode: 'number' }).notNull(),
    firstAt: moment('first_at').notNull(),
    lastAt: moment('last_at').notNull(),
  },
  (table) => [unique().on(table.hour, table.actor, table.address, table.what)],
);

export interface RefusalBook {
  /** Counts a refusal; it is written down a moment later, together with those like it. */
  note(refusal: Refusal): void;
  /** Writes down what was counted. */
  flush(): Promise<void>;
}

/** Different refusals that a process tells apart in an hour; those on top are counted as one. */
const MOST_AN_HOUR = 1_000;
const KEPT_DAYS = 90;
const FLUSH_MS = 1_000;
const HOUR_MS = 3_600_000;
const MANY: Refusal = { actor: 'nobody', address: 'many addresses', what: 'more than can be told' };

type Tally = typeof refusals.$inferInsert;

/**
 * Keeps refusals for the audit. They are counters and no events: whoever is refused could otherwise
 * write as much into the log for ever as they can send.
 */
export function createRefusalBook(
  { db }: Pick<Database, 'db'>,
  { log, now = Date.now }: { log: Pick<Logger, 'warn'>; now?: () => number },
): RefusalBook {
  let tallies = new Map<string, Tally>();
  let timer: NodeJS.Timeout | undefined;
  let told = { hour: 0, keys: new Set<string>() };

  /** The refusal itself, or the one that stands for many. */
  function toldApart(refusal: Refusal, hour: number): Refusal {
    if (told.hour !== hour) told = { hour, keys: new Set() };
    const key = JSON.stringify(refusal);
    if (told.keys.size >= MOST_AN_HOUR && !told.keys.has(key)) return MANY;
    told.keys.add(key);
    return refusal;
  }

  function note(refusal: Refusal): void {
    const at = new Date(now());
    const hour = new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
    const { actor, address, what } = toldApart(refusal, hour.getTime());
    const key = JSON.stringify([hour, actor, address, what]);
    const tally = tallies.get(key) ?? {
      hour,
      actor,
      address,
      what,
      count: 0,
      firstAt: at,
      lastAt: at,
    };
    tallies.set(key, { ...tally, count: tally.count + 1, lastAt: at });
    timer ??= setTimeout(() => void flush(), FLUSH_MS).unref();
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const counted = [...tallies.values()];
    tallies = new Map();
    if (counted.length === 0) return;
    try {
      await write(counted);
    } catch (error) {
      // Counting them must not take the server down with the database.
      log.warn({ err: error }, 'refusals could not be written down');
    }
  }

  async function write(counted: Tally[]): Promise<void> {
    await db
      .insert(refusals)
      .values(counted)
      .onConflictDoUpdate({
        target: [refusals.hour, refusals.actor, refusals.address, refusals.what],
        set: {
          count: sql`${refusals.count} + excluded.count`,
          lastAt: sql`greatest(${refusals.lastAt}, excluded.last_at)`,
        },
      });
    const tooOld = new Date(now() - KEPT_DAYS * 24 * HOUR_MS);
    await db.delete(refusals).where(lt(refusals.lastAt, tooOld));
  }

  return { note, flush };
}
