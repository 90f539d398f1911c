import { Type } from 'typebox';
import type { Runtime } from '../../../shared/runtime.ts';
import { safeReturnPath } from '../../../shared/web/navigation.ts';
import type { App } from '../../../shared/web/server.ts';
import { Back, Reason } from '../asking.contract.ts';
import { groupStream } from '../failure-group.contract.ts';
import type { GroupAction } from './decide.ts';
import type { GroupMarks } from './mark-group.ts';

export const Group = Type.String({ pattern: '^[0-9a-f]{16}$' });

const params = Type.Object({ group: Group });
const Accepted = Type.Object({
  event: Type.Object({
    id: Type.String({ format: 'uuid' }),
    type: Type.String(),
    version: Type.Integer({ description: 'in the history of the group' }),
  }),
});

const summaries: Record<GroupAction, string> = {
  resolve: 'Take a group of failures off the open list as resolved; it comes back when it recurs',
  ignore: 'Take a group of failures off the open list as of no interest, until it recurs',
  reopen: 'Put a group of failures back on the open list',
};

/** What administrators say of a group of failures: as JSON for programs, as forms for pages. */
export function groupRoutes(app: App, marks: GroupMarks, runtime: Runtime): void {
  for (const action of Object.keys(summaries) as GroupAction[]) {
    app.post(
      `/api/failures/:group/${action}`,
      {
        schema: {
          summary: summaries[action],
          params,
          body: Type.Object({ reason: Reason }),
          response: { 202: Accepted },
        },
      },
      async ({ params, body, actor }, reply) => {
        const asking = { actor, reason: body.reason };
        const { id, type, version } = await marks.mark(params.group, action, asking);
        reply.code(202);
        return { event: { id, type, version } };
      },
    );
    app.post(
      `/failures/:group/${action}`,
      { schema: { hide: true, params, body: Type.Object({ reason: Reason, back: Back }) } },
      async ({ params, body, actor }, reply) => {
        await marks.mark(params.group, action, { actor, reason: body.reason });
        await runtime.untilShown([groupStream(params.group)]);
        return reply.redirect(safeReturnPath(body.back) ?? `/failures/${params.group}`, 303);
      },
    );
  }
}
