import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../../shared/web/server.ts';
import { createLimit } from '../../../shared/web/throttle.ts';
import type { Accounts } from '../accounts.ts';
import { isFreshFromLink } from '../password/passwords.ts';
import { accountView, dones, type Done } from './account-view.ts';
import { Back, Email, Id, Name, personBehind, personOf, Secret, showSettings } from './page.ts';
import { showAgain, type Refused } from './refused.ts';
import { secondFactorSettings } from './second-factor-routes.ts';

const PAGE = '/settings';
const asked = Type.Object({
  done: Type.Optional(Type.Unsafe<Done>(Type.String({ enum: [...dones] }))),
});

/** Tries to set a password in a quarter of an hour: each may be a guess at the present one. */
const PASSWORD_TRIES = 10;

/** Who somebody is, how they prove it, and where they are signed in. */
export function accountSettings(app: App, accounts: Accounts): void {
  const tries = createLimit(app, PASSWORD_TRIES, 15 * 60_000, ({ actor }) => actor);

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    { done = null, refused = null }: { done?: Done | null; refused?: Refused | null },
  ): Promise<FastifyReply> {
    const { id, session } = personBehind(request);
    const [user, sessions, passwordSetAt, backupCodes] = await Promise.all([
      accounts.user(id),
      accounts.sessions(id),
      accounts.passwordSetAt(id),
      accounts.backupCodesLeft(id),
    ]);
    const own = await accounts.sessionRecord(session);
    const now = new Date();
    const shown = accountView({
      user,
      sessions,
      passwordSetAt,
      backupCodes,
      ownSession: own?.id ?? null,
      asksCurrent: passwordSetAt !== null && !(own && isFreshFromLink(own, now)),
      done,
      now,
    });
    return showSettings(request, reply, {
      template: 'settings/account',
      title: 'Settings',
      tab: 'account',
      shown,
      refused,
    });
  }
  const errorHandler = showAgain((request, reply, refused) => show(request, reply, { refused }));
  secondFactorSettings(app, accounts, { tries, errorHandler });

  app.get(PAGE, { schema: { hide: true, querystring: asked } }, async (request, reply) =>
    show(request, reply, request.query),
  );

  app.post(
    `${PAGE}/profile`,
    {
      schema: { hide: true, body: Type.Object({ name: Name, email: Email, back: Back }) },
      errorHandler,
    },
    async (request, reply) => {
      const { id } = personBehind(request);
      const command = { do: 'change profile', ...personOf(request.body) } as const;
      await accounts.changeUser(id, command, request);
      return reply.redirect(`${PAGE}?done=profile`, 303);
    },
  );

  app.post(
    `${PAGE}/password`,
    {
      schema: {
        hide: true,
        body: Type.Object({ current: Type.Optional(Secret), password: Secret, back: Back }),
      },
      errorHandler,
    },
    async (request, reply) => {
      const { id, session } = personBehind(request);
      const { current = '', password } = request.body;
      await tries.count(request);
      await accounts.setPassword(session, { userId: id, current, password });
      return reply.redirect(`${PAGE}?done=password`, 303);
    },
  );

  app.post(
    `${PAGE}/sessions/:session/end`,
    { schema: { hide: true, params: Type.Object({ session: Id }) } },
    async (request, reply) => {
      const { id } = personBehind(request);
      await accounts.revokeSession(id, request.params.session, request);
      return reply.redirect(`${PAGE}?done=session`, 303);
    },
  );

  app.post(`${PAGE}/sessions/end-others`, { schema: { hide: true } }, async (request, reply) => {
    const { id, session } = personBehind(request);
    await accounts.revokeSessions(id, { actor: request.actor, except: session });
    return reply.redirect(`${PAGE}?done=sessions`, 303);
  });
}
