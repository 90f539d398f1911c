import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from 'nunjucks';
import type { Logger } from 'pino';
import type { EventStreams } from '../../../shared/live/event-stream.ts';
import { createLivePage } from '../../../shared/live/live-page.ts';
import { RULE_BOOK } from '../../notification-rules/rule-book.contract.ts';
import { HEALTH } from '../delivery/health.ts';
import { deliveriesProjection } from '../delivery/read-model.ts';
import { endpointsProjection } from '../endpoint/read-model.ts';
import type {
  DeliveryQuery,
  EndpointQuery,
  OverviewQuery,
  RuleQuery,
  ScreenReaders,
} from './readers.ts';

/** Pages of one kind, each told apart by what was asked for. */
interface LiveScreen<Query> {
  open(query: Query, request: FastifyRequest, reply: FastifyReply): void;
}

/** The pages of notifications, and who looks at them. */
export interface Screens {
  readers: ScreenReaders;
  overview: LiveScreen<OverviewQuery>;
  endpoint: LiveScreen<EndpointQuery>;
  delivery: LiveScreen<DeliveryQuery>;
  rule: LiveScreen<RuleQuery>;
  onLive(told: string): void;
  stop(): void;
}

/** Thousands of deliveries a second are a few renderings. */
const REST_MS = 400;
/** A warning begins with the clock, not with an event. */
const REFRESH_MS = 60_000;

const SHOWN: ReadonlySet<string> = new Set([
  endpointsProjection.name,
  deliveriesProjection.name,
  HEALTH,
  ...RULE_BOOK,
]);

export function createScreens(dependencies: {
  readers: ScreenReaders;
  counts: () => Promise<unknown>;
  templates: Environment;
  streams: EventStreams;
  log: Logger;
}): Screens {
  const { readers, templates, ...rest } = dependencies;

  function screen<Query>(body: string, read: (query: Query) => Promise<object>) {
    const page = createLivePage({
      render: async (key) =>
        templates.render(`slices/webhook-delivery/screen/${body}-body.njk`, {
          shown: await read(JSON.parse(key) as Query),
        }),
      restMs: REST_MS,
      ...rest,
    });
    return {
      open: (query: Query, request: FastifyRequest, reply: FastifyReply) =>
        page.open(JSON.stringify(query), request, reply),
      changed: () => page.keys().forEach(page.changed),
    };
  }

  const overview = screen('overview', readers.overview);
  const endpoint = screen('endpoint', readers.endpoint);
  const delivery = screen('delivery', readers.delivery);
  const rule = screen('rule', readers.rule);
  const changed = () => [overview, endpoint, delivery, rule].forEach((each) => each.changed());
  const refresh = setInterval(changed, REFRESH_MS).unref();

  return {
    readers,
    overview,
    endpoint,
    delivery,
    rule,
    onLive(told) {
      if (SHOWN.has(told)) changed();
    },
    stop: () => clearInterval(refresh),
  };
}
