import type { Logger } from 'pino';
import type { Environment } from 'nunjucks';
import type { Database } from '../../shared/database.ts';
import type { EventStreams } from '../../shared/live/event-stream.ts';
import { createLiveTable } from '../../shared/live/live-table.ts';
import { PARKED_STREAMS } from '../../shared/parked-streams.ts';
import type { Slice } from '../../shared/slice.ts';
import { PROGRESS_PREFIX, type ProgressBoard } from '../../shared/steps/progress.ts';
import type { Step } from '../../shared/steps/step.ts';
import { createSnippets } from '../search/search.contract.ts';
import { createBoardQueries, toBoardRow } from './queries.ts';
import { BOARD, boardProjection, type BoardRecord } from './read-model.ts';
import { boardRoutes } from './routes.ts';
import { rowView } from './row-view.ts';

export interface BoardDependencies {
  steps: readonly Step[];
  database: Database;
  progress: ProgressBoard;
  templates: Environment;
  streams: EventStreams;
  log: Logger;
}

/** Every document in one table that moves under the eyes of whoever looks. */
export function documentBoard(dependencies: BoardDependencies): Slice {
  const { steps, database, progress, templates, streams, log } = dependencies;
  const queries = createBoardQueries(database);
  const snippetsOf = createSnippets(database);
  const titles = new Map(steps.map((step) => [step.slug, step.title]));

  /** Rows come with their progress, so that a row told for another reason does not lose it. */
  const withProgress = async (records: BoardRecord[]) => {
    if (records.length === 0) return [];
    const [running, stuck] = await Promise.all([
      progress.of(records.map(({ id }) => id)),
      queries.stuck(),
    ]);
    return records.map((record) => ({
      ...record,
      progress: running.get(record.id) ?? null,
      isStuck: stuck.has(record.id),
    }));
  };

  const live = createLiveTable(
    {
      newest: queries.newest,
      changedSince: async (revision, limit) =>
        withProgress(await queries.changedSince(revision, limit)),
      withProgress: async (documents) =>
        withProgress(await queries.byIds(documents ?? (await progress.active()))),
      render: (row) =>
        templates.render('slices/document-board/row.njk', {
          row: rowView(toBoardRow(row), titles, row.progress, new Date(), row.isStuck),
        }),
      counts: async () => ({ ...(await queries.counts()), stuck: (await queries.stuck()).size }),
    },
    { streams, log },
  );

  let stuck: ReadonlySet<string> = new Set();
  /** Marks the rows that became stuck, and takes the mark from those that no longer are. */
  async function tellStuck(): Promise<void> {
    const before = stuck;
    stuck = await queries.stuck();
    new Set([...before, ...stuck]).forEach(live.progressed);
    live.recount();
  }

  return {
    name: 'document-board',
    summary: 'Shows every document, live, with filters, search and paging.',
    projections: [boardProjection(steps)],
    screens: [
      { name: 'Board', url: '/', shows: [BOARD, 'document-search'], offers: ['receive documents'] },
      { name: 'Document list (API)', url: '/api/documents', shows: [BOARD, 'document-search'] },
    ],
    routes: (app) => boardRoutes(app, { queries, snippetsOf, titles, progress, live }),
    onLive(told) {
      if (told === BOARD) live.changed();
      else if (told === PARKED_STREAMS)
        tellStuck().catch((error: unknown) => log.warn({ err: error }, 'stuck rows not told'));
      else if (told.startsWith(PROGRESS_PREFIX))
        live.progressed(told.slice(PROGRESS_PREFIX.length));
    },
    stop: live.stop,
  };
}
