import { bigint, index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { on, type Projection } from '../../../shared/projection.ts';
import { GroupRetryFinished, GroupRetryRequested, GroupRetryStopped } from '../events.ts';
import { groupOfStream } from '../failure-group.contract.ts';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

export const groupRetriesTable = (name: string) =>
  pgTable(
    name,
    {
      /** The group. */
      id: text().primaryKey(),
      /** Id of the GroupRetryRequested. */
      retry: uuid().notNull(),
      signature: text().notNull(),
      documents: integer().notNull(),
      perSecond: integer('per_second').notNull(),
      reason: text(),
      actor: text().notNull(),
      state: text().$type<'running' | 'stopped' | 'finished'>().notNull(),
      /** Known once it has finished. */
      refused: integer().notNull(),
      requestedAt: time('requested_at').notNull(),
      endedAt: time('ended_at'),
      revision: bigint({ mode: 'number' }).notNull(),
    },
    (table) => [index(`${name}_state`).on(table.state, table.requestedAt)],
  );

export const GROUP_RETRIES = 'group-retries';
export const groupRetries = groupRetriesTable('group_retries');
export type GroupRetryRecord = typeof groupRetries.$inferSelect;

/** The newest retry of each group. How far it is, its documents tell. */
export const groupRetriesProjection: Projection<GroupRetryRecord> = {
  name: GROUP_RETRIES,
  tableName: 'group_retries',
  table: groupRetriesTable,
  idOf: groupOfStream,
  live: true,
  folds: [
    on<GroupRetryRecord, typeof GroupRetryRequested>(
      GroupRetryRequested,
      (_row, { id, stream, data, metadata, storedAt }) => ({
        id: groupOfStream(stream) ?? '',
        retry: id,
        signature: data.signature,
        documents: data.documents,
        perSecond: data.perSecond,
        reason: data.reason,
        actor: metadata.actor,
        state: 'running',
        refused: 0,
        requestedAt: storedAt,
        endedAt: null,
        revision: 0,
      }),
    ),
    on<GroupRetryRecord, typeof GroupRetryStopped>(
      GroupRetryStopped,
      (row, { storedAt }) => row && { ...row, state: 'stopped', endedAt: storedAt },
    ),
    on<GroupRetryRecord, typeof GroupRetryFinished>(
      GroupRetryFinished,
      (row, { data, storedAt }) =>
        row && { ...row, state: 'finished', refused: data.refused, endedAt: storedAt },
    ),
  ],
};
