import { sql } from 'drizzle-orm';
import {
  bigint,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { EventDefinition, StoredEvent } from '../../shared/event.ts';
import { dropWhenErased } from '../../shared/erased.ts';
import { on, type Fold, type Projection } from '../../shared/projection.ts';
import type { Step } from '../../shared/steps/step.ts';
import { classificationEvents } from '../classification/events.ts';
import { inspectionEvents } from '../inspection/events.ts';
import {
  DocumentCancelled,
  ReprocessingRequested,
  StepRetryRequested,
  StepSkipped,
} from '../failure-admin/events.ts';
import { DocumentCompleted } from '../pipeline/events.ts';
import { DocumentReceived } from '../receive-document/events.ts';
import { StepGivenUp, StepRetryScheduled } from '../retry-policy/events.ts';
import { withoutSla, type SlaState } from '../sla-tracking/document-sla.contract.ts';
import { textExtractionEvents } from '../text-extraction/events.ts';
import type { DocumentStatus, RowError, RowRetry } from './board-row.contract.ts';
import { documentCounts } from './counts.ts';
import { endSla, nextSla, slaFolds } from './sla-folds.ts';

/** A field as the contract names it. */
export interface BoardField {
  name: string;
  value: string;
  page: number | null;
  source: string;
}

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

export const boardTable = (name: string) =>
  pgTable(
    name,
    {
      id: uuid().primaryKey(),
      position: bigint({ mode: 'number' }).notNull(),
      owner: text().notNull(),
      fileName: text('file_name').notNull(),
      bytes: bigint({ mode: 'number' }).notNull(),
      mediaType: text('media_type'),
      kind: text(),
      language: text(),
      title: text(),
      fields: jsonb().$type<BoardField[]>().notNull(),
      pages: integer(),
      status: text().$type<DocumentStatus>().notNull(),
      step: text(),
      plan: text().array().notNull(),
      done: text().array().notNull(),
      attempts: integer().notNull(),
      error: jsonb().$type<RowError>(),
      retry: jsonb().$type<RowRetry>(),
      duplicateOf: uuid('duplicate_of'),
      slaRun: integer('sla_run').notNull(),
      slaState: text('sla_state').$type<SlaState>(),
      slaDueAt: time('sla_due_at'),
      slaOrder: bigint('sla_order', { mode: 'number' }).notNull(),
      receivedAt: time('received_at').notNull(),
      updatedAt: time('updated_at').notNull(),
      endedAt: time('ended_at'),
      revision: bigint({ mode: 'number' }).notNull(),
    },
    (table) => [
      uniqueIndex(`${name}_position`).on(table.position),
      index(`${name}_status`).on(table.status, table.position),
      index(`${name}_owner`).on(table.owner, table.position),
      index(`${name}_revision`).on(table.revision),
      index(`${name}_sla`).on(table.slaState, table.position),
      index(`${name}_due`).on(table.slaOrder, sql`(-position)`),
      index(`${name}_sla_due`).on(table.slaState, table.slaOrder, sql`(-position)`),
    ],
  );

/** Stands in the rows of a document between its erasure and the next look at it. */
const ERASED = '(erased)';

export const BOARD = 'document-board';
export const board = boardTable('document_board');
export type BoardRecord = typeof board.$inferSelect;

/** The board's row of a document: received, then moved by the facts of every step of the list. */
export function boardProjection(steps: readonly Step[]): Projection<BoardRecord> {
  const ofEveryStep = steps.flatMap(stepFolds);
  const findings = [inspected, extracted, classified];
  return {
    name: BOARD,
    tableName: 'document_board',
    table: boardTable,
    live: true,
    tallies: [documentCounts],
    folds: [
      received,
      ...ofEveryStep.map((fold) => withFindings(fold, findings)),
      ...decisions,
      ...slaFolds<BoardRecord>(),
      completed,
      // It leaves: each of its addresses answers 410, so a row would lead nowhere.
      dropWhenErased(),
    ],
  };
}

const received = on<BoardRecord, typeof DocumentReceived>(DocumentReceived, (_row, event) => ({
  id: event.stream.slice('document-'.length),
  position: event.position,
  owner: event.metadata.actor,
  fileName: event.data.fileName ?? ERASED,
  bytes: event.data.bytes,
  mediaType: null,
  kind: null,
  language: null,
  title: null,
  fields: [],
  pages: null,
  status: 'received',
  step: event.data.plan[0] ?? null,
  plan: event.data.plan,
  done: [],
  attempts: 0,
  error: null,
  retry: null,
  duplicateOf: event.data.duplicateOf,
  ...withoutSla(1),
  receivedAt: event.storedAt,
  updatedAt: event.storedAt,
  endedAt: null,
  revision: 0,
}));

const completed = on<BoardRecord, typeof DocumentCompleted>(
  DocumentCompleted,
  (row, event) =>
    row && {
      ...row,
      ...endSla(row, event.storedAt, false),
      status: 'completed',
      step: null,
      endedAt: event.storedAt,
      updatedAt: event.storedAt,
    },
);

/** What the retry policy and administrators decide. */
const decisions: Fold<BoardRecord>[] = [
  on<BoardRecord, typeof StepRetryScheduled>(
    StepRetryScheduled,
    (row, { data, storedAt }) =>
      row && {
        ...row,
        status: 'retrying',
        retry: { dueAt: data.dueAt, attempt: data.retry + 1, attempts: data.retries + 1 },
        updatedAt: storedAt,
      },
  ),
  on<BoardRecord, typeof StepRetryRequested>(
    StepRetryRequested,
    (row, { data, storedAt }) =>
      row && {
        ...row,
        status: 'retrying',
        step: data.step,
        retry: null,
        endedAt: null,
        updatedAt: storedAt,
      },
  ),
  on<BoardRecord, typeof StepGivenUp>(
    StepGivenUp,
    (row, { storedAt }) =>
      row && { ...row, status: 'failed', retry: null, endedAt: storedAt, updatedAt: storedAt },
  ),
  on<BoardRecord, typeof StepSkipped>(
    StepSkipped,
    (row, event) => row && { ...finish(row, event.data.step, event), endedAt: null },
  ),
  on<BoardRecord, typeof DocumentCancelled>(
    DocumentCancelled,
    (row, { storedAt }) =>
      row && {
        ...row,
        ...endSla(row, storedAt, true),
        status: 'cancelled',
        retry: null,
        endedAt: storedAt,
        updatedAt: storedAt,
      },
  ),
  on<BoardRecord, typeof ReprocessingRequested>(
    ReprocessingRequested,
    (row, { data, storedAt }) =>
      row && {
        ...row,
        ...nextSla(row),
        status: 'processing',
        step: data.fromStep,
        done: row.done.filter((slug) => row.plan.indexOf(slug) < row.plan.indexOf(data.fromStep)),
        attempts: 0,
        error: null,
        retry: null,
        endedAt: null,
        updatedAt: storedAt,
      },
  ),
];

/** Status, current step, attempts and error follow from the four facts that every step states. */
function stepFolds(step: Step): Fold<BoardRecord>[] {
  const { Started, Finished, Failed, Interrupted } = step.events;
  return [
    on<BoardRecord, typeof Started>(
      Started,
      (row, event) =>
        row && {
          ...row,
          status: 'processing',
          step: step.slug,
          attempts: (row.step === step.slug ? row.attempts : 0) + 1,
          error: null,
          retry: null,
          endedAt: null,
          updatedAt: event.storedAt,
        },
    ),
    on<BoardRecord, EventDefinition>(
      Finished,
      (row, event) => row && finish(row, step.slug, event),
    ),
    on<BoardRecord, typeof Failed>(
      Failed,
      (row, { data, storedAt }) =>
        row && {
          ...row,
          // Not failed before somebody decides: it may be tried again.
          error: {
            code: data.error.code,
            kind: data.error.kind,
            message: data.error.message ?? ERASED,
          },
          updatedAt: storedAt,
        },
    ),
    // An attempt that its host did not survive does not count.
    on<BoardRecord, typeof Interrupted>(
      Interrupted,
      (row, event) =>
        row && {
          ...row,
          attempts: Math.max(0, row.attempts - 1),
          updatedAt: event.storedAt,
        },
    ),
  ];
}

function finish(row: BoardRecord, slug: string, event: StoredEvent): BoardRecord {
  const done = [...row.done.filter((other) => other !== slug), slug];
  const next = row.plan.find((other) => !done.includes(other)) ?? null;
  return {
    ...row,
    status: 'processing',
    done,
    step: next,
    // The last step's attempts stay: they tell whether it was easy.
    attempts: next === null ? row.attempts : 0,
    error: null,
    retry: null,
    updatedAt: event.storedAt,
  };
}

const inspected = on<BoardRecord, typeof inspectionEvents.Finished>(
  inspectionEvents.Finished,
  (row, { data }) => row && { ...row, mediaType: data.mediaType, pages: data.pages },
);

const extracted = on<BoardRecord, typeof textExtractionEvents.Finished>(
  textExtractionEvents.Finished,
  (row, { data }) => row && { ...row, pages: row.pages ?? (data.pages || null) },
);

const classified = on<BoardRecord, typeof classificationEvents.Finished>(
  classificationEvents.Finished,
  (row, { data }, blobs) =>
    row && {
      ...row,
      language: data.language,
      title: data.title,
      kind: data.kind,
      fields: fieldsOf(blobs.get(data.findings)),
    },
  (event) => [event.data.findings],
);

function fieldsOf(findings: string | undefined): BoardField[] {
  const { fields } = JSON.parse(findings ?? '{"fields":[]}') as { fields: BoardField[] };
  return fields.map(({ name, value, page, source }) => ({ name, value, page, source }));
}

/** One fold a type: what a step found is added to what its finishing changes. */
function withFindings(fold: Fold<BoardRecord>, findings: Fold<BoardRecord>[]): Fold<BoardRecord> {
  const finding = findings.find(({ event }) => event.type === fold.event.type);
  if (!finding) return fold;
  return {
    ...finding,
    apply: (row, event, blobs) => finding.apply(fold.apply(row, event, blobs), event, blobs),
  };
}
