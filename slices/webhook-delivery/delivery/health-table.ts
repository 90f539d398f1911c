import { boolean, integer, pgTable, timestamp, uuid } from 'drizzle-orm/pg-core';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** What processes tell each other of an endpoint; no fold of events. */
export const webhookHealth = pgTable('webhook_health', {
  endpoint: uuid().primaryKey(),
  failures: integer().notNull(),
  failingSince: time('failing_since'),
  lastSuccessAt: time('last_success_at'),
  lastFailureAt: time('last_failure_at'),
  /** Nothing is sent before, once too many attempts in a row have failed. */
  probeAt: time('probe_at'),
  /** A probe is under way, until then at the latest. */
  probing: boolean().notNull(),
});
