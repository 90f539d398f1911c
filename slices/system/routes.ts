import type { Environment } from 'nunjucks';
import type { Logger } from 'pino';
import { Type } from 'typebox';
import type { Config } from '../../shared/config.ts';
import type { Database } from '../../shared/database.ts';
import { createLivePage } from '../../shared/live/live-page.ts';
import type { Runtime } from '../../shared/runtime.ts';
import type { Sandbox } from '../../shared/sandbox/sandbox.ts';
import { plainText } from '../../shared/web/openapi.ts';
import { notFound } from '../../shared/web/problem.ts';
import type { App } from '../../shared/web/server.ts';
import { createPageFacts } from '../document-board/page-facts.contract.ts';
import { createMetrics } from './metrics.ts';
import { askDatabase } from './readiness.ts';
import { createSystemStatus } from './status.ts';
import { systemPageView } from './system-view.ts';

const REFRESH_MS = 1_000;

export interface SystemDependencies {
  database: Database;
  templates: Environment;
  sandbox: Sandbox;
  config: Config;
  log: Logger;
}

export function systemRoutes(
  app: App,
  runtime: Runtime,
  dependencies: SystemDependencies,
  ended: AbortSignal,
): void {
  const { database, templates, sandbox, config, log } = dependencies;
  const status = createSystemStatus(database, runtime, sandbox, config);
  const metrics = createMetrics(status);
  // One page for those who may rebuild, one for all others.
  const live = createLivePage({
    render: async (role) =>
      templates.render('slices/system/body.njk', {
        system: systemPageView(await status.read(role === 'admin')),
      }),
    counts: createPageFacts(database),
    streams: runtime.streams,
    log,
  });
  const refresh = setInterval(() => live.keys().forEach(live.changed), REFRESH_MS).unref();
  ended.addEventListener('abort', () => clearInterval(refresh));

  app.get('/system', { schema: { hide: true } }, async (request, reply) => {
    const view = systemPageView(await status.read(request.principal.role === 'admin'));
    reply.header('cache-control', 'no-store');
    return reply.view('slices/system/page.njk', {
      title: 'System',
      active: 'system',
      live: true,
      system: view,
    });
  });

  app.get(
    '/system/stream',
    { schema: { summary: 'The system page as it changes (server-sent events)' } },
    async (request, reply) => {
      live.open(request.principal.role === 'admin' ? 'admin' : 'reader', request, reply);
    },
  );

  app.post(
    '/system/read-models/:name/rebuild',
    {
      schema: {
        params: Type.Object({ name: Type.String() }),
        summary: 'Make a read model anew from all events',
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      if ((await runtime.rebuilds.start(name)) === 'unknown') {
        throw notFound(`There is no read model "${name}". The system page lists them.`);
      }
      request.log.info({ readModel: name, actor: request.actor }, 'rebuild asked for');
      return reply.redirect('/system', 303);
    },
  );

  app.get(
    '/metrics',
    { schema: text('Figures for Prometheus', 'its text format, version 0.0.4') },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  );

  app.get('/livez', { schema: text('The process answers', '"ok"') }, async (_request, reply) =>
    reply.type('text/plain').send('ok\n'),
  );

  app.get(
    '/readyz',
    { schema: text('The process can do its work', '"ok"; otherwise 503') },
    async (_request, reply) => {
      await askDatabase(database);
      return reply.type('text/plain').send('ok\n');
    },
  );
}

const text = (summary: string, description: string) => ({
  summary,
  produces: ['text/plain'],
  response: { 200: plainText(description) },
});
