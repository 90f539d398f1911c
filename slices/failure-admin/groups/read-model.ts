import { bigint, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { StoredEvent } from '../../../shared/event.ts';
import { on, type Fold, type Projection } from '../../../shared/projection.ts';
import { FailureGroupIgnored, FailureGroupReopened, FailureGroupResolved } from '../events.ts';
import { groupOfStream } from '../failure-group.contract.ts';

export type Mark = 'open' | 'resolved' | 'ignored';

export const groupsTable = (name: string) =>
  pgTable(name, {
    id: text().primaryKey(),
    signature: text().notNull(),
    mark: text().$type<Mark>().notNull(),
    reason: text(),
    actor: text().notNull(),
    markedAt: timestamp('marked_at', { withTimezone: true, precision: 3, mode: 'date' }).notNull(),
    /** What fails like this behind it brings the group back. */
    position: bigint({ mode: 'number' }).notNull(),
    revision: bigint({ mode: 'number' }).notNull(),
  });

export const FAILURE_GROUPS = 'failure-groups';
export const failureGroups = groupsTable('failure_groups');
export type GroupMark = typeof failureGroups.$inferSelect;

/** What people said last about a group of failures. */
export const groupsProjection: Projection<GroupMark> = {
  name: FAILURE_GROUPS,
  tableName: 'failure_groups',
  table: groupsTable,
  idOf: groupOfStream,
  live: true,
  folds: [
    marks(FailureGroupResolved, 'resolved'),
    marks(FailureGroupIgnored, 'ignored'),
    marks(FailureGroupReopened, 'open'),
  ],
};

type GroupEvent =
  | typeof FailureGroupResolved
  | typeof FailureGroupIgnored
  | typeof FailureGroupReopened;

function marks(event: GroupEvent, mark: Mark): Fold<GroupMark> {
  return on<GroupMark, typeof FailureGroupResolved>(
    event as typeof FailureGroupResolved,
    (_row, told) => markOf(told, mark),
  );
}

function markOf(
  event: StoredEvent<{ signature: string; reason: string | null }>,
  mark: Mark,
): GroupMark {
  const { stream, data, metadata, storedAt, position } = event;
  return {
    id: groupOfStream(stream) ?? stream,
    signature: data.signature,
    mark,
    reason: data.reason,
    actor: metadata.actor,
    markedAt: storedAt,
    position,
    revision: 0,
  };
}
