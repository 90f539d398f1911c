import { Type } from 'typebox';
import { defineEvent, personal } from '../../shared/event.ts';

const rule = Type.String({ description: 'name of the rule' });

/** On the stream `notification-rule-{rule}`: what happened before is none of the rule's business. */
export const NotificationRuleEnabled = defineEvent('NotificationRuleEnabled', {
  schema: Type.Object({ rule }),
  sentence: (data) => `The rule ${data.rule} watches documents from now on`,
});

export const NotificationRequested = defineEvent('NotificationRequested', {
  schema: Type.Object({
    rule,
    type: Type.String({ description: 'of the message: `document.completed`' }),
    messageId: Type.String({ description: 'for ever the same for this rule and document' }),
    step: Type.Union([Type.String(), Type.Null()], { description: 'slug of what failed' }),
    error: Type.Union([
      Type.Object({ code: Type.String(), kind: Type.String(), message: personal(Type.String()) }),
      Type.Null(),
    ]),
    occurredAt: Type.String({ format: 'date-time' }),
  }),
  sentence: (data) => `A notification is to be sent: ${data.rule}`,
});

export const NotificationSuppressed = defineEvent('NotificationSuppressed', {
  schema: Type.Object({
    rule,
    why: Type.Union([Type.Literal('sent-before'), Type.Literal('before-the-rule')]),
  }),
  sentence: (data) =>
    data.why === 'sent-before'
      ? `No notification ${data.rule}: it is sent once a document`
      : `No notification ${data.rule}: this happened first before the rule watched`,
});

const reason = personal(Type.String({ description: 'in the words of whoever asked' }));

/** Also on the rule's stream: what happened before is to be told after all. */
export const PastNotificationsRequested = defineEvent('PastNotificationsRequested', {
  schema: Type.Object({
    rule,
    from: Type.String({ format: 'date-time' }),
    to: Type.String({ format: 'date-time', description: 'not included' }),
    reason,
  }),
  sentence: (data) =>
    `What the rule ${data.rule} had missed from ${data.from} to ${data.to} is to be sent: ${data.reason ?? '(erased)'}`,
});

export const PastNotificationsFinished = defineEvent('PastNotificationsFinished', {
  schema: Type.Object({
    rule,
    request: Type.String({ description: 'id of the PastNotificationsRequested' }),
    requested: Type.Integer({ minimum: 0, description: 'notifications that came of it' }),
  }),
  sentence: (data) => `${data.requested} past notifications ${data.rule} were requested`,
});
