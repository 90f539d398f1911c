import { Type } from 'typebox';
import type { LiveTable } from '../../shared/live/live-table.ts';
import type { ProgressBoard } from '../../shared/steps/progress.ts';
import { badRequest } from '../../shared/web/problem.ts';
import type { App } from '../../shared/web/server.ts';
import {
  documentStatuses,
  fieldLabel,
  type DocumentStatus,
  type StepTitles,
} from './board-row.contract.ts';
import { readSearch, type Search, type SnippetsOf } from '../search/search.contract.ts';
import { NOT_DUE, slaStates, type SlaState } from '../sla-tracking/document-sla.contract.ts';
import { boardPageView } from './board-view.ts';
import { DocumentJson, toDocumentJson } from './document.contract.ts';
import { toBoardRow, type BoardQueries, type BoardSort, type Edge } from './queries.ts';
import type { BoardRecord } from './read-model.ts';

const PAGE_ROWS = 50;
const MOST_NEWS = 100;

/** A form sends an empty field where nothing was chosen. */
const Status = Type.Unsafe<DocumentStatus | ''>(Type.String({ enum: [...documentStatuses, ''] }));
const Query = Type.String({ maxLength: 200 });
const Sla = Type.Unsafe<SlaState | ''>(Type.String({ enum: [...slaStates, ''] }));
const Sort = Type.Unsafe<BoardSort | ''>(Type.String({ enum: ['newest', 'due', ''] }));
const Position = Type.Integer({ minimum: 1 });

interface BoardRoutesDependencies {
  queries: BoardQueries;
  snippetsOf: SnippetsOf;
  titles: StepTitles;
  progress: ProgressBoard;
  live: LiveTable;
}

export function boardRoutes(
  app: App,
  { queries, snippetsOf, titles, progress, live }: BoardRoutesDependencies,
): void {
  const boardQuery = Type.Object({
    status: Type.Optional(Status),
    sla: Type.Optional(Sla),
    sort: Type.Optional(Sort),
    q: Type.Optional(Query),
    before: Type.Optional(Position),
    after: Type.Optional(Position),
    due: Type.Optional(Type.Integer({ minimum: 0, description: 'of the document at that end' })),
  });

  app.get('/', { schema: { querystring: boardQuery, hide: true } }, async (request, reply) => {
    const { status, sla, q = '', before, after, due } = request.query;
    const filter = { status: status || null, sla: sla || null, search: searchOf(q), owner: null };
    const sort = request.query.sort || 'newest';
    // Before the rows: what changes in between is then sent twice, never lost.
    const { revision, position } = await queries.newest();
    const [page, counts, stuck] = await Promise.all([
      queries.page(filter, edge(sort, request.query), PAGE_ROWS),
      queries.counts(),
      queries.stuck(),
    ]);
    const [snippets, running] = await Promise.all([
      filter.search ? snippetsOf(filter.search, page.records.map(toFound)) : new Map(),
      progress.of(page.records.map(({ id }) => id)),
    ]);
    const board = boardPageView({
      query: {
        status: filter.status,
        sla: filter.sla,
        sort,
        q: q.trim(),
        before: before ?? null,
        after: after ?? null,
        due: due ?? null,
      },
      hints: filter.search?.hints ?? [],
      isForgiving: page.isForgiving,
      snippets,
      rows: page.records.map(toBoardRow),
      hasOlder: page.hasOlder,
      hasNewer: page.hasNewer,
      counts,
      revision,
      position,
      titles,
      progress: running,
      stuck,
      now: new Date(),
      canUpload: ['operator', 'admin'].includes(request.principal.role),
    });
    reply.header('cache-control', 'no-store');
    return reply.view('slices/document-board/page.njk', {
      title: 'Board',
      active: 'board',
      live: true,
      board,
    });
  });

  app.get(
    '/documents/news',
    {
      schema: {
        hide: true,
        querystring: Type.Object({
          status: Type.Optional(Status),
          sla: Type.Optional(Sla),
          q: Type.Optional(Query),
          after: Type.Integer({ minimum: 0 }),
        }),
        response: { 200: Type.Object({ count: Type.Integer() }) },
      },
    },
    async (request, reply) => {
      const { status, sla, q = '', after } = request.query;
      const filter = {
        status: status || null,
        sla: sla || null,
        search: searchOf(q),
        owner: null,
      };
      reply.header('cache-control', 'no-store');
      return { count: await queries.countAfter(filter, after, MOST_NEWS) };
    },
  );

  app.get(
    '/documents/stream',
    {
      schema: {
        summary: 'Rows of the board as they change (server-sent events)',
        querystring: Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0 })) }),
      },
    },
    async (request, reply) => {
      await live.open(request, reply);
    },
  );

  app.get(
    '/api/documents',
    {
      schema: {
        summary: 'Documents, newest first, or those that are due first',
        querystring: Type.Object({
          status: Type.Optional(Status),
          sla: Type.Optional(Sla),
          sort: Type.Optional(Sort),
          q: Type.Optional(Query),
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
          cursor: Type.Optional(Type.String({ description: 'nextCursor of the page before' })),
        }),
        response: {
          200: Type.Object({
            documents: Type.Array(DocumentJson),
            nextCursor: Type.Union([Type.String(), Type.Null()]),
          }),
        },
      },
    },
    async (request) => {
      const { status, sla, q = '', limit, cursor } = request.query;
      const sort = request.query.sort || 'newest';
      const owner = request.principal.role === 'uploader' ? request.actor : null;
      const filter = { status: status || null, sla: sla || null, search: searchOf(q), owner };
      const page = await queries.page(filter, fromCursor(cursor, sort), limit);
      const now = new Date();
      const last = page.records.at(-1);
      return {
        documents: page.records.map((record) => toDocumentJson(record, now)),
        nextCursor: page.hasOlder && last ? toCursor(last, sort) : null,
      };
    },
  );
}

function searchOf(q: string): Search | null {
  return q.trim() === '' ? null : readSearch(q.trim());
}

/** Where the text has nothing of it, what was searched for may stand in a title or a field. */
function toFound({ id, language, title, fields }: BoardRecord) {
  const found = fields.map(({ name, value }) => `${fieldLabel(name)}: ${value}`);
  return { id, language, lines: [title ?? '', ...found] };
}

function edge(
  sort: BoardSort,
  { before, after, due }: { before?: number; after?: number; due?: number },
): Edge {
  return {
    sort,
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
    due: due ?? NOT_DUE,
  };
}

/** Cursors are opaque to clients, so that they may come to hold something else. */
function toCursor({ position, slaOrder }: BoardRecord, sort: BoardSort): string {
  const keys = sort === 'due' ? `${position} ${slaOrder}` : String(position);
  return Buffer.from(keys).toString('base64url');
}

function fromCursor(cursor: string | undefined, sort: BoardSort): Edge {
  if (cursor === undefined) return { sort };
  const keys = Buffer.from(cursor, 'base64url').toString().split(' ').map(Number);
  const [position = 0, due = NOT_DUE] = keys;
  const isOurs = keys.length === (sort === 'due' ? 2 : 1) && keys.every(Number.isSafeInteger);
  if (!isOurs || position < 1) {
    throw badRequest(
      'The cursor is not one this server gave for this order. Pass nextCursor as it came, or leave it out.',
    );
  }
  return { sort, before: position, due };
}
