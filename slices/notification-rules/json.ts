import { Type, type Static } from 'typebox';
import type { PastNotification } from './past/past.ts';
import type { RuleFigures } from './queries.ts';
import type { RuleRecord } from './read-model.ts';
import type { NotificationRule } from './rule.ts';

const date = Type.String({ format: 'date-time' });
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

export const RuleJson = Type.Object({
  name: Type.String(),
  type: Type.String({ description: 'of the message' }),
  says: Type.String({ description: 'when a message is sent' }),
  enabledAt: nullable(date),
  requested: Type.Integer({ description: 'messages so far, one a document at most' }),
  suppressed: Type.Integer({ description: 'how often it held again and nothing was sent' }),
  past: Type.Array(
    Type.Object({
      id: Type.String({ format: 'uuid' }),
      from: date,
      to: date,
      reason: nullable(Type.String()),
      actor: Type.String(),
      requestedAt: date,
      finished: nullable(Type.Object({ at: date, requested: Type.Integer() })),
    }),
    { description: 'what was asked for of the past, newest first' },
  ),
});

export function toRuleJson(
  { name, type, says }: NotificationRule,
  record: RuleRecord | undefined,
  { requested, suppressed }: RuleFigures = { requested: 0, suppressed: 0 },
): Static<typeof RuleJson> {
  const enabledAt = record?.enabledAt.toISOString() ?? null;
  return { name, type, says, enabledAt, requested, suppressed, past: record?.past ?? [] };
}

export const PastNotificationJson = Type.Object({
  documentId: Type.String({ format: 'uuid' }),
  fileName: nullable(Type.String()),
  step: nullable(Type.String({ description: 'slug of what failed' })),
  error: nullable(
    Type.Object({ code: Type.String(), kind: Type.String(), message: nullable(Type.String()) }),
  ),
  occurredAt: date,
  requested: nullable(
    Type.Object({ at: date, messageId: Type.String() }, { description: 'null: never sent' }),
  ),
});

export function toPastNotificationJson({
  document,
  fileName,
  match: { event, step, error },
  requested,
}: PastNotification): Static<typeof PastNotificationJson> {
  return {
    documentId: document,
    fileName,
    step,
    error,
    occurredAt: event.storedAt.toISOString(),
    requested: requested && {
      at: requested.storedAt.toISOString(),
      messageId: requested.data.messageId,
    },
  };
}
