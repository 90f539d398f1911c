import { Type } from 'typebox';
import type { App } from '../../../shared/web/server.ts';
import { UNKNOWN } from '../delivery/health.ts';
import { EndpointJson, toEndpointJson } from '../json.ts';
import { API, Description, Id, params, Url, why, type WebhookParts } from '../routes.ts';

const settings = Type.Object({
  url: Url,
  description: Type.Optional(Description),
  rules: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 }),
});
/** As it is right after a command. */
export async function shownEndpoint(id: string, parts: WebhookParts) {
  await parts.endpointQueries.untilShown(id);
  const row = await parts.endpointQueries.one(id);
  const [health, resent] = await Promise.all([parts.health.of([id]), parts.resent([row])]);
  return toEndpointJson(row, health.get(id) ?? UNKNOWN, resent.get(id) ?? 0, parts.now());
}

/** Endpoints, for programs. */
export function endpointApi(app: App, parts: WebhookParts): void {
  const { endpoints, endpointQueries, health, resent, now } = parts;

  app.get(
    API,
    {
      schema: {
        summary: 'Where notifications go, and how each endpoint behaves',
        response: { 200: Type.Object({ endpoints: Type.Array(EndpointJson) }) },
      },
    },
    async () => {
      const rows = await endpointQueries.list();
      const [found, counts] = await Promise.all([
        health.of(rows.map(({ id }) => id)),
        resent(rows),
      ]);
      return {
        endpoints: rows.map((row) =>
          toEndpointJson(row, found.get(row.id) ?? UNKNOWN, counts.get(row.id) ?? 0, now()),
        ),
      };
    },
  );
  app.get(
    `${API}/:id`,
    { schema: { summary: 'An endpoint', params, response: { 200: EndpointJson } } },
    ({ params }) => shownEndpoint(params.id, parts),
  );
  app.post(
    API,
    {
      schema: {
        summary: 'Add an endpoint; its secret is told here only',
        body: settings,
        response: { 201: Type.Object({ id: Id, secret: Type.String() }) },
      },
    },
    async ({ body, actor }, reply) => {
      const added = await endpoints.add({ description: '', ...body }, { actor });
      await parts.endpointQueries.untilShown(added.id);
      reply.code(201).header('cache-control', 'no-store');
      return added;
    },
  );
  app.put(
    `${API}/:id`,
    {
      schema: {
        summary: 'Change an endpoint',
        params,
        body: settings,
        response: { 200: EndpointJson },
      },
    },
    async ({ params, body, actor }) => {
      await endpoints.change(params.id, { description: '', ...body }, { actor });
      return shownEndpoint(params.id, parts);
    },
  );
  app.delete(
    `${API}/:id`,
    {
      schema: {
        summary: 'Remove an endpoint; what is still to be sent to it is given up',
        params,
        body: why,
        response: { 204: Type.Null() },
      },
    },
    async ({ params, body, actor }, reply) => {
      await endpoints.remove(params.id, { actor, reason: body.reason });
      await parts.endpointQueries.untilShown(params.id);
      return reply.code(204).send(null);
    },
  );
}
