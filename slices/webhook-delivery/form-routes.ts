import type { FastifyReply } from 'fastify';
import { Type, type TProperties } from 'typebox';
import { safeReturnPath } from '../../shared/web/navigation.ts';
import type { App } from '../../shared/web/server.ts';
import { FormTime, timeOfForm } from './form-time.ts';
import { Description, Id, MessageId, Reason, Url, type WebhookParts } from './routes.ts';
import { showSecret } from './screen/notification-screens.ts';

const BASE = '/notifications/endpoints';
const PAGE = '/notifications';
const Back = Type.Optional(Type.String({ maxLength: 500 }));
const settings = {
  url: Url,
  description: Type.String({ ...Description, default: '' }),
};
/** A box for each rule: `rule-completed`. */
const RULE = /^rule-(.+)$/;

/** What a form says: whom it is about, in which words, and who sent it. */
interface Form {
  id: string;
  messageId: string;
  reason: string;
  since: string;
  actor: string;
}

/** The same for pages, as forms that lead back to where they came from. */
export function webhookForms(app: App, parts: WebhookParts): void {
  const { endpoints, resends } = parts;

  app.post(
    BASE,
    { schema: { hide: true, body: Type.Object({ ...settings, back: Back }) } },
    async ({ body, actor }, reply) => {
      const { id, secret } = await endpoints.add(settingsOf(body), { actor });
      await parts.endpointQueries.untilShown(id);
      return showSecret(reply, { id, secret, isNew: true });
    },
  );
  app.post(
    `${BASE}/:id`,
    {
      schema: {
        hide: true,
        params: Type.Object({ id: Id }),
        body: Type.Object({ ...settings, back: Back }),
      },
    },
    async ({ params, body, actor }, reply) => {
      await endpoints.change(params.id, settingsOf(body), { actor });
      await parts.endpointQueries.untilShown(params.id);
      return leadBack(reply, body.back);
    },
  );
  app.post(
    `${BASE}/:id/rotate-secret`,
    {
      schema: {
        hide: true,
        params: Type.Object({ id: Id }),
        body: Type.Object({ back: Back }),
      },
    },
    async ({ params, actor }, reply) => {
      const { secret } = await endpoints.rotateSecret(params.id, { actor });
      return showSecret(reply, { id: params.id, secret, isNew: false });
    },
  );

  const form = (
    path: string,
    fields: TProperties,
    act: (form: Form) => Promise<unknown>,
    more: TProperties = {},
  ): void => {
    const body = Type.Object({ ...fields, back: Back });
    app.post(
      `${BASE}/:id/${path}`,
      { schema: { hide: true, params: Type.Object({ id: Id, ...more }), body } },
      async ({ params, body, actor }, reply) => {
        const asked = { ...params, ...body, actor } as Form & { back?: string };
        await act(asked);
        await parts.endpointQueries.untilShown(asked.id);
        return leadBack(reply, asked.back);
      },
    );
  };
  const reason = { reason: Reason };
  form('pause', reason, (asked) => endpoints.pause(asked.id, asked));
  form('resume', reason, (asked) => endpoints.resume(asked.id, asked));
  form('remove', reason, (asked) => endpoints.remove(asked.id, asked));
  form('test', {}, (asked) => endpoints.test(asked.id, asked));
  form('recover', { ...reason, since: FormTime }, (asked) =>
    endpoints.recover(asked.id, timeOfForm(asked.since), asked),
  );
  form(
    'deliveries/:messageId/resend',
    reason,
    (asked) => resends.resend(asked.id, asked.messageId, asked),
    { messageId: MessageId },
  );
}

function leadBack(reply: FastifyReply, back: string | undefined): FastifyReply {
  return reply.redirect(safeReturnPath(back) ?? PAGE, 303);
}

function settingsOf(body: { url: string; description: string }) {
  const { url, description } = body;
  const rules = Object.keys(body).flatMap((name) => RULE.exec(name)?.[1] ?? []);
  return { url: url.trim(), description: description.trim(), rules };
}
