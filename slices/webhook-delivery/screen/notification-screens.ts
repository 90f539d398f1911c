import type { FastifyReply } from 'fastify';
import type { Environment } from 'nunjucks';
import type { Logger } from 'pino';
import type { EventStreams } from '../../../shared/live/event-stream.ts';
import type { Database } from '../../../shared/database.ts';
import type { Runtime } from '../../../shared/runtime.ts';
import type { ScreenDescription } from '../../../shared/slice.ts';
import type { Step } from '../../../shared/steps/step.ts';
import type { App } from '../../../shared/web/server.ts';
import type { ActorNames } from '../../accounts/actor-names.contract.ts';
import { createPageFacts } from '../../document-board/page-facts.contract.ts';
import {
  createRuleBook,
  RULE_BOOK,
  SEND_PAST,
} from '../../notification-rules/rule-book.contract.ts';
import { deliveriesProjection } from '../delivery/read-model.ts';
import { RESEND } from '../delivery/resend.ts';
import { commandNames } from '../endpoint/commands.ts';
import { endpointsProjection } from '../endpoint/read-model.ts';
import type { WebhookParts } from '../routes.ts';
import { createScreenQueries } from './queries.ts';
import { createScreenReaders } from './readers.ts';
import { screenRoutes, sendPastRoute } from './routes.ts';
import { createScreens } from './screens.ts';
import { snippets } from './snippets.ts';

export interface ScreenDependencies {
  steps: readonly Step[];
  database: Database;
  actorNames: ActorNames;
  templates: Environment;
  streams: EventStreams;
  log: Logger;
}

const { add, ...ofEndpoint } = commandNames;
const shows = [endpointsProjection.name, deliveriesProjection.name];

const descriptions: readonly ScreenDescription[] = [
  { name: 'Notifications', url: '/notifications', shows: [...shows, ...RULE_BOOK], offers: [add] },
  {
    name: 'Endpoint',
    url: '/notifications/endpoints/:id',
    shows,
    offers: Object.values(ofEndpoint),
  },
  {
    name: 'Delivery',
    url: '/notifications/endpoints/:id/deliveries/:messageId',
    shows: [...shows, 'history'],
    offers: [RESEND],
  },
  {
    name: 'Rule',
    url: '/notifications/rules/:rule',
    shows: [...RULE_BOOK, 'history'],
    offers: [SEND_PAST],
  },
];

/** What people look at: the part of the slice that shows. */
export function notificationScreens(dependencies: ScreenDependencies, parts: WebhookParts) {
  const { steps, database, actorNames, templates, streams, log } = dependencies;
  const { store, blobs, health, resent, deliveries, endpointQueries: endpoints } = parts;
  const rules = createRuleBook({ steps, store, database });
  const queries = createScreenQueries(database);
  const titles = new Map(steps.map(({ slug, title }) => [slug, title]));
  const read = { queries, endpoints, deliveries, health, resent, rules, store, blobs };
  const readers = createScreenReaders({ ...read, actorNames, titles });
  const counts = createPageFacts(database);
  const screens = createScreens({ readers, counts, templates, streams, log });
  return {
    descriptions,
    onLive: screens.onLive,
    stop: async () => screens.stop(),
    routes(app: App, runtime: Runtime) {
      screenRoutes(app, screens);
      sendPastRoute(app, { rules, readers }, runtime);
    },
  };
}

/** The answer to a form that made a secret: the one page that ever shows it. */
export function showSecret(
  reply: FastifyReply,
  told: { id: string; secret: string; isNew: boolean },
): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .view('slices/webhook-delivery/screen/secret.njk', {
      title: 'Secret',
      active: 'notifications',
      told: { ...told, snippets, href: `/notifications/endpoints/${told.id}` },
    });
}
