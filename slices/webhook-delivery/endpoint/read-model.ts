import { bigint, index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { on, type Projection } from '../../../shared/projection.ts';
import {
  EndpointAdded,
  EndpointChanged,
  EndpointPaused,
  EndpointRemoved,
  EndpointResumed,
  EndpointSecretRotated,
} from '../events.ts';
import { endpointOfStream, type Endpoint, type PauseReason } from './endpoint.ts';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

const endpointsTable = (name: string) =>
  pgTable(
    name,
    {
      id: uuid().primaryKey(),
      url: text(),
      description: text(),
      rules: text().array().notNull(),
      state: text().$type<Endpoint['state']>().notNull(),
      pausedWhy: text('paused_why').$type<PauseReason>(),
      /** Why it was paused or removed, in somebody's words. */
      reason: text(),
      addedAt: time('added_at').notNull(),
      changedAt: time('changed_at').notNull(),
      resumedAt: time('resumed_at'),
      /** The secret before the newest signs until then. */
      oldSecretExpiresAt: time('old_secret_expires_at'),
      /** Of EndpointAdded. */
      position: bigint({ mode: 'number' }).notNull(),
      revision: bigint({ mode: 'number' }).notNull(),
    },
    (table) => [index(`${name}_state`).on(table.state, table.position)],
  );

const WEBHOOK_ENDPOINTS = 'webhook-endpoints';
export const endpointsModel = endpointsTable('webhook_endpoints');
export type EndpointRecord = typeof endpointsModel.$inferSelect;
type Row = EndpointRecord;

/** Every endpoint there ever was, as it is now. */
export const endpointsProjection: Projection<Row> = {
  name: WEBHOOK_ENDPOINTS,
  tableName: 'webhook_endpoints',
  table: endpointsTable,
  idOf: endpointOfStream,
  live: true,
  folds: [
    on<Row, typeof EndpointAdded>(EndpointAdded, (_row, { stream, data, storedAt, position }) => ({
      id: endpointOfStream(stream) ?? '',
      ...data,
      state: 'enabled',
      pausedWhy: null,
      reason: null,
      addedAt: storedAt,
      changedAt: storedAt,
      resumedAt: null,
      oldSecretExpiresAt: null,
      position,
      revision: 0,
    })),
    on<Row, typeof EndpointChanged>(
      EndpointChanged,
      (row, { data, storedAt }) => row && { ...row, ...data, changedAt: storedAt },
    ),
    on<Row, typeof EndpointSecretRotated>(
      EndpointSecretRotated,
      (row, { data, storedAt }) =>
        row && { ...row, oldSecretExpiresAt: new Date(data.oldExpiresAt), changedAt: storedAt },
    ),
    on<Row, typeof EndpointPaused>(
      EndpointPaused,
      (row, { data, storedAt }) =>
        row && {
          ...row,
          state: 'paused',
          pausedWhy: data.why,
          reason: data.reason,
          changedAt: storedAt,
        },
    ),
    on<Row, typeof EndpointResumed>(
      EndpointResumed,
      (row, { storedAt }) =>
        row && {
          ...row,
          state: 'enabled',
          pausedWhy: null,
          reason: null,
          changedAt: storedAt,
          resumedAt: storedAt,
        },
    ),
    on<Row, typeof EndpointRemoved>(
      EndpointRemoved,
      (row, { data, storedAt }) =>
        row && { ...row, state: 'removed', reason: data.reason, changedAt: storedAt },
    ),
  ],
};
