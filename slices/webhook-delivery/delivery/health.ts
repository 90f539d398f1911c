import type { Database } from '../../../shared/database.ts';
import type { Transaction } from '../../../shared/subscription.ts';
import { sql as drizzleSql } from 'drizzle-orm';
import { LIVE_CHANNEL } from '../../../shared/projection.ts';

/** How an endpoint behaves. */
export interface Health {
  /** Attempts that failed since the last one that went well. */
  failures: number;
  /** The first of them. */
  failingSince: Date | null;
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
  /** Nothing is sent before: the circuit breaker is open. */
  probeAt: Date | null;
}

export interface BreakerSettings {
  /** It opens after so many failures in a row. */
  failures: number;
  /** From then on one attempt at a time: after this long, doubling up to the longest. */
  firstMs: number;
  longestMs: number;
  /** After this long a probe that was never heard of again is given to another. */
  leaseMs: number;
}

/**
 * The circuit breaker, and what tells a dead endpoint. Kept beside the log: it only says when to try,
 * and to lose it costs an attempt.
 */
export interface HealthBook {
  /** null: send now; else the time before which nothing is to be sent. */
  admit(endpoint: string, now: Date): Promise<Date | null>;
  succeeded(endpoint: string, now: Date): Promise<void>;
  failed(endpoint: string, now: Date): Promise<Health>;
  /** The attempt that was admitted did not come to an end. */
  cutOff(endpoint: string, now: Date): Promise<void>;
  /** Somebody says that it works again. */
  reset(tx: Transaction, endpoint: string): Promise<void>;
  remove(tx: Transaction, endpoint: string): Promise<void>;
  of(endpoints: readonly string[]): Promise<Map<string, Health>>;
}

export const HEALTH = 'webhook-health';
export const UNKNOWN: Health = {
  failures: 0,
  failingSince: null,
  lastSuccessAt: null,
  lastFailureAt: null,
  probeAt: null,
};

/** While a probe runs the others look again soon: it may go well. */
const LOOK_AGAIN_MS = 1_000;

export function createHealthBook({ sql }: Database, breaker: BreakerSettings): HealthBook {
  const tell = () => sql`SELECT pg_notify(${LIVE_CHANNEL}, ${HEALTH})`;

  return {
    async admit(endpoint, now) {
      const lease = new Date(now.getTime() + breaker.leaseMs);
      const claimed = await sql`
        UPDATE webhook_health SET probe_at = ${lease}, probing = true
        WHERE endpoint = ${endpoint} AND failures >= ${breaker.failures} AND probe_at <= ${now}
        RETURNING endpoint`;
      if (claimed.length > 0) return null;
      const [row] = await sql<{ failures: number; probeAt: Date | null; probing: boolean }[]>`
        SELECT failures, probe_at AS "probeAt", probing FROM webhook_health
        WHERE endpoint = ${endpoint}`;
      if (!row?.probeAt || row.failures < breaker.failures) return null;
      const soon = now.getTime() + LOOK_AGAIN_MS;
      return row.probing ? new Date(Math.min(soon, row.probeAt.getTime())) : row.probeAt;
    },
    async succeeded(endpoint, now) {
      const [row] = await sql<{ failures: number | null }[]>`
        WITH before AS (SELECT failures FROM webhook_health WHERE endpoint = ${endpoint})
        INSERT INTO webhook_health (endpoint, failures, last_success_at, probing)
        VALUES (${endpoint}, 0, ${now}, false)
        ON CONFLICT (endpoint) DO UPDATE SET failures = 0, failing_since = NULL, probe_at = NULL,
          probing = false, last_success_at = excluded.last_success_at
        RETURNING (SELECT failures FROM before) AS failures`;
      if (row?.failures !== 0) await tell();
    },
    async failed(endpoint, now) {
      const [row] = await sql<Health[]>`
        INSERT INTO webhook_health AS h (endpoint, failures, failing_since, last_failure_at, probing)
        VALUES (${endpoint}, 1, ${now}, ${now}, false)
        ON CONFLICT (endpoint) DO UPDATE SET failures = h.failures + 1, probing = false,
          failing_since = coalesce(h.failing_since, excluded.failing_since),
          last_failure_at = excluded.last_failure_at,
          probe_at = CASE WHEN h.failures + 1 >= ${breaker.failures}::int
            THEN excluded.last_failure_at + least(${breaker.longestMs}::float8,
              ${breaker.firstMs}::float8 * 2 ^ least(h.failures + 1 - ${breaker.failures}::int, 30)
            ) * interval '1 millisecond' END
        RETURNING failures, failing_since AS "failingSince", last_success_at AS "lastSuccessAt",
          last_failure_at AS "lastFailureAt", probe_at AS "probeAt"`;
      await tell();
      return row ?? UNKNOWN;
    },
    async cutOff(endpoint, now) {
      await sql`
        UPDATE webhook_health SET probe_at = ${now}, probing = false
        WHERE endpoint = ${endpoint} AND probing`;
    },
    async reset(tx, endpoint) {
      await tx.execute(drizzleSql`
        UPDATE webhook_health SET failures = 0, failing_since = NULL, probe_at = NULL, probing = false
        WHERE endpoint = ${endpoint}`);
      await tx.execute(drizzleSql`SELECT pg_notify(${LIVE_CHANNEL}, ${HEALTH})`);
    },
    async remove(tx, endpoint) {
      await tx.execute(drizzleSql`DELETE FROM webhook_health WHERE endpoint = ${endpoint}`);
    },
    async of(endpoints) {
      const rows = await sql<(Health & { endpoint: string })[]>`
        SELECT endpoint, failures, failing_since AS "failingSince",
          last_success_at AS "lastSuccessAt", last_failure_at AS "lastFailureAt",
          probe_at AS "probeAt"
        FROM webhook_health WHERE endpoint = ANY (${[...endpoints]}::uuid[])`;
      return new Map(rows.map(({ endpoint, ...health }) => [endpoint, health]));
    },
  };
}
