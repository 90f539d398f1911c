import { Type, type Static } from 'typebox';
import type { FailureGroup } from './group-queries.ts';

/** A group of failures as the API tells it. */
export const GroupJson = Type.Object(
  {
    id: Type.String(),
    signature: Type.String({ description: 'what the failures have in common' }),
    step: Type.String({ description: 'slug' }),
    code: Type.String(),
    kind: Type.Union([Type.Literal('transient'), Type.Literal('permanent')]),
    message: Type.String({ description: 'of the newest failure' }),
    state: Type.Union([Type.Literal('open'), Type.Literal('resolved'), Type.Literal('ignored')]),
    failed: Type.Integer({ description: 'documents that were given up' }),
    retrying: Type.Integer({ description: 'documents that are tried again' }),
    firstFailedAt: Type.String({ format: 'date-time' }),
    lastFailedAt: Type.String({ format: 'date-time' }),
  },
  { title: 'FailureGroup' },
);

export function toGroupJson(one: FailureGroup): Static<typeof GroupJson> {
  const { signature, step, code, kind, message, failed, retrying } = one;
  return {
    id: one.group,
    signature,
    step,
    code,
    kind,
    message,
    state: one.tab,
    failed,
    retrying,
    firstFailedAt: one.firstFailedAt.toISOString(),
    lastFailedAt: one.lastFailedAt.toISOString(),
  };
}
