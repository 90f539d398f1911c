import { drizzle } from 'drizzle-orm/postgres-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillBoard } from '../../tests/bench/filled-board.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/database.ts';
import { connect, openDatabase, type Database } from '../../shared/database.ts';
import { readSearch } from '../search/search.contract.ts';
import { createBoardQueries, type BoardFilter } from './queries.ts';

const DOCUMENTS = 20_000;
const PAGE = 50;
/** Rows and entries of indexes: what a page shows, and what is looked through for it. */
const MOST_READ = 4_000;

let test: TestDatabase;
/** One connection for each of its two pools, so that its readings are known. */
let database: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  await fillBoard(test.database.sql, DOCUMENTS);
  database = openDatabase(test.url, { max: 1 });
}, 120_000);
afterAll(async () => {
  await database.close();
  await test.drop();
});

/** How many rows, and entries of indexes, PostgreSQL has read of the board's and the search's tables. */
async function readings(): Promise<number> {
  await Promise.all([
    database.sql`SELECT pg_stat_force_next_flush()`,
    database.db.execute('SELECT pg_stat_force_next_flush()'),
  ]);
  const [row] = await test.database.sql<{ read: number }[]>`
    SELECT (
      (SELECT sum(seq_tup_read) FROM pg_stat_user_tables
       WHERE relname IN ('document_board', 'document_search', 'document_counts')) +
      (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes
       WHERE relname IN ('document_board', 'document_search', 'document_counts')))::float8 AS read`;
  return row?.read ?? NaN;
}

async function readFor(ask: () => Promise<unknown>): Promise<number> {
  const before = await readings();
  await ask();
  return (await readings()) - before;
}

const all: BoardFilter = { status: null, sla: null, search: null, owner: null };
const search = (q: string): BoardFilter => ({ ...all, search: readSearch(q) });

describe(`of ${DOCUMENTS} documents, little is read`, () => {
  it.each<[string, BoardFilter, number]>([
    ['the first page', all, PAGE],
    ['those that have failed', { ...all, status: 'failed' }, PAGE],
    ['a word that one has', search('"customer42"'), 1],
    ['a word that one in a thousand has', search('"branch7"'), DOCUMENTS / 1_000],
    ['a word that one in nine begins with', search('branch7'), PAGE],
    ['a word that all have', search('ostermann'), PAGE],
    ['a word that nobody has', search('customer999999'), 0],
    ['a word that all have beside one that one has', search('ostermann "customer42"'), 1],
    ['a word that all have beside one that few begin with', search('ostermann customer42'), PAGE],
    ['words that all have beside a rare one', search('note "branch7" delivery'), DOCUMENTS / 1_000],
  ])('for %s', async (_, filter, found) => {
    const queries = createBoardQueries(database);
    let count = NaN;
    const read = await readFor(async () => {
      count = (await queries.page(filter, {}, PAGE)).records.length;
    });
    expect(count).toBe(found);
    expect(read).toBeLessThan(MOST_READ);
  });

  it.each<[string, BoardFilter, number]>([
    ['the first page', all, 1],
    // How far the documents next to the edge reach, and those of them that have the word.
    ['a word that all have', search('ostermann'), 2],
  ])('by few questions, for %s', async (_, filter, most) => {
    const questions: string[] = [];
    const options = { max: 1, debug: (_connection: number, text: string) => questions.push(text) };
    const [pooled, sql] = [connect(test.url, options), connect(test.url, options)];
    const queries = createBoardQueries({ db: drizzle(pooled), sql, close: async () => {} });
    // The first questions of a connection ask for the types of the database.
    await Promise.all([queries.page(filter, {}, PAGE), queries.counts()]);
    questions.length = 0;
    await queries.page(filter, {}, PAGE);
    await queries.counts();
    expect(questions.length).toBeLessThanOrEqual(most + 1);
    await Promise.all([pooled.end(), sql.end()]);
  });

  it('for how many there are in each state', async () => {
    const queries = createBoardQueries(database);
    let counts: Record<string, number> = {};
    expect(await readFor(async () => (counts = await queries.counts()))).toBeLessThan(20);
    expect(counts).toMatchObject({ all: DOCUMENTS, failed: DOCUMENTS / 50 });
  });
});
