import { bigint, index, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { on, type Projection } from '../../../shared/projection.ts';
import {
  EndpointAdded,
  EndpointChanged,
  EndpointPaused,
  EndpointRemoved,
  EndpointResumed,
  EndpointSecretRotated,
  RecoveryFinished,
  RecoveryRequested,
} from '../events.ts';
import { endpointOfStream, type Endpoint, type PauseReason } from './endpoint.ts';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** The newest recovery of what was given up; times in ISO 8601. */
export interface Recovery {
  /** Id of the RecoveryRequested. */
  id: string;
  position: number;
  since: string;
  deliveries: number;
  perSecond: number;
  actor: string;
  reason: string | null;
  requestedAt: string;
  /** null: it runs. */
  finished: { at: string; resent: number; left: number } | null;
}

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
      recovery: jsonb().$type<Recovery>(),
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
      recovery: null,
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
    on<Row, typeof RecoveryRequested>(RecoveryRequested, (row, event) => {
      if (!row) return undefined;
      const { id, position, data, metadata, storedAt } = event;
      const requested = { id, position, actor: metadata.actor, ...data };
      const recovery = { ...requested, requestedAt: storedAt.toISOString(), finished: null };
      return { ...row, recovery };
    }),
    on<Row, typeof RecoveryFinished>(RecoveryFinished, (row, { data, storedAt }) => {
      if (!row?.recovery) return row;
      const { resent, left } = data;
      const finished = { at: storedAt.toISOString(), resent, left };
      return { ...row, recovery: { ...row.recovery, finished } };
    }),
    on<Row, typeof EndpointRemoved>(
      EndpointRemoved,
      (row, { data, storedAt }) =>
        row && { ...row, state: 'removed', reason: data.reason, changedAt: storedAt },
    ),
  ],
};
