import { Type } from 'typebox';
import { documentStream } from '../../shared/event.ts';
import type { Runtime } from '../../shared/runtime.ts';
import type { App } from '../../shared/web/server.ts';
import { Accepted, Back, Reason } from '../failure-admin/asking.contract.ts';
import type { Erasures } from './command.ts';

const params = Type.Object({ id: Type.String({ format: 'uuid' }) });

export function erasureRoutes(app: App, erasures: Erasures, runtime: Runtime): void {
  app.delete(
    '/api/documents/:id',
    {
      schema: {
        summary: 'Erase a document for good; the reason is kept',
        params,
        body: Type.Object({ reason: Reason }),
        response: { 202: Accepted },
      },
    },
    async (request, reply) => {
      const { actor, body } = request;
      const asking = { actor, why: 'requested', reason: body.reason } as const;
      const { id, type, version } = await erasures.erase(request.params.id, asking);
      reply.code(202);
      return { event: { id, type, version } };
    },
  );

  app.post(
    '/documents/:id/erase',
    { schema: { hide: true, params, body: Type.Object({ reason: Reason, back: Back }) } },
    async (request, reply) => {
      const { actor, body } = request;
      const { id } = request.params;
      await erasures.erase(id, { actor, why: 'requested', reason: body.reason });
      await runtime.untilShown([documentStream(id)]);
      // Its own page is gone.
      return reply.redirect('/', 303);
    },
  );
}
