import { bigint, index, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { EventDefinition, StoredEvent } from '../../shared/event.ts';
import type { Static } from 'typebox';
import { dropWhenErased } from '../../shared/erased.ts';
import { on, type Fold, type Projection } from '../../shared/projection.ts';
import type { Step } from '../../shared/steps/step.ts';
import type { RowRetry } from '../document-board/board-row.contract.ts';
import { DocumentCompleted } from '../pipeline/events.ts';
import { StepGivenUp, StepRetryScheduled } from '../retry-policy/events.ts';
import {
  DocumentCancelled,
  ReprocessingRequested,
  StepRetryRequested,
  StepSkipped,
} from './events.ts';
import { groupOf } from './failure-group.contract.ts';

/**
 * Where the newest failure of a document stands. `deciding`: the retry policy has not said yet;
 * `failed`: given up; `closed`: the step is done, or the document goes another way.
 */
export type FailureState = 'deciding' | 'retrying' | 'running' | 'failed' | 'closed';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

export const failuresTable = (name: string) =>
  pgTable(
    name,
    {
      id: uuid().primaryKey(),
      step: text().notNull(),
      /** The newest attempt of the step. */
      attempt: integer().notNull(),
      /** How many attempts of the step have failed. */
      failures: integer().notNull(),
      code: text().notNull(),
      kind: text().$type<'transient' | 'permanent'>().notNull(),
      message: text().notNull(),
      detail: text(),
      signature: text().notNull(),
      group: text('group_id').notNull(),
      state: text().$type<FailureState>().notNull(),
      retry: jsonb().$type<RowRetry>(),
      /** When it failed like this. */
      failedAt: time('failed_at').array().notNull(),
      firstFailedAt: time('first_failed_at').notNull(),
      lastFailedAt: time('last_failed_at').notNull(),
      /** Of the newest failure. */
      position: bigint({ mode: 'number' }).notNull(),
      /** The newest retry of a whole group that it was part of. */
      bulk: uuid(),
      revision: bigint({ mode: 'number' }).notNull(),
    },
    (table) => [
      index(`${name}_group`).on(table.group, table.position),
      index(`${name}_group_first`).on(table.group, table.firstFailedAt),
      index(`${name}_group_last`).on(table.group, table.lastFailedAt),
      index(`${name}_state`).on(table.state, table.group, table.position),
      index(`${name}_bulk`).on(table.bulk, table.state),
    ],
  );

export const FAILURES = 'failures';
export const failures = failuresTable('failures');
export type FailureRecord = typeof failures.$inferSelect;

/** The newest failure of every document that ever failed; its first failure makes the row. */
export function failuresProjection(steps: readonly Step[]): Projection<FailureRecord> {
  return {
    name: FAILURES,
    tableName: 'failures',
    table: failuresTable,
    live: true,
    folds: [...steps.flatMap(stepFolds), ...decisions, dropWhenErased()],
  };
}

function stepFolds({ slug, events }: Step): Fold<FailureRecord>[] {
  const { Started, Finished, Failed } = events;
  return [
    on<FailureRecord, typeof Started>(Started, (row, { data }) =>
      isAt(row, slug) ? { ...row, state: 'running', attempt: data.attempt, retry: null } : row,
    ),
    on<FailureRecord, EventDefinition>(Finished, (row) => (isAt(row, slug) ? closed(row) : row)),
    on<FailureRecord, typeof Failed>(Failed, (row, event) => failed(row, slug, event)),
  ];
}

type FailedEvent = StoredEvent<Static<Step['events']['Failed']['schema']>>;

/** Times are those of the same failure: another one begins anew. */
function failed(row: FailureRecord | undefined, step: string, event: FailedEvent): FailureRecord {
  const { attempt, error } = event.data;
  const { code, kind, detail } = error;
  // Both are there until the document is erased, which takes the row away.
  const { message, signature } = { message: error.message ?? '', signature: error.signature ?? '' };
  const before = row?.signature === signature ? row.failedAt : [];
  return {
    id: event.stream.slice('document-'.length),
    step,
    attempt,
    failures: (row?.step === step ? row.failures : 0) + 1,
    code,
    kind,
    message,
    detail,
    signature,
    group: groupOf(signature),
    state: 'deciding',
    retry: null,
    failedAt: [...before, event.storedAt],
    firstFailedAt: before[0] ?? event.storedAt,
    lastFailedAt: event.storedAt,
    position: event.position,
    bulk: row?.bulk ?? null,
    revision: 0,
  };
}

/** What the retry policy and administrators decide. */
const decisions: Fold<FailureRecord>[] = [
  on<FailureRecord, typeof StepRetryScheduled>(StepRetryScheduled, (row, { data }) => {
    if (!isAt(row, data.step)) return row;
    const retry = { dueAt: data.dueAt, attempt: data.retry + 1, attempts: data.retries + 1 };
    return { ...row, state: 'retrying', retry };
  }),
  on<FailureRecord, typeof StepRetryRequested>(StepRetryRequested, (row, { data, metadata }) => {
    if (!isAt(row, data.step)) return row;
    const bulk = metadata.command === RETRY_GROUP ? metadata.correlation : row.bulk;
    return { ...row, state: 'retrying', retry: null, bulk };
  }),
  on<FailureRecord, typeof StepGivenUp>(StepGivenUp, (row, { data }) =>
    isAt(row, data.step) ? { ...row, state: 'failed', retry: null } : row,
  ),
  on<FailureRecord, typeof StepSkipped>(StepSkipped, (row, { data }) =>
    isAt(row, data.step) ? closed(row) : row,
  ),
  ...[DocumentCancelled, DocumentCompleted, ReprocessingRequested].map((event) =>
    on<FailureRecord, EventDefinition>(event, (row) => row && closed(row)),
  ),
];

/** The command that retries every document of a group; its correlation is the bulk's id. */
export const RETRY_GROUP = 'retry group';

function isAt(row: FailureRecord | undefined, step: string): row is FailureRecord {
  return row !== undefined && row.step === step && row.state !== 'closed';
}

const closed = (row: FailureRecord): FailureRecord => ({ ...row, state: 'closed', retry: null });
