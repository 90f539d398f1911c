import { sql } from 'drizzle-orm';
import { bigint, index, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { DocumentErased } from '../../shared/erased.ts';
import { documentOf, type StoredEvent } from '../../shared/event.ts';
import { on, type Projection } from '../../shared/projection.ts';
import { DocumentReceived } from '../receive-document/events.ts';
import {
  DOCUMENT_CLOCK,
  stateOf,
  type Clock,
  type Promised,
  type SlaState,
} from './clocks/clock.ts';
import { slaTallies } from './figures/tallies.ts';
import { current, type Tracking, type TrackingFold } from './clocks/tracking.ts';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

export const slaTable = (name: string) =>
  pgTable(
    name,
    {
      id: uuid().primaryKey(),
      source: text(),
      label: text(),
      run: integer().notNull(),
      promises: jsonb().$type<Promised[]>().notNull(),
      clocks: jsonb().$type<Clock[]>().notNull(),
      /** Of the whole document, in its current run. */
      state: text().$type<SlaState>(),
      startedAt: time('started_at').notNull(),
      dueAt: time('due_at'),
      endedAt: time('ended_at'),
      /** The document's one timer: the earliest warning or breach that is to be said. */
      nextDueAt: time('next_due_at'),
      revision: bigint({ mode: 'number' }).notNull(),
    },
    (table) => [
      index(`${name}_next_due`)
        .on(table.nextDueAt, table.id)
        .where(sql`next_due_at IS NOT NULL`),
      index(`${name}_state`).on(table.state, table.dueAt, table.id),
      index(`${name}_revision`).on(table.revision),
    ],
  );

export const SLA_TRACKING = 'sla-tracking';
export const slaTracking = slaTable('sla_tracking');
export type SlaRow = typeof slaTracking.$inferSelect;

/** A row a document: its clocks, how its promise stands, and when there is something to say next. */
export function slaProjection({ events, evolve }: TrackingFold): Projection<SlaRow> {
  return {
    name: SLA_TRACKING,
    tableName: 'sla_tracking',
    table: slaTable,
    live: true,
    tallies: slaTallies,
    folds: events.map((event) =>
      on<SlaRow, typeof event>(event, (row, told) => toRow(row, evolve(row, told), told)),
    ),
  };
}

function toRow(
  row: SlaRow | undefined,
  tracking: Tracking | undefined,
  event: StoredEvent,
): SlaRow | undefined {
  const whole = tracking && current(tracking).find(({ name }) => name === DOCUMENT_CLOCK);
  if (!tracking || !whole) return undefined;
  // Figures stay when the document is erased, words of its sender do not.
  const { source, label } = DocumentErased.is(event) ? NO_WORDS : (row ?? uploadOf(event));
  const { run, promises, clocks } = tracking;
  return {
    id: row?.id ?? documentOf(event.stream) ?? event.stream,
    source,
    label,
    run,
    promises,
    clocks,
    state: stateOf(whole),
    startedAt: new Date(whole.startedAt ?? 0),
    dueAt: dateOf(whole.dueAt),
    endedAt: dateOf(whole.endedAt),
    nextDueAt: dateOf(nextDue(clocks)),
    revision: 0,
  };
}

const NO_WORDS = { source: null, label: null };

function uploadOf(event: StoredEvent) {
  return DocumentReceived.is(event) ? event.data : NO_WORDS;
}

const dateOf = (at: number | null): Date | null => (at === null ? null : new Date(at));

/** When there is something to say next; null when there is nothing any more. */
function nextDue(clocks: readonly Clock[]): number | null {
  const times = clocks.flatMap(({ pending }) => pending.map(({ dueAt }) => dueAt));
  return times.length === 0 ? null : Math.min(...times);
}
