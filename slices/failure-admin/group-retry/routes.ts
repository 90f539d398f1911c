import { Type } from 'typebox';
import type { Runtime } from '../../../shared/runtime.ts';
import { safeReturnPath } from '../../../shared/web/navigation.ts';
import { notFound } from '../../../shared/web/problem.ts';
import type { App } from '../../../shared/web/server.ts';
import { Back, Reason } from '../asking.contract.ts';
import { groupStream } from '../failure-group.contract.ts';
import type { GroupRetries } from './command.ts';
import type { GroupRetryProgress, GroupRetryQueries } from './queries.ts';

const params = Type.Object({ group: Type.String({ pattern: '^[0-9a-f]{16}$' }) });
const form = Type.Object({ reason: Reason, back: Back });
const body = Type.Object({ reason: Reason });
const Retry = Type.Object({
  id: Type.String({ format: 'uuid' }),
  group: Type.String(),
  state: Type.Union([Type.Literal('running'), Type.Literal('stopped'), Type.Literal('finished')]),
  documents: Type.Integer({ description: 'how many stood in the group' }),
  retried: Type.Integer(),
  refused: Type.Integer({ description: 'had moved on; known once it has finished' }),
  perSecond: Type.Integer(),
  requestedAt: Type.String({ format: 'date-time' }),
  endedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
});

/** Retrying a whole group: asked for, watched and stopped. */
export function groupRetryRoutes(
  app: App,
  retries: GroupRetries,
  queries: GroupRetryQueries,
  runtime: Runtime,
): void {
  async function shown(group: string): Promise<GroupRetryProgress> {
    await runtime.untilShown([groupStream(group)]);
    const found = await queries.of(group);
    if (!found) throw notFound('This group was never retried as a whole.');
    return found;
  }

  for (const [path, act, summary] of [
    ['retry', retries.request, 'Retry every failed document of a group, so many a second'],
    ['retry/stop', retries.stop, 'Stop the retry of a group; what was retried stays retried'],
  ] as const) {
    app.post(
      `/api/failures/:group/${path}`,
      { schema: { summary, params, body, response: { 202: Retry } } },
      async ({ params, body, actor }, reply) => {
        await act(params.group, { actor, reason: body.reason });
        reply.code(202);
        return toJson(await shown(params.group));
      },
    );
    app.post(
      `/failures/:group/${path}`,
      { schema: { hide: true, params, body: form } },
      async ({ params, body, actor }, reply) => {
        await act(params.group, { actor, reason: body.reason });
        await shown(params.group);
        return reply.redirect(safeReturnPath(body.back) ?? `/failures/${params.group}`, 303);
      },
    );
  }

  app.get(
    '/api/failures/:group/retry',
    {
      schema: { summary: 'The newest retry of a group', params, response: { 200: Retry } },
    },
    async ({ params }) => toJson(await shown(params.group)),
  );
}

function toJson(progress: GroupRetryProgress) {
  const { id, retry, state, documents, retried, refused, perSecond } = progress;
  return {
    id: retry,
    group: id,
    state,
    documents,
    retried,
    refused,
    perSecond,
    requestedAt: progress.requestedAt.toISOString(),
    endedAt: progress.endedAt?.toISOString() ?? null,
  };
}
