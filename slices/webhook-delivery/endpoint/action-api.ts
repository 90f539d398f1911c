import { Type } from 'typebox';
import type { App } from '../../../shared/web/server.ts';
import { EndpointJson } from '../json.ts';
import { API, messageParams, params, Reason, why, type WebhookParts } from '../routes.ts';
import { shownEndpoint } from './api.ts';

/** What administrators do with endpoints and deliveries, for programs. */
export function actionApi(app: App, parts: WebhookParts): void {
  const { endpoints, resends } = parts;

  for (const [action, summary] of [
    ['pause', 'Send nothing to an endpoint until it is resumed; messages wait'],
    ['resume', 'Send to an endpoint again, first what waits'],
  ] as const)
    app.post(
      `${API}/:id/${action}`,
      { schema: { summary, params, body: why, response: { 202: EndpointJson } } },
      async ({ params, body, actor }, reply) => {
        await endpoints[action](params.id, { actor, reason: body.reason });
        reply.code(202);
        return shownEndpoint(params.id, parts);
      },
    );
  app.post(
    `${API}/:id/rotate-secret`,
    {
      schema: {
        summary: 'Make a new secret, told here only; the old one signs beside it for 24 hours',
        params,
        response: {
          200: Type.Object({
            secret: Type.String(),
            oldExpiresAt: Type.String({ format: 'date-time' }),
          }),
        },
      },
    },
    async ({ params, actor }, reply) => {
      const { secret, oldExpiresAt } = await endpoints.rotateSecret(params.id, { actor });
      reply.header('cache-control', 'no-store');
      return { secret, oldExpiresAt: oldExpiresAt.toISOString() };
    },
  );
  app.post(
    `${API}/:id/test`,
    {
      schema: {
        summary: 'Send a message of the type `test`',
        params,
        response: { 202: Type.Object({ messageId: Type.String() }) },
      },
    },
    async ({ params, actor }, reply) => {
      reply.code(202);
      return endpoints.test(params.id, { actor });
    },
  );
  app.post(
    `${API}/:id/recover`,
    {
      schema: {
        summary: 'Send everything again, by and by, that was given up since a time',
        params,
        body: Type.Object({ since: Type.String({ format: 'date-time' }), reason: Reason }),
        response: { 202: EndpointJson },
      },
    },
    async ({ params, body, actor }, reply) => {
      const asking = { actor, reason: body.reason };
      await endpoints.recover(params.id, new Date(body.since), asking);
      reply.code(202);
      return shownEndpoint(params.id, parts);
    },
  );
  app.post(
    `${API}/:id/deliveries/:messageId/resend`,
    {
      schema: {
        summary: 'Send a message to an endpoint again, with the same id and content',
        params: messageParams,
        body: why,
        response: { 202: Type.Object({ messageId: Type.String() }) },
      },
    },
    async ({ params, body, actor }, reply) => {
      const { id, messageId } = params;
      await resends.resend(id, messageId, { actor, reason: body.reason });
      reply.code(202);
      return { messageId };
    },
  );
}
