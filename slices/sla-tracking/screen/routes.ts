import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { StepTitles } from '../../document-board/board-row.contract.ts';
import type { App } from '../../../shared/web/server.ts';
import { periodAt, periods, type PeriodName } from '../figures/period.ts';
import { breachesCsv, figuresCsv } from './export-csv.ts';
import { SlaFigures, toFiguresJson } from './json.ts';
import type { OpenQueries } from './open-queries.ts';
import { overviewView } from './overview-view.ts';
import type { OverviewQuery, OverviewReader } from './readers.ts';
import type { OverviewScreen } from './screen.ts';

const Chosen = Type.Object({
  period: Type.Unsafe<PeriodName>(Type.String({ enum: [...periods], default: '24h' })),
  target: Type.Optional(Type.String({ maxLength: 100, description: 'its name; left out: all' })),
  after: Type.Optional(Type.String({ description: 'sent by pages, of no meaning here' })),
});

const chosen = ({ query }: { query: { period: PeriodName; target?: string } }): OverviewQuery => ({
  period: query.period,
  target: query.target ?? null,
});

/** The SLA page, live, and its figures for programs and spreadsheets. */
export function overviewRoutes(
  app: App,
  parts: { read: OverviewReader; screen: OverviewScreen; open: OpenQueries; titles: StepTitles },
): void {
  const { read, screen, open, titles } = parts;

  app.get('/sla', { schema: { hide: true, querystring: Chosen } }, async (request, reply) => {
    const sla = overviewView(await read(chosen(request)));
    reply.header('cache-control', 'no-store');
    return reply.view('slices/sla-tracking/screen/overview.njk', {
      title: 'Service levels',
      active: 'sla',
      live: true,
      sla,
    });
  });

  app.get(
    '/sla/stream',
    {
      schema: {
        summary: 'The page of service levels as it changes (server-sent events)',
        querystring: Chosen,
      },
    },
    async (request, reply) => screen.open(chosen(request), request, reply),
  );

  app.get(
    '/api/sla',
    {
      schema: {
        summary: 'How promised times are kept: shares, percentiles, throughput, what is at risk',
        querystring: Chosen,
        response: { 200: SlaFigures },
      },
    },
    async (request) => toFiguresJson(await read(chosen(request))),
  );

  app.get(
    '/sla/figures.csv',
    { schema: { hide: true, querystring: Chosen } },
    async (request, reply) => {
      const { figures } = await read(chosen(request));
      return attach(reply, `sla-${figures.period.name}.csv`).send(figuresCsv(figures));
    },
  );

  app.get(
    '/sla/breaches.csv',
    { schema: { hide: true, querystring: Chosen } },
    async (request, reply) => {
      const period = periodAt(request.query.period, new Date());
      return attach(reply, `breaches-${period.name}.csv`).send(
        Readable.from(breachesCsv(open, period, titles)),
      );
    },
  );
}

function attach<R extends { type(type: string): R; header(name: string, value: string): R }>(
  reply: R,
  fileName: string,
): R {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${fileName}"`);
}
