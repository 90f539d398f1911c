import type { Sql } from 'postgres';
import { openDatabase, type Database } from '../../shared/database.ts';
import { createTemplates } from '../../shared/web/templates.ts';
import { toBoardRow } from '../../slices/document-board/queries.ts';
import { board as boardRows } from '../../slices/document-board/read-model.ts';
import { rowView } from '../../slices/document-board/row-view.ts';
import { desc, sql as fragment, type SQL } from 'drizzle-orm';
import { load, OURS, type Bench, type BenchCase, type Sample } from './bench.ts';
import { fillBoard } from './filled-board.ts';
import { ask, serve } from './served.ts';

const LIMIT = 'SQL and template';
const ROWS = 51;

/** A page, and the least that must be asked for it. */
const pages: readonly { name: string; path: string; where: SQL }[] = [
  { name: 'first page', path: '/', where: fragment`true` },
  { name: 'failed ones', path: '/?status=failed', where: fragment`status = 'failed'` },
  {
    name: 'search, one is found',
    path: '/?q=%22customer42%22',
    where: fragment`id IN (SELECT id FROM document_search WHERE words @@ 'customer42'::tsquery)`,
  },
  {
    name: 'search, one in a thousand is found',
    path: '/?q=%22branch7%22',
    where: fragment`id IN (SELECT id FROM document_search WHERE words @@ 'branch7'::tsquery)`,
  },
  {
    name: 'search, all are found',
    path: '/?q=ostermann',
    where: fragment`EXISTS (SELECT FROM document_search s
      WHERE s.id = document_board.id AND words @@ 'ostermann'::tsquery)`,
  },
];

export const board: Bench = {
  about: 'milliseconds until a page of the board has come, among a million documents',
  async open(workbench) {
    const documents = workbench.count(1_000_000);
    const url = await workbench.createDatabase();
    const database = openDatabase(url);
    workbench.after(database.close);
    await fillBoard(database.sql, documents);
    const served = await serve(workbench, url, 'operator');
    const how = { callers: 1, seconds: workbench.seconds };
    return pages.map(({ name, path, where }): BenchCase => {
      const bare = barePage(database, where);
      return {
        name: `${name}, ${documents} documents`,
        unit: 'pages/s',
        contenders: [
          { name: OURS, run: () => counted(database.sql, how, () => ask(served, path)) },
          { name: LIMIT, run: () => load(how, bare) },
        ],
        marks: [
          { figure: 'p99', beside: LIMIT, most: 3 },
          { figure: 'table scans', beside: null, most: 0 },
          { figure: 'entries read a page', beside: null, most: 10_000 },
        ],
      };
    });
  },
};

/** The rows of one query through the template of rows, in this process. */
function barePage({ db }: Database, where: SQL): () => Promise<void> {
  const templates = createTemplates();
  const titles = new Map<string, string>();
  return async () => {
    const rows = await db
      .select()
      .from(boardRows)
      .where(where)
      .orderBy(desc(boardRows.position))
      .limit(ROWS);
    for (const record of rows) {
      const row = rowView(toBoardRow(record), titles, null, new Date());
      templates.render('slices/document-board/row.njk', { row });
    }
  };
}

/** Loads, and counts what PostgreSQL read for it: scans of the two tables, entries of their indexes. */
async function counted(
  sql: Sql,
  how: Parameters<typeof load>[0],
  operation: () => Promise<void>,
): Promise<Sample> {
  const before = await readings(sql);
  const sample = await load(how, operation);
  const after = await readings(sql);
  const entries = (after.entries - before.entries) / sample.latencies.length;
  const others = { 'table scans': after.scans - before.scans, 'entries read a page': entries };
  return { ...sample, others };
}

async function readings(sql: Sql): Promise<{ scans: number; entries: number }> {
  // A process tells its figures at most once a second; the server's connections idle by then.
  await sql`SELECT pg_sleep(1.5), pg_stat_force_next_flush()`;
  const [row] = await sql<{ scans: number; entries: number }[]>`
    SELECT (SELECT sum(seq_scan)::float8 FROM pg_stat_user_tables
            WHERE relname IN ('document_board', 'document_search')) AS scans,
      (SELECT sum(idx_tup_read)::float8 FROM pg_stat_user_indexes
       WHERE relname IN ('document_board', 'document_search')) AS entries`;
  return row ?? { scans: 0, entries: 0 };
}
