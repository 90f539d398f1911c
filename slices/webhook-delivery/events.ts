import { Type } from 'typebox';
import { defineEvent, personal } from '../../shared/event.ts';

// On the stream `endpoint-{id}`: where messages go.

const reason = personal(Type.String({ description: 'in the words of whoever asked' }));
const settings = {
  url: personal(Type.String()),
  description: personal(Type.String()),
  rules: Type.Array(Type.String(), { description: 'names of the rules it wants to hear of' }),
};
const told = (words: string | null) => words ?? '(erased)';

export const EndpointAdded = defineEvent('EndpointAdded', {
  schema: Type.Object(settings),
  sentence: (data) => `Endpoint ${told(data.url)} was added for ${data.rules.join(', ')}`,
});

export const EndpointChanged = defineEvent('EndpointChanged', {
  schema: Type.Object(settings),
  sentence: (data) => `The endpoint is ${told(data.url)} now, for ${data.rules.join(', ')}`,
});

export const EndpointSecretRotated = defineEvent('EndpointSecretRotated', {
  schema: Type.Object({
    oldExpiresAt: Type.String({
      format: 'date-time',
      description: 'until then the old secret signs beside the new one',
    }),
  }),
  sentence: () => 'The secret was rotated',
});

export const EndpointPaused = defineEvent('EndpointPaused', {
  schema: Type.Object({
    why: Type.Union([Type.Literal('requested'), Type.Literal('gone'), Type.Literal('failing')], {
      description: 'by an administrator; it answered 410; nothing was delivered for days',
    }),
    reason,
  }),
  sentence: (data) => `The endpoint was paused: ${told(data.reason)}`,
});

export const EndpointResumed = defineEvent('EndpointResumed', {
  schema: Type.Object({ reason }),
  sentence: (data) => `The endpoint was resumed: ${told(data.reason)}`,
});

export const EndpointRemoved = defineEvent('EndpointRemoved', {
  schema: Type.Object({ reason }),
  sentence: (data) => `The endpoint was removed: ${told(data.reason)}`,
});

export const RecoveryRequested = defineEvent('RecoveryRequested', {
  schema: Type.Object({
    since: Type.String({ format: 'date-time', description: 'what was given up then or later' }),
    deliveries: Type.Integer({ minimum: 1, description: 'how many these were' }),
    perSecond: Type.Integer({ minimum: 1 }),
    reason,
  }),
  sentence: (data) =>
    `${data.deliveries} deliveries are to be sent again, ${data.perSecond} a second: ${told(data.reason)}`,
});

export const RecoveryFinished = defineEvent('RecoveryFinished', {
  schema: Type.Object({
    recovery: Type.String({ description: 'id of the RecoveryRequested' }),
    resent: Type.Integer({ minimum: 0 }),
    left: Type.Integer({
      minimum: 0,
      description: 'somebody else had them sent again, or the endpoint was paused meanwhile',
    }),
  }),
  sentence: (data) => `${data.resent} deliveries were sent again`,
});

// On the stream of a document (of the endpoint itself for a test): what became of a message.

const messageId = Type.String();
const endpoint = Type.String({ description: 'id' });
const attempt = Type.Integer({ minimum: 1, description: 'counts every one to this endpoint' });

/** The message is written down, and who gets it: from here on neither changes. */
export const NotificationAddressed = defineEvent('NotificationAddressed', {
  schema: Type.Object({
    messageId,
    rule: Type.String({ description: 'name of the rule; `test` for a test message' }),
    type: Type.String(),
    body: Type.Union([Type.String(), Type.Null()], {
      description: 'blob: the bytes that every attempt sends; null: to nobody',
    }),
    endpoints: Type.Array(endpoint, { description: 'all that wanted it then; may be none' }),
  }),
  sentence: (data) =>
    data.endpoints.length === 0
      ? `Nobody wants the notification ${data.rule}`
      : `The notification ${data.rule} goes to ${data.endpoints.length === 1 ? 'one endpoint' : `${data.endpoints.length} endpoints`}`,
});

export const NotificationAttempted = defineEvent('NotificationAttempted', {
  schema: Type.Object({
    messageId,
    endpoint,
    attempt,
    status: Type.Union([Type.Integer(), Type.Null()], { description: 'null: no answer' }),
    error: Type.Union([Type.String(), Type.Null()], { description: 'why there was none' }),
    durationMs: Type.Integer({ minimum: 0 }),
    response: Type.Union([Type.String(), Type.Null()], {
      description: 'blob: the first 20 kB of the answer',
    }),
    nextTryAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  }),
  sentence: (data) =>
    `Sending the notification failed, attempt ${data.attempt}: ${data.error ?? `status ${data.status}`}`,
});

export const NotificationDelivered = defineEvent('NotificationDelivered', {
  schema: Type.Object({
    messageId,
    endpoint,
    attempt,
    status: Type.Integer(),
    durationMs: Type.Integer({ minimum: 0 }),
    response: Type.Union([Type.String(), Type.Null()], {
      description: 'blob: the first 20 kB of the answer',
    }),
  }),
  sentence: (data) =>
    `The notification was delivered${data.attempt > 1 ? `, attempt ${data.attempt}` : ''}`,
});

export const NotificationAbandoned = defineEvent('NotificationAbandoned', {
  schema: Type.Object({
    messageId,
    endpoint,
    attempts: Type.Integer({ minimum: 0 }),
    why: Type.Union([Type.Literal('attempts-spent'), Type.Literal('endpoint-removed')]),
  }),
  sentence: (data) =>
    data.why === 'attempts-spent'
      ? `The notification was given up after ${data.attempts} attempts`
      : 'The notification was given up: its endpoint was removed',
});

export const NotificationResendRequested = defineEvent('NotificationResendRequested', {
  schema: Type.Object({ messageId, endpoint, reason }),
  sentence: (data) => `The notification is to be sent again: ${told(data.reason)}`,
});
