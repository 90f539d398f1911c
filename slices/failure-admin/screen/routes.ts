import { Type } from 'typebox';
import type { App } from '../../../shared/web/server.ts';
import { Group } from '../groups/routes.ts';
import type { Mark } from '../groups/read-model.ts';
import { badRequest } from '../../../shared/web/problem.ts';
import type { GroupQueries } from './group-queries.ts';
import { GroupJson, toGroupJson } from './groups-json.ts';
import { overviewHref, parseCursor, tabs } from './overview-view.ts';
import type { Screens } from './screens.ts';

const Tab = Type.Unsafe<Mark>(Type.String({ enum: [...tabs], default: 'open' }));
const After = Type.Optional(Type.String({ description: 'sent by pages, of no meaning here' }));
const Before = Type.Optional(Type.String({ maxLength: 40 }));
const OfTab = Type.Object({ tab: Tab, before: Before, after: After });
const OfGroup = Type.Object({ group: Group });
const OfDocuments = Type.Object({
  show: Type.Unsafe<'open' | 'closed'>(Type.String({ enum: ['open', 'closed'], default: 'open' })),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  after: After,
});
const OfDocument = Type.Object({ id: Type.String({ format: 'uuid' }) });

interface Asked<Query> {
  query: Query;
  principal: { role: string };
}
const acts = ({ principal }: Asked<unknown>): boolean => principal.role === 'admin';
const ofTab = (request: Asked<{ tab: Mark; before?: string }>) => ({
  acts: acts(request),
  tab: request.query.tab,
  before: parseCursor(request.query.before),
});
const ofGroup = (
  request: Asked<{ show: 'open' | 'closed'; before?: number }> & { params: { group: string } },
) => ({
  acts: acts(request),
  group: request.params.group,
  shown: request.query.show,
  before: request.query.before ?? null,
});

/** The pages of failures, live, and the groups as JSON. */
export function screenRoutes(app: App, screens: Screens, queries: GroupQueries): void {
  const page = { active: 'failures', live: true };

  app.get('/failures', { schema: { hide: true, querystring: OfTab } }, async (request, reply) => {
    const failures = await screens.readers.overview(ofTab(request));
    reply.header('cache-control', 'no-store');
    return reply.view('slices/failure-admin/screen/overview.njk', {
      ...page,
      title: 'Failures',
      failures,
    });
  });

  app.get(
    '/failures/stream',
    {
      schema: {
        summary: 'The failures page as it changes (server-sent events)',
        querystring: OfTab,
      },
    },
    async (request, reply) => screens.overview.open(ofTab(request), request, reply),
  );

  app.get(
    '/failures/:group',
    { schema: { hide: true, params: OfGroup, querystring: OfDocuments } },
    async (request, reply) => {
      const group = await screens.readers.group(ofGroup(request));
      reply.header('cache-control', 'no-store');
      return reply.view('slices/failure-admin/screen/group.njk', {
        ...page,
        title: group.title,
        group,
      });
    },
  );

  app.get(
    '/failures/:group/stream',
    {
      schema: {
        summary: 'The page of a group of failures as it changes (server-sent events)',
        params: OfGroup,
        querystring: OfDocuments,
      },
    },
    async (request, reply) => screens.group.open(ofGroup(request), request, reply),
  );

  app.get(
    '/failures/documents/:id',
    { schema: { hide: true, params: OfDocument } },
    async (request, reply) => {
      const doc = await screens.readDocument({ id: request.params.id, acts: acts(request) });
      reply.header('cache-control', 'no-store');
      return reply.view('slices/failure-admin/screen/document.njk', {
        ...page,
        title: doc.fileName,
        doc,
      });
    },
  );

  app.get(
    '/failures/documents/:id/stream',
    {
      schema: {
        summary: 'The page of the failure of a document as it changes (server-sent events)',
        params: OfDocument,
      },
    },
    async (request, reply) => {
      const query = { id: request.params.id, acts: acts(request) };
      await screens.readDocument(query);
      screens.document.open(query, request, reply);
    },
  );

  app.get(
    '/api/failures',
    {
      schema: {
        summary: 'Groups of like failures, those that began last first',
        querystring: Type.Object({
          state: Tab,
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
          cursor: Type.Optional(Type.String({ description: 'nextCursor of the page before' })),
        }),
        response: {
          200: Type.Object({
            groups: Type.Array(GroupJson),
            nextCursor: Type.Union([Type.String(), Type.Null()]),
          }),
        },
      },
    },
    async ({ query: { state, limit, cursor } }) => {
      const before = parseCursor(cursor);
      if (cursor !== undefined && before === null) throw foreignCursor();
      const { groups, hasMore } = await queries.page(state, before, limit);
      const last = groups.at(-1);
      const next = last && new URLSearchParams(overviewHref({ tab: state, before: last }, ''));
      return {
        groups: groups.map(toGroupJson),
        nextCursor: hasMore ? (next?.get('before') ?? null) : null,
      };
    },
  );
}

const foreignCursor = () =>
  badRequest(
    'The cursor is not one this server gave. Pass nextCursor as it came, or leave it out.',
  );
