import { and, eq, inArray, lte, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../../shared/database.ts';
import { LIVE_CHANNEL } from '../../../shared/checkpoint.ts';
import type { Transaction } from '../../../shared/subscription.ts';
import { webhookHealth } from './health-table.ts';
import type { DeliveryJob } from './jobs.ts';
import type { AskForRelease } from './release.ts';
import { keepWaiting } from './waiting.ts';

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
 *
 * What it lets wait is not forgotten, because two things always hold: a delivery begins to wait only
 * while the breaker is open, and whoever opens it, or moves `probeAt`, asks for a release at that
 * time. Both happen under the lock of the endpoint's row, by the database's clock.
 */
export interface HealthBook {
  /** Whether a delivery is to be sent now; if not, it waits until it is released. */
  admit(job: DeliveryJob): Promise<boolean>;
  succeeded(endpoint: string): Promise<void>;
  failed(endpoint: string): Promise<Health>;
  /** The attempt that was admitted did not come to an end. */
  cutOff(endpoint: string): Promise<void>;
  /** Locks the endpoint's row. `half-open`: its next attempt is a probe. */
  breaker(tx: Transaction, endpoint: string): Promise<'closed' | 'open' | 'half-open'>;
  /** Somebody says that it works again: what waits is released. */
  reset(tx: Transaction, endpoint: string): Promise<void>;
  /** Forgets it; what waits is released, to be given up. */
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

const CLOSED = { failures: 0, failingSince: null, probeAt: null, probing: false };
const now = sql<Date>`doctrail_now()`;
const afterMs = (delay: SQL | number): SQL =>
  sql`doctrail_now() + ${delay}::float8 * interval '1 millisecond'`;
const told = {
  failures: webhookHealth.failures,
  failingSince: webhookHealth.failingSince,
  lastSuccessAt: webhookHealth.lastSuccessAt,
  lastFailureAt: webhookHealth.lastFailureAt,
  probeAt: webhookHealth.probeAt,
};

export function createHealthBook(
  { db }: Pick<Database, 'db'>,
  settings: BreakerSettings,
  askForRelease: AskForRelease,
): HealthBook {
  const of = (endpoint: string) => eq(webhookHealth.endpoint, endpoint);
  const probeIsDue = (endpoint: string) => and(of(endpoint), lte(webhookHealth.probeAt, now));
  const failuresOf = (tx: Pick<Transaction, 'select'>, endpoint: string) =>
    tx.select({ failures: webhookHealth.failures }).from(webhookHealth).where(of(endpoint));
  const isTripped = (row: { failures: number } | undefined) =>
    row !== undefined && row.failures >= settings.failures;
  const releaseNow = (tx: Transaction, endpoint: string) => askForRelease(tx, endpoint, new Date());
  const tell = (tx: Pick<Transaction, 'execute'>) =>
    tx.execute(sql`SELECT pg_notify(${LIVE_CHANNEL}, ${HEALTH})`);

  async function breaker(tx: Transaction, endpoint: string) {
    const [row] = await failuresOf(tx, endpoint).for('update');
    if (!isTripped(row)) return 'closed';
    const due = await tx.select(told).from(webhookHealth).where(probeIsDue(endpoint));
    return due.length > 0 ? 'half-open' : 'open';
  }

  /** Others wait for the outcome, or until it is clear that nothing is ever heard of the attempt. */
  async function claimProbe(tx: Transaction, endpoint: string): Promise<void> {
    const [claimed] = await tx
      .update(webhookHealth)
      .set({ probeAt: afterMs(settings.leaseMs), probing: true })
      .where(of(endpoint))
      .returning(told);
    if (claimed?.probeAt) await askForRelease(tx, endpoint, claimed.probeAt);
  }

  /** Doubles with every failure. */
  const untilProbe = sql`least(${settings.longestMs}::float8, ${settings.firstMs}::float8
    * 2 ^ least(webhook_health.failures + 1 - ${settings.failures}::int, 30))`;
  const failedOnce = {
    failures: 1,
    failingSince: now,
    lastFailureAt: now,
    probing: false,
    probeAt: settings.failures === 1 ? afterMs(settings.firstMs) : null,
  };
  const failedAgain = {
    failures: sql`webhook_health.failures + 1`,
    failingSince: sql`coalesce(webhook_health.failing_since, excluded.failing_since)`,
    lastFailureAt: sql`excluded.last_failure_at`,
    probing: false,
    probeAt: sql`CASE WHEN webhook_health.failures + 1 >= ${settings.failures}::int
      THEN ${afterMs(untilProbe)} END`,
  };

  return {
    breaker,
    async admit(job) {
      const { endpoint } = job;
      const [row] = await failuresOf(db, endpoint);
      if (!isTripped(row)) return true;
      return db.transaction(async (tx) => {
        const state = await breaker(tx, endpoint);
        if (state === 'half-open') await claimProbe(tx, endpoint);
        if (state === 'open') await keepWaiting(tx, [job]);
        return state !== 'open';
      });
    },
    async succeeded(endpoint) {
      const [before] = await db.execute<{ failures: number | null }>(sql`
        WITH before AS (SELECT failures FROM webhook_health WHERE endpoint = ${endpoint})
        INSERT INTO webhook_health (endpoint, failures, last_success_at, probing)
        VALUES (${endpoint}, 0, doctrail_now(), false)
        ON CONFLICT (endpoint) DO UPDATE SET failures = 0, failing_since = NULL, probe_at = NULL,
          probing = false, last_success_at = excluded.last_success_at
        RETURNING (SELECT failures FROM before) AS failures`);
      if (before?.failures === 0) return;
      await db.transaction(async (tx) => {
        await tell(tx);
        // At once; it would be released anyway when the probe was to come.
        if ((before?.failures ?? 0) >= settings.failures) await releaseNow(tx, endpoint);
      });
    },
    failed: (endpoint) =>
      db.transaction(async (tx) => {
        const [row] = await tx
          .insert(webhookHealth)
          .values({ endpoint, ...failedOnce })
          .onConflictDoUpdate({ target: webhookHealth.endpoint, set: failedAgain })
          .returning(told);
        if (row?.probeAt) await askForRelease(tx, endpoint, row.probeAt);
        await tell(tx);
        return row ?? UNKNOWN;
      }),
    async cutOff(endpoint) {
      await db
        .update(webhookHealth)
        .set({ probeAt: now, probing: false })
        .where(and(of(endpoint), webhookHealth.probing));
    },
    async reset(tx, endpoint) {
      await tx.update(webhookHealth).set(CLOSED).where(of(endpoint));
      await releaseNow(tx, endpoint);
      await tell(tx);
    },
    async remove(tx, endpoint) {
      await tx.delete(webhookHealth).where(of(endpoint));
      await releaseNow(tx, endpoint);
    },
    async of(endpoints) {
      const rows = await db
        .select({ endpoint: webhookHealth.endpoint, ...told })
        .from(webhookHealth)
        .where(inArray(webhookHealth.endpoint, [...endpoints]));
      return new Map(rows.map(({ endpoint, ...health }) => [endpoint, health]));
    },
  };
}
