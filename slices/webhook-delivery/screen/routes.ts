import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Runtime } from '../../../shared/runtime.ts';
import { safeReturnPath } from '../../../shared/web/navigation.ts';
import { badRequest } from '../../../shared/web/problem.ts';
import type { App } from '../../../shared/web/server.ts';
import type { Period, RuleBook } from '../../notification-rules/rule-book.contract.ts';
import { deliveryStates, type DeliveryState } from '../delivery/table.ts';
import { FormTime, timeOfForm } from '../form-time.ts';
import { Id, MessageId, Reason } from '../routes.ts';
import { parseCursor } from './delivery-list-view.ts';
import { parseMark } from './rule-view.ts';
import type { Screens } from './screens.ts';
import { deliveryRules } from './words.ts';

const After = Type.Optional(Type.String({ description: 'sent by pages, of no meaning here' }));
const OfDeliveries = {
  state: Type.Optional(Type.Unsafe<DeliveryState>(Type.String({ enum: [...deliveryStates] }))),
  rule: Type.Optional(Type.String({ enum: [...deliveryRules] })),
  before: Type.Optional(Type.String({ maxLength: 60 })),
  after: After,
};
const OfOverview = Type.Object({ ...OfDeliveries, endpoint: Type.Optional(Id) });
const OfEndpoint = Type.Object(OfDeliveries);
const OfRule = Type.Object({
  from: Type.Optional(FormTime),
  to: Type.Optional(FormTime),
  mark: Type.Optional(Type.String({ maxLength: 40 })),
  after: After,
});
const rule = Type.Object({ rule: Type.String({ maxLength: 100 }) });
const endpoint = Type.Object({ id: Id });
const delivery = Type.Object({ id: Id, messageId: MessageId });

interface Asked<Query> {
  query: Query;
  principal: { role: string };
}
interface Deliveries {
  endpoint?: string;
  state?: DeliveryState;
  rule?: string;
  before?: string;
}
const acts = ({ principal }: Asked<unknown>): boolean => principal.role === 'admin';

const ofOverview = (request: Asked<Deliveries>, endpoint = request.query.endpoint ?? null) => {
  const { state = null, rule = null, before } = request.query;
  return { acts: acts(request), filter: { endpoint, state, rule }, before: parseCursor(before) };
};
const ofEndpoint = (request: Asked<Deliveries> & { params: { id: string } }) => ({
  ...ofOverview(request, request.params.id),
  id: request.params.id,
});
const ofDelivery = (request: Asked<unknown> & { params: { id: string; messageId: string } }) => ({
  acts: acts(request),
  ...request.params,
});
function ofRule(
  request: Asked<{ from?: string; to?: string; mark?: string }> & { params: { rule: string } },
) {
  const { from, to, mark } = request.query;
  const period = from !== undefined && to !== undefined ? periodOf(from, to) : null;
  const after = parseMark(mark);
  return {
    acts: acts(request),
    rule: request.params.rule,
    period: period && { from: period.from.getTime(), to: period.to.getTime() },
    after: after && { ...after, storedAt: after.storedAt.getTime() },
  };
}

/** The pages of notifications, live. */
export function screenRoutes(app: App, screens: Screens): void {
  const { readers } = screens;
  const show = (reply: FastifyReply, page: string, title: string, shown: object) =>
    reply.header('cache-control', 'no-store').view(`slices/webhook-delivery/screen/${page}.njk`, {
      active: 'notifications',
      live: true,
      title,
      shown,
    });

  app.get(
    '/notifications',
    { schema: { hide: true, querystring: OfOverview } },
    async (request, reply) =>
      show(reply, 'overview', 'Notifications', await readers.overview(ofOverview(request))),
  );
  app.get(
    '/notifications/stream',
    {
      schema: {
        summary: 'The notifications page as it changes (server-sent events)',
        querystring: OfOverview,
      },
    },
    async (request, reply) => screens.overview.open(ofOverview(request), request, reply),
  );
  app.get(
    '/notifications/endpoints/:id',
    { schema: { hide: true, params: endpoint, querystring: OfEndpoint } },
    async (request, reply) => {
      const shown = await readers.endpoint(ofEndpoint(request));
      return show(reply, 'endpoint', shown.name, shown);
    },
  );
  app.get(
    '/notifications/endpoints/:id/stream',
    {
      schema: {
        summary: 'The page of an endpoint as it changes (server-sent events)',
        params: endpoint,
        querystring: OfEndpoint,
      },
    },
    async (request, reply) => {
      const query = ofEndpoint(request);
      await readers.endpoint(query);
      screens.endpoint.open(query, request, reply);
    },
  );
  app.get(
    '/notifications/endpoints/:id/deliveries/:messageId',
    { schema: { hide: true, params: delivery } },
    async (request, reply) => {
      const shown = await readers.delivery(ofDelivery(request));
      return show(reply, 'delivery', shown.title, shown);
    },
  );
  app.get(
    '/notifications/endpoints/:id/deliveries/:messageId/stream',
    {
      schema: {
        summary: 'The page of a delivery as it changes (server-sent events)',
        params: delivery,
      },
    },
    async (request, reply) => {
      const query = ofDelivery(request);
      await readers.delivery(query);
      screens.delivery.open(query, request, reply);
    },
  );
  app.get(
    '/notifications/rules/:rule',
    { schema: { hide: true, params: rule, querystring: OfRule } },
    async (request, reply) => {
      const shown = await readers.rule(ofRule(request));
      return show(reply, 'rule', `Rule: ${shown.name}`, shown);
    },
  );
  app.get(
    '/notifications/rules/:rule/stream',
    {
      schema: {
        summary: 'The page of a rule as it changes (server-sent events)',
        params: rule,
        querystring: OfRule,
      },
    },
    async (request, reply) => {
      const query = ofRule(request);
      await readers.rule(query);
      screens.rule.open(query, request, reply);
    },
  );
}

/** Sending what a rule has missed, from its page. */
export function sendPastRoute(
  app: App,
  { rules, readers }: { rules: RuleBook; readers: Screens['readers'] },
  runtime: Pick<Runtime, 'untilShown'>,
): void {
  const body = Type.Object({
    from: FormTime,
    to: FormTime,
    reason: Reason,
    back: Type.Optional(Type.String({ maxLength: 500 })),
  });
  app.post(
    '/notifications/rules/:rule/send-past',
    { schema: { hide: true, params: rule, body } },
    async ({ params, body, actor }, reply) => {
      await readers.rule({ acts: true, rule: params.rule, period: null, after: null });
      const asking = { actor, reason: body.reason };
      const stream = await rules.sendPast(params.rule, periodOf(body.from, body.to), asking);
      await runtime.untilShown([stream]);
      return reply.redirect(
        safeReturnPath(body.back) ?? `/notifications/rules/${params.rule}`,
        303,
      );
    },
  );
}

/** Nothing was stored before 1970. */
function periodOf(from: string, to: string): Period {
  const [begin, end] = [timeOfForm(from), timeOfForm(to)];
  if (begin >= end) throw badRequest('“From” has to lie before “to”. Exchange them.');
  return { from: new Date(Math.max(0, begin.getTime())), to: new Date(Math.max(0, end.getTime())) };
}
