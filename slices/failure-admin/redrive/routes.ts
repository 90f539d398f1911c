import { Type } from 'typebox';
import type { EventCatalogue } from '../../../shared/event-catalogue.ts';
import type { DeadLetters } from '../../../shared/dead-letters.ts';
import { safeReturnPath } from '../../../shared/web/navigation.ts';
import { notFound } from '../../../shared/web/problem.ts';
import type { App } from '../../../shared/web/server.ts';
import type { ActorNames } from '../../accounts/actor-names.contract.ts';
import { historyEntries, historyView } from '../../document-page/history.contract.ts';
import { Back, Reason } from '../asking.contract.ts';
import { previewHref, runDelivery } from '../screen/stuck-view.ts';
import type { Redrives } from './redrive.ts';

const Name = Type.String({ maxLength: 200 });
/** Fields of a form are always sent: empty means all. */
const orAll = (text: string | undefined): string | null => text || null;

/** Running again what could not be delivered, and looking at what would run. */
export function redriveRoutes(
  app: App,
  dependencies: {
    redrives: Redrives;
    deadLetters: DeadLetters;
    catalogue: EventCatalogue;
    actorNames: ActorNames;
  },
): void {
  const { redrives, deadLetters, catalogue, actorNames } = dependencies;

  app.get(
    '/failures/deliveries',
    {
      schema: { hide: true, querystring: Type.Object({ subscription: Name, stream: Name }) },
    },
    async (request, reply) => {
      const { subscription, stream } = request.query;
      const events = await deadLetters.preview(subscription, stream);
      if (events === null) throw notStuck();
      const names = await actorNames.of(events.map(({ metadata }) => metadata.actor));
      const history = historyView(historyEntries(events, catalogue, names), new Date());
      reply.header('cache-control', 'no-store');
      return reply.view('slices/failure-admin/redrive/preview.njk', {
        title: 'Stuck delivery',
        active: 'failures',
        delivery: {
          subscription,
          stream,
          history,
          self: previewHref({ subscription, stream }),
          runAgain:
            request.principal.role === 'admin' ? runDelivery({ subscription, stream }) : null,
        },
      });
    },
  );

  app.post(
    '/failures/deliveries/run-again',
    {
      schema: {
        hide: true,
        body: Type.Object({
          subscription: Type.Optional(Name),
          stream: Type.Optional(Name),
          reason: Reason,
          back: Back,
        }),
      },
    },
    async ({ body, actor }, reply) => {
      const what = { subscription: orAll(body.subscription), stream: orAll(body.stream) };
      await redrives.deliveries(what, { actor, reason: body.reason });
      return reply.redirect(pageAfter(body.back), 303);
    },
  );

  app.post(
    '/failures/jobs/run-again',
    {
      schema: {
        hide: true,
        body: Type.Object({
          queue: Type.Optional(Name),
          id: Type.Optional(Name),
          reason: Reason,
          back: Back,
        }),
      },
    },
    async ({ body, actor }, reply) => {
      const what = { queue: orAll(body.queue), job: orAll(body.id) };
      await redrives.jobs(what, { actor, reason: body.reason });
      return reply.redirect(pageAfter(body.back), 303);
    },
  );
}

/** What was looked at is not stuck any more when it has run: its own page would be gone. */
function pageAfter(back: string | undefined): string {
  const path = safeReturnPath(back) ?? '/failures';
  return path.startsWith('/failures/deliveries') ? '/failures' : path;
}

const notStuck = () =>
  notFound('This delivery is not stuck any more. The failures page lists those that are.');
