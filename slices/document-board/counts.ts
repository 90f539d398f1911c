import { bigint, pgTable, text } from 'drizzle-orm/pg-core';
import type { Tally } from '../../shared/tally.ts';
import type { BoardRecord } from './read-model.ts';

/**
 * How many documents are in a state, of their way through the steps or of what was promised: every
 * page shows it, and every browser is told again and again while documents move.
 */
export const documentCounts: Tally<BoardRecord> = {
  tableName: 'document_counts',
  table: (name) =>
    pgTable(name, {
      state: text().primaryKey(),
      count: bigint({ mode: 'number' }).notNull(),
    }),
  of: ({ status, slaState }) => [
    { state: status },
    ...(slaState === null ? [] : [{ state: slaState }]),
  ],
};
