import { bigint, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import type { Tally, TallyKey } from '../../../shared/tally.ts';
import type { Clock } from '../clocks/clock.ts';
import type { SlaRow } from '../read-model.ts';
import { binOf } from './bins.ts';

/** Lengths of the parts, in hours, into which figures are cut; each begins at a multiple of its length. */
export const GRAINS = [1, 6, 24] as const;
export type Grain = (typeof GRAINS)[number];

export const HOUR_MS = 3_600_000;

/** When the part begins that holds a moment; both in milliseconds since 1970. */
export const startOfPart = (at: number, grain: Grain): number =>
  Math.floor(at / (grain * HOUR_MS)) * grain * HOUR_MS;

const start = () =>
  timestamp('start', { withTimezone: true, precision: 3, mode: 'date' }).notNull();
const name = () => text().notNull();
const whole = () => integer().notNull();

/** What became of promises. One is decided once and for ever: when it is kept, or when it fell due. */
export const promisesTable = (table: string) =>
  pgTable(
    table,
    {
      grain: whole(),
      start: start(),
      target: name(),
      clock: name(),
      outcome: name(),
      /** Of a missed one: where most of its time went; '' until that is said. */
      step: name(),
      phase: name(),
      count: whole(),
    },
    (t) => [
      primaryKey({ columns: [t.grain, t.start, t.clock, t.target, t.outcome, t.step, t.phase] }),
    ],
  );

/** How long clocks ran that came to their end, in bins: enough to know in which one a percentile lies. */
export const histogramTable = (table: string) =>
  pgTable(
    table,
    { grain: whole(), start: start(), target: name(), clock: name(), bin: whole(), count: whole() },
    (t) => [primaryKey({ columns: [t.grain, t.start, t.clock, t.bin, t.target] })],
  );

/** The same to the millisecond: only what is in the bin of a percentile is looked at. */
export const durationsTable = (table: string) =>
  pgTable(
    table,
    {
      clock: name(),
      bin: whole(),
      start: start(),
      took: bigint({ mode: 'number' }).notNull(),
      target: name(),
      count: whole(),
    },
    (t) => [primaryKey({ columns: [t.clock, t.bin, t.start, t.took, t.target] })],
  );

/** How many documents under way are in a state; '' where nothing was promised. */
const openTable = (table: string) =>
  pgTable(table, {
    state: text().primaryKey(),
    count: bigint({ mode: 'number' }).notNull(),
  });

/** What figures about promised times are made of: kept beside the clocks, so that nothing is scanned. */
export const slaTallies: readonly Tally<SlaRow>[] = [
  {
    tableName: 'sla_promises',
    table: promisesTable,
    of: (row) => row.clocks.flatMap((clock) => promiseKeys(clock, targetOf(row, clock))),
  },
  {
    tableName: 'sla_histogram',
    table: histogramTable,
    of: (row) =>
      ended(row).flatMap(({ at, took, clock, target }) =>
        GRAINS.map((grain) => ({
          grain,
          start: new Date(startOfPart(at, grain)),
          target,
          clock,
          bin: binOf(took),
        })),
      ),
  },
  {
    tableName: 'sla_durations',
    table: durationsTable,
    of: (row) =>
      ended(row).map(({ at, took, clock, target }) => ({
        clock,
        bin: binOf(took),
        start: new Date(startOfPart(at, 1)),
        took,
        target,
      })),
  },
  {
    tableName: 'sla_open',
    table: openTable,
    of: ({ state, endedAt }) => (endedAt === null ? [{ state: state ?? '' }] : []),
  },
];

function promiseKeys(clock: Clock, target: string): TallyKey[] {
  const { endedAt, dueAt, stopped, breached, name } = clock;
  if (dueAt === null) return [];
  const missed = breached !== null || (endedAt !== null && endedAt > dueAt);
  if (!missed && (endedAt === null || stopped)) return [];
  const decidedAt = missed ? dueAt : (endedAt ?? dueAt);
  const { step, phase } = breached ?? { step: null, phase: null };
  return GRAINS.map((grain) => ({
    grain,
    start: new Date(startOfPart(decidedAt, grain)),
    target,
    clock: name,
    outcome: missed ? 'missed' : 'met',
    step: step ?? '',
    phase: phase ?? '',
  }));
}

/** Clocks that came to their end; those that were stopped say nothing about how long it takes. */
function ended(row: SlaRow) {
  return row.clocks.flatMap((clock) => {
    const { startedAt, endedAt, stopped, name } = clock;
    if (startedAt === null || endedAt === null || stopped) return [];
    const took = Math.max(0, endedAt - startedAt);
    return [{ at: endedAt, took, clock: name, target: targetOf(row, clock) }];
  });
}

/** The name of the target that a clock ran under; '' where nothing was promised. */
const targetOf = ({ promises }: SlaRow, { run }: Clock): string =>
  promises.find((each) => each.run === run)?.target ?? '';
