import type { FastifyRequest } from 'fastify';
import { Type, type TProperties } from 'typebox';
import { documentStream } from '../../shared/event.ts';
import type { Runtime } from '../../shared/runtime.ts';
import { safeReturnPath } from '../../shared/web/navigation.ts';
import type { App } from '../../shared/web/server.ts';
import type { Administration } from './act.ts';
import type { Action } from './actions.contract.ts';
import { Accepted, Back, Reason } from './asking.contract.ts';

const id = Type.String({ format: 'uuid' });
const slug = Type.String({ maxLength: 100, description: 'slug of a step' });

/** What may be asked for: below which address, with what in it and in the body. */
interface Offer {
  path: string;
  summary: string;
  params: TProperties;
  body?: TProperties;
  toAction(asked: Record<'step' | 'fromStep', string>): Action;
}

const offers: readonly Offer[] = [
  {
    path: '/steps/:step/retry',
    summary: 'Try a failed step again now, with a new budget of retries',
    params: { step: slug },
    toAction: ({ step }) => ({ do: 'retry', step }),
  },
  {
    path: '/steps/:step/skip',
    summary: 'Go on without the step that the document stands at',
    params: { step: slug },
    toAction: ({ step }) => ({ do: 'skip', step }),
  },
  {
    path: '/steps/:step/give-up',
    summary: 'Try a step no more that waits for a retry',
    params: { step: slug },
    toAction: ({ step }) => ({ do: 'give-up', step }),
  },
  {
    path: '/cancel',
    summary: 'Stop processing a document for good',
    params: {},
    toAction: () => ({ do: 'cancel' }),
  },
  {
    path: '/reprocess',
    summary: 'Process a document again from a step on; earlier results stay in its history',
    params: {},
    body: { fromStep: slug },
    toAction: ({ fromStep }) => ({ do: 'reprocess', fromStep }),
  },
];

/** What administrators do to one document: as JSON for programs, as forms for pages. */
export function actionRoutes(app: App, administration: Administration, runtime: Runtime): void {
  for (const { path, summary, params, body, toAction } of offers) {
    const act = async (request: FastifyRequest) => {
      const asked = { ...(request.params as object), ...(request.body as object) } as Asked;
      const { actor } = request;
      return administration.act(asked.id, toAction(asked), { actor, reason: asked.reason });
    };

    app.post(
      `/api/documents/:id${path}`,
      {
        schema: {
          summary,
          params: Type.Object({ id, ...params }),
          body: Type.Object({ ...body, reason: Reason }),
          response: { 202: Accepted },
        },
      },
      async (request, reply) => {
        const event = await act(request);
        reply.code(202);
        return { event: { id: event.id, type: event.type, version: event.version } };
      },
    );

    const form = Type.Object({ ...body, reason: Reason, back: Back });
    app.post(
      `/documents/:id${path}`,
      { schema: { hide: true, params: Type.Object({ id, ...params }), body: form } },
      async (request, reply) => {
        await act(request);
        const document = request.params.id;
        await runtime.untilShown([documentStream(document)]);
        return reply.redirect(safeReturnPath(request.body.back) ?? `/documents/${document}`, 303);
      },
    );
  }
}

type Asked = Record<'id' | 'step' | 'fromStep' | 'reason', string>;
