import { Type } from 'typebox';
import { badRequest } from '../../../shared/web/problem.ts';
import type { App } from '../../../shared/web/server.ts';
import { AttemptJson, DeliveryJson, toAttemptJson, toDeliveryJson } from '../json.ts';
import { API, messageParams, params, type WebhookParts } from '../routes.ts';
import { attemptsOf } from './attempts.ts';
import { streamOf } from './queries.ts';
import { noSuchDelivery } from './resend.ts';
import { deliveryStates, type DeliveryState } from './table.ts';

/** What was sent to endpoints, for programs. */
export function deliveryApi(
  app: App,
  { endpointQueries, deliveries, store, blobs }: WebhookParts,
): void {
  app.get(
    `${API}/:id/deliveries`,
    {
      schema: {
        summary: 'What was sent to an endpoint, newest message first',
        params,
        querystring: Type.Object({
          state: Type.Optional(
            Type.Unsafe<DeliveryState | ''>(Type.String({ enum: [...deliveryStates, ''] })),
          ),
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
          cursor: Type.Optional(Type.String({ description: 'nextCursor of the page before' })),
        }),
        response: {
          200: Type.Object({
            deliveries: Type.Array(DeliveryJson),
            nextCursor: Type.Union([Type.String(), Type.Null()]),
          }),
        },
      },
    },
    async ({ params, query }) => {
      await endpointQueries.one(params.id);
      const filter = { state: query.state || null, before: fromCursor(query.cursor) };
      const { records, hasOlder } = await deliveries.page(params.id, filter, query.limit);
      const last = records.at(-1);
      return {
        deliveries: records.map(toDeliveryJson),
        nextCursor: hasOlder && last ? toCursor(last.position) : null,
      };
    },
  );
  app.get(
    `${API}/:id/deliveries/:messageId`,
    {
      schema: {
        summary: 'A message to an endpoint with every attempt',
        params: messageParams,
        response: {
          200: Type.Object({ ...DeliveryJson.properties, attemptLog: Type.Array(AttemptJson) }),
        },
      },
    },
    async ({ params }) => {
      await endpointQueries.one(params.id);
      const row = await deliveries.find(params.id, params.messageId);
      if (!row) throw noSuchDelivery();
      const history = await store.read(streamOf(row));
      const attempts = await attemptsOf(history, row.messageId, row.endpoint, blobs);
      return { ...toDeliveryJson(row), attemptLog: attempts.map(toAttemptJson) };
    },
  );
}

/** Cursors are opaque to clients, so that they may come to hold something else. */
function toCursor(position: number): string {
  return Buffer.from(String(position)).toString('base64url');
}

function fromCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  const position = Number(Buffer.from(cursor, 'base64url').toString());
  if (Number.isSafeInteger(position) && position > 0) return position;
  throw badRequest(
    'The cursor is not one this server gave. Pass nextCursor as it came, or leave it out.',
  );
}
