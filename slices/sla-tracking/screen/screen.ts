import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from 'nunjucks';
import type { Logger } from 'pino';
import type { EventStreams } from '../../../shared/live/event-stream.ts';
import { createLivePage } from '../../../shared/live/live-page.ts';
import { SLA_TRACKING } from '../read-model.ts';
import { overviewView } from './overview-view.ts';
import type { OverviewQuery, OverviewReader } from './readers.ts';

/** The SLA page of whoever looks at it. */
export interface OverviewScreen {
  open(query: OverviewQuery, request: FastifyRequest, reply: FastifyReply): void;
  onLive(told: string): void;
  stop(): void;
}

/** However many documents move, it is rendered so often at the most. */
const REST_MS = 500;
/** Hours end by themselves. */
const REFRESH_MS = 30_000;

export function createOverviewScreen(dependencies: {
  read: OverviewReader;
  counts: () => Promise<unknown>;
  templates: Environment;
  streams: EventStreams;
  log: Logger;
}): OverviewScreen {
  const { read, templates, ...rest } = dependencies;
  const page = createLivePage({
    render: async (key) =>
      templates.render('slices/sla-tracking/screen/overview-body.njk', {
        sla: overviewView(await read(JSON.parse(key) as OverviewQuery)),
      }),
    restMs: REST_MS,
    ...rest,
  });
  const changed = () => page.keys().forEach(page.changed);
  const refresh = setInterval(changed, REFRESH_MS).unref();
  return {
    open: (query, request, reply) => page.open(JSON.stringify(query), request, reply),
    onLive(told) {
      if (told === SLA_TRACKING) changed();
    },
    stop: () => clearInterval(refresh),
  };
}
