import { Type, type Static } from 'typebox';
import type { Attempt } from './delivery/attempts.ts';
import { failingSince, pauseWarning } from './delivery/failing.ts';
import type { Health } from './delivery/health.ts';
import { deliveryStates, type DeliveryRecord, type DeliveryState } from './delivery/table.ts';
import type { EndpointRecord, Recovery } from './endpoint/read-model.ts';

const nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const Time = Type.String({ format: 'date-time' });

/** An endpoint as the API tells it. */
export const EndpointJson = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    url: nullable(Type.String()),
    description: nullable(Type.String()),
    rules: Type.Array(Type.String()),
    state: Type.Union([Type.Literal('enabled'), Type.Literal('paused')]),
    paused: nullable(Type.Object({ why: Type.String(), reason: nullable(Type.String()) })),
    addedAt: Time,
    oldSecretExpiresAt: nullable(Time),
    recovery: nullable(
      Type.Object(
        {
          state: Type.Union([Type.Literal('running'), Type.Literal('finished')]),
          since: Time,
          deliveries: Type.Integer({ description: 'given up since then' }),
          resent: Type.Integer(),
          left: nullable(
            Type.Integer({ description: 'not sent again by it; known once it has finished' }),
          ),
          perSecond: Type.Integer(),
          requestedAt: Time,
          finishedAt: nullable(Time),
        },
        { description: 'the newest one' },
      ),
    ),
    health: Type.Object({
      failures: Type.Integer({ description: 'attempts in a row that failed' }),
      failingSince: nullable(Time),
      lastSuccessAt: nullable(Time),
      lastFailureAt: nullable(Time),
      nextProbeAt: nullable(
        Type.String({ format: 'date-time', description: 'nothing is sent to it before' }),
      ),
      pausedAt: nullable(
        Type.String({
          format: 'date-time',
          description: 'warning: when it is paused by itself, if it goes on failing',
        }),
      ),
    }),
  },
  { title: 'NotificationEndpoint' },
);

export function toEndpointJson(
  row: EndpointRecord,
  health: Health,
  resent: number,
  now: Date,
): Static<typeof EndpointJson> {
  const { id, url, description, rules, pausedWhy, reason } = row;
  const since = failingSince(health, row);
  return {
    id,
    url,
    description,
    rules,
    state: row.state === 'paused' ? 'paused' : 'enabled',
    paused: pausedWhy && { why: pausedWhy, reason },
    addedAt: row.addedAt.toISOString(),
    oldSecretExpiresAt: iso(
      row.oldSecretExpiresAt && row.oldSecretExpiresAt > now ? row.oldSecretExpiresAt : null,
    ),
    recovery: row.recovery && toRecoveryJson(row.recovery, resent),
    health: {
      failures: health.failures,
      failingSince: iso(since),
      lastSuccessAt: iso(health.lastSuccessAt),
      lastFailureAt: iso(health.lastFailureAt),
      nextProbeAt: iso(health.probeAt),
      pausedAt: row.state === 'enabled' ? iso(pauseWarning(since, now)) : null,
    },
  };
}

function toRecoveryJson({ finished, ...recovery }: Recovery, resent: number) {
  const { since, deliveries, perSecond, requestedAt } = recovery;
  return {
    state: finished ? ('finished' as const) : ('running' as const),
    since,
    deliveries,
    resent,
    left: finished?.left ?? null,
    perSecond,
    requestedAt,
    finishedAt: finished?.at ?? null,
  };
}

/** A message to an endpoint as the API tells it. */
export const DeliveryJson = Type.Object(
  {
    messageId: Type.String(),
    documentId: nullable(Type.String({ format: 'uuid', description: 'null: a test message' })),
    rule: Type.String(),
    type: Type.String(),
    state: Type.Unsafe<DeliveryState>(Type.String({ enum: [...deliveryStates] })),
    attempts: Type.Integer(),
    nextTryAt: nullable(Time),
    lastStatus: nullable(Type.Integer()),
    lastError: nullable(Type.String()),
    addressedAt: Time,
    attemptedAt: nullable(Time),
    endedAt: nullable(Time),
  },
  { title: 'NotificationDelivery' },
);

export function toDeliveryJson(row: DeliveryRecord): Static<typeof DeliveryJson> {
  const { messageId, document, rule, type, state, attempts, lastStatus, lastError } = row;
  return {
    messageId,
    documentId: document,
    rule,
    type,
    state,
    attempts,
    nextTryAt: iso(row.nextTryAt),
    lastStatus,
    lastError,
    addressedAt: row.addressedAt.toISOString(),
    attemptedAt: iso(row.attemptedAt),
    endedAt: iso(row.endedAt),
  };
}

export const AttemptJson = Type.Object(
  {
    attempt: Type.Integer(),
    at: Time,
    status: nullable(Type.Integer({ description: 'null: there was no answer' })),
    error: nullable(Type.String({ description: 'why there was none' })),
    durationMs: Type.Integer(),
    response: nullable(Type.String({ description: 'the first 20 kB of the answer' })),
    nextTryAt: nullable(Time),
  },
  { title: 'NotificationAttempt' },
);

export function toAttemptJson(attempt: Attempt): Static<typeof AttemptJson> {
  return { ...attempt, at: attempt.at.toISOString(), nextTryAt: iso(attempt.nextTryAt) };
}

function iso(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
