import { Type, type Static } from 'typebox';
import type { App } from '../../../shared/web/server.ts';
import type { TargetChange, TargetChanges } from './command.ts';
import { Targets } from './target.ts';

/** In the words of whoever changes them: it becomes part of the history. */
const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' });

const TargetsJson = Type.Object(
  {
    version: Type.Integer({ description: 'how often they were changed' }),
    ...Targets.properties,
    changedAt: Type.String({ format: 'date-time' }),
    actor: Type.String(),
    reason: Type.Union([Type.String(), Type.Null()]),
  },
  { title: 'SlaTargets' },
);

/** The promised times, for programs. */
export function targetRoutes(app: App, changes: TargetChanges): void {
  app.get(
    '/api/sla/targets',
    {
      schema: {
        summary: 'Promised times: what holds now, and every change, newest first',
        response: {
          200: Type.Object({ current: TargetsJson, changes: Type.Array(TargetsJson) }),
        },
      },
    },
    async () => {
      const all = (await changes.all()).map(toJson).toReversed();
      const [current] = all;
      if (!current) throw new Error('The first targets are stated at every start.');
      return { current, changes: all };
    },
  );
  app.put(
    '/api/sla/targets',
    {
      schema: {
        summary: 'Change the promised times of what is received or reprocessed from now on',
        body: Type.Object(
          {
            ...Targets.properties,
            reason: Reason,
            version: Type.Optional(
              Type.Integer({
                minimum: 1,
                description: 'the one that was changed: refused when there is a newer one',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: TargetsJson },
      },
    },
    async ({ body, actor }) => {
      const { version, reason, ...targets } = body;
      return toJson(await changes.change(targets, { actor, reason, seen: version ?? null }));
    },
  );
}

function toJson({ version, data, storedAt, metadata }: TargetChange): Static<typeof TargetsJson> {
  return { version, ...data, changedAt: storedAt.toISOString(), actor: metadata.actor };
}
