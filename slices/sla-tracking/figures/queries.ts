import type { Fragment, Sql } from 'postgres';
import type { Database } from '../../../shared/database.ts';
import type { Period } from './period.ts';
import { HOUR_MS } from './tallies.ts';

/** The percentiles that are told, as fractions. */
export const FRACTIONS = [0.5, 0.95, 0.99] as const;

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
  /** Of the whole period alone. */
  overall(period: Period, target: string | null): Promise<Durations[]>;
  decided(period: Period, target: string | null): Promise<Decided[]>;
  causes(period: Period, target: string | null): Promise<Cause[]>;
  /** Names of the targets of which something is known in a period. */
  targets(period: Period): Promise<string[]>;
}

/** Figures of a period, from the tallies alone. */
export function createFigureQueries({ sql }: Pick<Database, 'sql'>): FigureQueries {
  const within = ({ grain, from, to }: Period, target: string | null) => sql`
    grain = ${grain} AND start >= ${from} AND start < ${to} ${ofTarget(sql, target)}`;

  /** Of a bin, whether the value at a fraction of all lies in it. */
  const holds = (fraction: Fragment) => sql`
    (ceil(${fraction} * ended) > upto - count AND ceil(${fraction} * ended) <= upto)`;
  const holdsAny = FRACTIONS.map((fraction) => holds(sql`${fraction}::float8`)).reduce(
    (one, other) => sql`${one} OR ${other}`,
  );

  /**
   * The histogram tells in which bin a percentile lies, and the how-manieth value of that bin it is;
   * the durations in that bin tell the value itself, so it is exact. Bins are grouped and ranked in
   * the order of the histogram's key, so that a long period with hundreds of thousands of them is
   * neither sorted nor kept.
   */
  const durations = (period: Period, target: string | null, ofParts: boolean) => sql<Durations[]>`
    WITH bins AS (
      SELECT ${ofParts ? sql`start` : sql`NULL::timestamptz AS start`}, clock, bin,
        sum(count)::float8 AS count
      FROM sla_histogram
      WHERE ${within(period, target)}
      GROUP BY ${ofParts ? sql`start,` : sql``} clock, bin
    ), ranked AS (
      SELECT *, sum(count) OVER (PARTITION BY start, clock ORDER BY bin) AS upto,
        sum(count) OVER (PARTITION BY start, clock) AS ended
      FROM bins
    ), near AS (
      SELECT * FROM ranked WHERE ${holdsAny}
    ), wanted AS (
      SELECT clock, start, ended, fraction, bin, ceil(fraction * ended) - (upto - count) AS rank
      FROM near CROSS JOIN unnest(${[...FRACTIONS]}::float8[]) AS fraction
      WHERE ${holds(sql`fraction`)}
    )
    SELECT clock, start, ended::int,
      max(took) FILTER (WHERE fraction = 0.5) AS p50,
      max(took) FILTER (WHERE fraction = 0.95) AS p95,
      max(took) FILTER (WHERE fraction = 0.99) AS p99
    FROM wanted CROSS JOIN LATERAL (
      SELECT took::float8 AS took FROM (
        SELECT took, sum(sum(count)::float8) OVER (ORDER BY took) AS upto FROM sla_durations d
        WHERE d.clock = wanted.clock AND d.bin = wanted.bin
          AND d.start >= coalesce(wanted.start, ${period.from})
          AND d.start < coalesce(wanted.start + ${period.grain * HOUR_MS} * interval '1 ms', ${period.to})
          ${ofTarget(sql, target)}
        GROUP BY took
      ) AS ordered
      WHERE upto >= wanted.rank ORDER BY took LIMIT 1
    ) AS found
    GROUP BY clock, start, ended
    ORDER BY start, clock`;

  return {
    async durations(period, target) {
      const both = [durations(period, target, false), durations(period, target, true)];
      return (await Promise.all(both)).flat();
    },
    overall: (period, target) => durations(period, target, false),
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
