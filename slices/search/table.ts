import {
  customType,
  date,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });
const amount = () => numeric({ precision: 20, scale: 2 });

/** What is known of a document beside its text. */
export interface Facts {
  fileName: string;
  title: string | null;
  /** ISO 639-1. */
  language: string | null;
  kind: string | null;
  format: string | null;
  source: string | null;
  label: string | null;
  /** ISO 8601. */
  receivedAt: string;
  fields: { name: string; value: string }[];
}

/**
 * The index that documents are found by. Part 0 of a document holds its facts, the others a piece of
 * its text each: PostgreSQL holds no more than 16,383 places in one tsvector.
 */
export const searchTable = (name: string) =>
  pgTable(
    name,
    {
      id: uuid().notNull(),
      part: integer().notNull(),
      facts: jsonb().$type<Facts>(),
      body: text().notNull(),
      words: tsvector().notNull(),
      /** Names as people remember them, for finding them in spite of typing errors. */
      names: text(),
      total: amount(),
      net: amount(),
      tax: amount(),
      /** The document's own date, or the day it was received. */
      day: date(),
      due: date(),
      received: date(),
    },
    (table) => [primaryKey({ columns: [table.id, table.part] })],
  );

export type SearchPart = ReturnType<typeof searchTable>['$inferSelect'];
