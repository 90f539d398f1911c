import { bigint, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** The secrets that sign, encrypted; one of each endpoint does not expire. A later one has a higher id. */
export const webhookSecrets = pgTable('webhook_secrets', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  endpoint: uuid().notNull(),
  sealed: text().notNull(),
  /** When it stops signing; null: not before it is rotated. */
  expiresAt: timestamp('expires_at', { withTimezone: true, precision: 3, mode: 'date' }),
});
