import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { peopleRoles, type PersonRole } from '../../../shared/web/principal.ts';
import type { App } from '../../../shared/web/server.ts';
import type { Accounts } from '../accounts.ts';
import { sessionOf } from '../session/cookie.ts';
import { Back, Email, Id, Name, personOf, Reason, showSettings } from './page.ts';
import { showAgain, type Refused } from './refused.ts';
import { linkView, userView, usersView } from './user-view.ts';

const PAGE = '/settings/users';
const Role = Type.Unsafe<PersonRole>(Type.String({ enum: [...peopleRoles] }));
const params = Type.Object({ id: Id });

/** What administrators do with people. */
export function userSettings(app: App, accounts: Accounts, publicUrl: string | null): void {
  const tab = 'users';

  async function showUsers(
    request: FastifyRequest,
    reply: FastifyReply,
    refused: Refused | null = null,
  ) {
    const users = await accounts.users();
    const sessions = await Promise.all(users.map(({ id }) => accounts.sessions(id)));
    const shown = usersView(users, sessions, new Date());
    const page = { template: 'settings/users', title: 'Users', tab, shown };
    return showSettings(request, reply, { ...page, refused });
  }

  async function showUser(
    request: FastifyRequest,
    reply: FastifyReply,
    refused: Refused | null = null,
  ) {
    const { id } = request.params as { id: string };
    const user = await accounts.user(id);
    const [sessions, passwordSetAt, own] = await Promise.all([
      accounts.sessions(id),
      accounts.passwordSetAt(id),
      accounts.sessionRecord(sessionOf(request) ?? ''),
    ]);
    const asked = { user, sessions, passwordSetAt, ownSession: own?.id ?? null, now: new Date() };
    const page = { template: 'settings/user', title: user.name, tab, shown: userView(asked) };
    return showSettings(request, reply, { ...page, refused });
  }
  const errorHandler = showAgain(showUser);

  app.get(PAGE, { schema: { hide: true } }, async (request, reply) => showUsers(request, reply));
  app.get(`${PAGE}/:id`, { schema: { hide: true, params } }, async (request, reply) =>
    showUser(request, reply),
  );

  /** Tells a new link, which stands nowhere else. */
  async function tellLink(
    request: FastifyRequest,
    reply: FastifyReply,
    { id, reason }: { id: string; reason: string | null },
  ): Promise<FastifyReply> {
    const secret = await accounts.createLinkFor(id, { actor: request.actor, reason });
    const base = publicUrl ?? `${request.protocol}://${request.host}`;
    const link = `${base}/sign-in/${secret}`;
    const shown = linkView(await accounts.user(id), link);
    return showSettings(request, reply, {
      template: 'settings/told',
      title: shown.title,
      tab,
      shown,
    });
  }

  app.post(
    PAGE,
    {
      schema: {
        hide: true,
        body: Type.Object({ name: Name, email: Email, role: Role, back: Back }),
      },
      errorHandler: showAgain(showUsers),
    },
    async (request, reply) => {
      const { role } = request.body;
      const id = await accounts.addUser({ ...personOf(request.body), role }, request);
      return tellLink(request, reply, { id, reason: null });
    },
  );

  app.post(
    `${PAGE}/:id/link`,
    {
      schema: { hide: true, params, body: Type.Object({ reason: Reason, back: Back }) },
      errorHandler,
    },
    async (request, reply) => tellLink(request, reply, { ...request.params, ...request.body }),
  );

  app.post(
    `${PAGE}/:id/role`,
    {
      schema: { hide: true, params, body: Type.Object({ role: Role, reason: Reason, back: Back }) },
      errorHandler,
    },
    async ({ params: { id }, body: { role, reason }, actor }, reply) => {
      await accounts.changeUser(id, { do: 'change role', role, reason }, { actor });
      return reply.redirect(`${PAGE}/${id}`, 303);
    },
  );

  const act = (path: string, work: (id: string, why: Why) => Promise<void>): void => {
    app.post(
      `${PAGE}/:id/${path}`,
      {
        schema: { hide: true, params, body: Type.Object({ reason: Reason, back: Back }) },
        errorHandler,
      },
      async ({ params: { id }, body: { reason }, actor }, reply) => {
        await work(id, { actor, reason });
        return reply.redirect(`${PAGE}/${id}`, 303);
      },
    );
  };
  act('shut-out', (id, { actor, reason }) =>
    accounts.changeUser(id, { do: 'shut out', reason }, { actor }),
  );
  act('let-in', (id, { actor, reason }) =>
    accounts.changeUser(id, { do: 'let in', reason }, { actor }),
  );
  act('second-factor/reset', (id, { actor, reason }) =>
    accounts.changeUser(id, { do: 'reset second factor', reason }, { actor }),
  );
  act('unlink', (id, { actor, reason }) =>
    accounts.changeUser(id, { do: 'unlink', reason }, { actor }),
  );
  act('sessions/end', (id, why) => accounts.revokeSessions(id, why));

  app.post(
    `${PAGE}/:id/sessions/:session/end`,
    {
      schema: {
        hide: true,
        params: Type.Object({ id: Id, session: Id }),
        body: Type.Object({ reason: Reason, back: Back }),
      },
      errorHandler,
    },
    async ({ params: { id, session }, body: { reason }, actor }, reply) => {
      await accounts.revokeSession(id, session, { actor, reason });
      return reply.redirect(`${PAGE}/${id}`, 303);
    },
  );
}

interface Why {
  actor: string;
  reason: string;
}
