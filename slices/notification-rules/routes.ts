import { Type } from 'typebox';
import type { EventStore } from '../../shared/event-store.ts';
import { badRequest, notFound } from '../../shared/web/problem.ts';
import type { App } from '../../shared/web/server.ts';
import { PastNotificationJson, RuleJson, toPastNotificationJson, toRuleJson } from './json.ts';
import type { EventMark } from './past/events-by-time.ts';
import type { Past, Period } from './past/past.ts';
import { requestPast } from './past/send-past.ts';
import type { RuleQueries } from './queries.ts';
import type { NotificationRule } from './rule.ts';

const params = Type.Object({ rule: Type.String({ maxLength: 100, description: 'its name' }) });
const period = {
  from: Type.String({ format: 'date-time' }),
  to: Type.String({ format: 'date-time', description: 'not included' }),
};
const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' });
const Accepted = Type.Object({
  event: Type.Object({
    id: Type.String({ format: 'uuid' }),
    type: Type.String(),
    version: Type.Integer({ description: 'in the history of the rule' }),
  }),
});

/** The rules, what each would have sent, and having that sent after all. */
export function ruleRoutes(
  app: App,
  { rules, store, queries, past }: RuleRoutesDependencies,
): void {
  function ruleNamed(name: string): NotificationRule {
    const rule = rules.find((each) => each.name === name);
    if (rule) return rule;
    throw notFound(
      `There is no rule of this name. There are: ${rules.map((each) => each.name).join(', ')}.`,
    );
  }

  app.get(
    '/api/notification-rules',
    {
      schema: {
        summary: 'When messages about documents are sent',
        response: { 200: Type.Object({ rules: Type.Array(RuleJson) }) },
      },
    },
    async () => {
      const [records, figures] = await Promise.all([queries.records(), queries.figures()]);
      return {
        rules: rules.map((rule) =>
          toRuleJson(rule, records.get(rule.name), figures.get(rule.name)),
        ),
      };
    },
  );

  app.get(
    '/api/notification-rules/:rule/dry-run',
    {
      schema: {
        summary:
          'What a rule would have sent in a period, had it watched all the time; sends nothing',
        params,
        querystring: Type.Object({
          ...period,
          limit: Type.Integer({
            minimum: 1,
            maximum: 500,
            default: 100,
            description: 'events that are looked at; those that lead to no message are left out',
          }),
          cursor: Type.Optional(Type.String({ description: 'nextCursor of the page before' })),
        }),
        response: {
          200: Type.Object({
            notifications: Type.Array(PastNotificationJson),
            nextCursor: Type.Union([Type.String(), Type.Null()]),
          }),
        },
      },
    },
    async ({ params, query }) => {
      const rule = ruleNamed(params.rule);
      const { limit, cursor } = query;
      const page = await past(rule, toPeriod(query), fromCursor(cursor), limit);
      return {
        notifications: page.notifications.map(toPastNotificationJson),
        nextCursor: page.next && toCursor(page.next),
      };
    },
  );

  app.post(
    '/api/notification-rules/:rule/send-past',
    {
      schema: {
        summary:
          'Send what happened in a period before the rule was enabled; nothing is sent twice',
        params,
        body: Type.Object({ ...period, reason: Reason }),
        response: { 202: Accepted },
      },
    },
    async ({ params, body, actor }, reply) => {
      const rule = ruleNamed(params.rule);
      const asking = { actor, reason: body.reason };
      const { id, type, version } = await requestPast(store, rule, toPeriod(body), asking);
      reply.code(202);
      return { event: { id, type, version } };
    },
  );
}

interface RuleRoutesDependencies {
  rules: readonly NotificationRule[];
  store: EventStore;
  queries: RuleQueries;
  past: Past;
}

/** Nothing was stored before 1970, and PostgreSQL knows no year 0. */
function toPeriod({ from, to }: { from: string; to: string }): Period {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  if (!(begin < end)) throw badRequest('"from" has to lie before "to". Exchange them.');
  return { from: new Date(Math.max(0, begin)), to: new Date(Math.max(0, end)) };
}

/** Cursors are opaque to clients, so that they may come to hold something else. */
function toCursor({ storedAt, position }: EventMark): string {
  return Buffer.from(`${storedAt.getTime()}-${position}`).toString('base64url');
}

function fromCursor(cursor: string | undefined): EventMark | null {
  if (cursor === undefined) return null;
  const [, time, position] =
    /^(\d{1,14})-(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (time === undefined || position === undefined)
    throw badRequest(
      'The cursor is not one this server gave. Pass nextCursor as it came, or leave it out.',
    );
  return { storedAt: new Date(Number(time)), position: Number(position) };
}
