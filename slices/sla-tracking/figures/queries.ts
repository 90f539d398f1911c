import type { Fragment, Sql, TransactionSql } from 'postgres';
import type { Database } from '../../../shared/database.ts';
import { DOCUMENT_CLOCK } from '../clocks/clock.ts';
import { FRACTIONS, percentilesOf, type Bins, type Place } from './percentiles.ts';
import type { Period } from './period.ts';
import { HOUR_MS } from './tallies.ts';

/** How long clocks of one name took that ended in a span of time. */
export interface Durations {
  clock: string;
  /** When the part begins; null: the whole period. */
  start: Date | null;
  /** How many ended. */
  ended: number;
  /** Milliseconds, as PostgreSQL's percentile_disc gives them. */
  p50: number;
  p95: number;
  p99: number;
}

/** Promises that were decided in a part of a period. */
export interface Decided {
  clock: string;
  start: Date;
  met: number;
  missed: number;
}

/** Promises that were missed for the same reason. */
export interface Cause {
  clock: string;
  /** '' while it is not known. */
  step: string;
  phase: string;
  missed: number;
}

export interface FigureQueries {
  /** Of the whole period and of each of its parts. @param target its name; null: all */
  durations(period: Period, target: string | null): Promise<Durations[]>;
  /** Of whole documents in the whole period; null when none ended. */
  documents(period: Period, target: string | null): Promise<Durations | null>;
  decided(period: Period, target: string | null): Promise<Decided[]>;
  causes(period: Period, target: string | null): Promise<Cause[]>;
  /** Names of the targets of which something is known in a period. */
  targets(period: Period): Promise<string[]>;
}

/** The bins of one clock in one part of a period. */
interface BinsOfPart extends Bins {
  clock: string;
  start: Date;
}

/** A place among the values of one clock in a span of time. */
interface PlaceIn extends Place {
  clock: string;
  from: Date;
  /** Outside. */
  to: Date;
}

/** A part of a period, or all of it, with the places of its percentiles. */
interface Span extends Pick<Durations, 'clock' | 'start'> {
  from: Date;
  to: Date;
  count: number;
  places: Place[];
}

/** Figures of a period, from the tallies alone. */
export function createFigureQueries({ sql }: Pick<Database, 'sql'>): FigureQueries {
  const within = ({ grain, from, to }: Period, target: string | null) => sql`
    grain = ${grain} AND start >= ${from} AND start < ${to} ${ofTarget(sql, target)}`;

  /** Of the parts of a period, how many values each bin of each clock has. */
  const binsOf = (
    tx: TransactionSql,
    period: Period,
    target: string | null,
    clocks: Fragment,
  ) => tx<BinsOfPart[]>`
    SELECT clock, start, array_agg(bin) AS bins, array_agg(count) AS counts
    FROM sla_histogram WHERE ${within(period, target)} ${clocks}
    GROUP BY start, clock ORDER BY start, clock`;

  /** The durations, in milliseconds, that stand at these places, in their order. */
  async function valuesAt(tx: TransactionSql, places: readonly PlaceIn[], target: string | null) {
    const values = await tx<{ took: number }[]>`
      SELECT found.took::float8 AS took
      FROM unnest(
        ${places.map(({ clock }) => clock)}::text[], ${places.map(({ bin }) => bin)}::int[],
        ${places.map(({ rank }) => rank)}::int[], ${places.map(({ from }) => from.toISOString())}::timestamptz[],
        ${places.map(({ to }) => to.toISOString())}::timestamptz[]
      ) WITH ORDINALITY AS place (clock, bin, rank, since, until, number)
      CROSS JOIN LATERAL (
        SELECT took FROM (
          SELECT took, sum(count) OVER (ORDER BY took ROWS UNBOUNDED PRECEDING) AS upto
          FROM sla_durations d
          WHERE d.clock = place.clock AND d.bin = place.bin
            AND d.start >= place.since AND d.start < place.until ${ofTarget(sql, target)}
        ) AS ordered
        WHERE upto >= place.rank ORDER BY took LIMIT 1
      ) AS found
      ORDER BY number`;
    return values.map(({ took }) => took);
  }

  /**
   * The histogram tells in which bin a percentile lies, and the how-manieth value of that bin it is;
   * the durations in that bin tell the value itself, so it is exact. Both are read as of one moment.
   */
  const durations = (
    period: Period,
    target: string | null,
    { clocks, spansOf }: { clocks: Fragment; spansOf(parts: readonly BinsOfPart[]): Span[] },
  ) =>
    sql.begin('isolation level repeatable read read only', async (tx) => {
      const spans = spansOf(await binsOf(tx, period, target, clocks));
      const places = spans.flatMap(({ places: each, clock, from, to }) =>
        each.map((place) => ({ ...place, clock, from, to })),
      );
      const values = await valuesAt(tx, places, target);
      return spans.map(({ clock, start, count }, index): Durations => {
        const [p50 = NaN, p95 = NaN, p99 = NaN] = values.slice(index * FRACTIONS.length);
        return { clock, start, ended: count, p50, p95, p99 };
      });
    });

  return {
    durations: (period, target) =>
      durations(period, target, {
        clocks: sql``,
        spansOf: (parts) => [
          ...wholeOf(period, parts),
          ...parts.map((part) => partOf(period, part)),
        ],
      }),
    async documents(period, target) {
      const [whole = null] = await durations(period, target, {
        clocks: sql`AND clock = ${DOCUMENT_CLOCK}`,
        spansOf: (parts) => wholeOf(period, parts),
      });
      return whole;
    },
    decided: (period, target) => sql<Decided[]>`
      SELECT clock, start,
        coalesce(sum(count) FILTER (WHERE outcome = 'met'), 0)::int AS met,
        coalesce(sum(count) FILTER (WHERE outcome = 'missed'), 0)::int AS missed
      FROM sla_promises WHERE ${within(period, target)}
      GROUP BY clock, start ORDER BY start, clock`,
    causes: (period, target) => sql<Cause[]>`
      SELECT clock, step, phase, sum(count)::int AS missed FROM sla_promises
      WHERE ${within(period, target)} AND outcome = 'missed'
      GROUP BY clock, step, phase ORDER BY missed DESC, clock, step, phase`,
    targets: async (period) => {
      const rows = await sql<{ target: string }[]>`
        SELECT DISTINCT target FROM sla_promises WHERE ${within(period, null)} ORDER BY target`;
      return rows.map(({ target }) => target);
    },
  };
}

const ofTarget = (sql: Sql, target: string | null) =>
  target === null ? sql`` : sql`AND target = ${target}`;

function partOf({ grain }: Period, { clock, start, ...bins }: BinsOfPart): Span {
  const to = new Date(start.getTime() + grain * HOUR_MS);
  return { clock, start, from: start, to, ...percentilesOf([bins]) };
}

/** Each clock over all parts. */
function wholeOf({ from, to }: Period, parts: readonly BinsOfPart[]): Span[] {
  const byClock = [...Map.groupBy(parts, ({ clock }) => clock)];
  return byClock
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([clock, its]) => ({ clock, start: null, from, to, ...percentilesOf(its) }));
}
