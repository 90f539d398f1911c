import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { roles, type Role } from '../../../shared/web/principal.ts';
import type { App } from '../../../shared/web/server.ts';
import type { Accounts } from '../accounts.ts';
import { Back, Id, Name, Reason, showSettings } from './page.ts';
import { showAgain, type Refused } from './refused.ts';
import { tokenToldView, tokensView } from './token-view.ts';

const PAGE = '/settings/tokens';
const NewToken = Type.Object({
  name: Name,
  role: Type.Unsafe<Role>(Type.String({ enum: [...roles] })),
  days: Type.String({ pattern: '^([1-9]\\d{0,3})?$', description: 'empty: until it is revoked' }),
  back: Back,
});

/** What administrators do with the credentials of programs. */
export function tokenSettings(app: App, accounts: Accounts): void {
  const tab = 'tokens';

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    refused: Refused | null = null,
  ) {
    const shown = tokensView(await accounts.tokens(), new Date());
    return showSettings(request, reply, {
      template: 'settings/tokens',
      title: 'API tokens',
      tab,
      shown,
      refused,
    });
  }
  const errorHandler = showAgain(show);

  app.get(PAGE, { schema: { hide: true } }, async (request, reply) => show(request, reply));

  app.post(
    PAGE,
    { schema: { hide: true, body: NewToken }, errorHandler },
    async (request, reply) => {
      const { role, days } = request.body;
      const name = request.body.name.trim();
      const expiresAt = days === '' ? null : new Date(Date.now() + Number(days) * 86_400_000);
      const token = await accounts.createToken({ name, role, expiresAt }, request);
      const shown = tokenToldView(name, token);
      return showSettings(request, reply, {
        template: 'settings/told',
        title: shown.title,
        tab,
        shown,
      });
    },
  );

  app.post(
    `${PAGE}/:id/revoke`,
    {
      schema: {
        hide: true,
        params: Type.Object({ id: Id }),
        body: Type.Object({ reason: Reason, back: Back }),
      },
      errorHandler,
    },
    async ({ params: { id }, body: { reason }, actor }, reply) => {
      await accounts.revokeToken(id, { actor, reason });
      return reply.redirect(PAGE, 303);
    },
  );
}
