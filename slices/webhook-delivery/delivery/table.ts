import { bigint, index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/**
 * - `pending`: not tried yet
 * - `retrying`: to be tried again, at its time
 * - `failed`: given up; only a person has it sent again
 */
export type DeliveryState = 'pending' | 'retrying' | 'delivered' | 'failed';

export const deliveryStates: readonly DeliveryState[] = [
  'pending',
  'retrying',
  'delivered',
  'failed',
];

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

export const deliveriesTable = (name: string) =>
  pgTable(
    name,
    {
      /** What the stream is about: a document, or an endpoint that was sent a test. */
      id: uuid().notNull(),
      /** null: a test. */
      document: uuid(),
      messageId: text('message_id').notNull(),
      endpoint: uuid().notNull(),
      rule: text().notNull(),
      type: text().notNull(),
      /** Blob. */
      body: text().notNull(),
      state: text().$type<DeliveryState>().notNull(),
      attempts: integer().notNull(),
      /** Those since it was asked for: where it stands in the schedule. */
      tried: integer().notNull(),
      /** The event that asked for a try last: the job that sends it names the same. */
      cause: uuid().notNull(),
      causePosition: bigint('cause_position', { mode: 'number' }).notNull(),
      nextTryAt: time('next_try_at'),
      lastStatus: integer('last_status'),
      lastError: text('last_error'),
      addressedAt: time('addressed_at').notNull(),
      attemptedAt: time('attempted_at'),
      /** When it was delivered or given up. */
      endedAt: time('ended_at'),
      /** Of the message's NotificationAddressed. */
      position: bigint({ mode: 'number' }).notNull(),
      revision: bigint({ mode: 'number' }).notNull(),
    },
    (table) => [
      index(`${name}_of_endpoint`).on(table.endpoint, table.position),
      index(`${name}_of_state`).on(table.endpoint, table.state, table.position),
      index(`${name}_of_message`).on(table.messageId),
      index(`${name}_revision`).on(table.revision),
    ],
  );

export const deliveriesModel = deliveriesTable('webhook_deliveries');
export type DeliveryRecord = typeof deliveriesModel.$inferSelect;
