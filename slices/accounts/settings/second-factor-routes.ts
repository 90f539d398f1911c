import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../../shared/web/server.ts';
import type { Limit } from '../../../shared/web/throttle.ts';
import type { Accounts } from '../accounts.ts';
import { isFreshFromLink } from '../password/passwords.ts';
import { Back, personBehind, Secret, showSettings } from './page.ts';
import { showAgain, type FormErrorHandler, type Refused } from './refused.ts';
import { backupCodesView, setUpView } from './second-factor-view.ts';

const SETTINGS = '/settings';
const PAGE = `${SETTINGS}/second-factor`;
const Proof = Type.Object({
  current: Type.Optional(Secret),
  code: Type.Optional(Type.String({ maxLength: 100 })),
  back: Back,
});

/**
 * Sets one's own second factor up, and does without it. `tries`: each may be a guess at a secret;
 * `errorHandler`: of forms on the page of the account.
 */
export function secondFactorSettings(
  app: App,
  accounts: Accounts,
  { tries, errorHandler }: { tries: Limit; errorHandler: FormErrorHandler },
): void {
  const tab = 'account';

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    refused: Refused | null = null,
  ): Promise<FastifyReply> {
    const { id, session } = personBehind(request);
    const secret = await accounts.startedSecondFactor(id);
    if (secret === null) return reply.redirect(SETTINGS, 303);
    const [user, own] = await Promise.all([accounts.user(id), accounts.sessionRecord(session)]);
    const asksCurrent = !(own && isFreshFromLink(own, new Date()));
    return showSettings(request, reply, {
      template: 'settings/second-factor',
      title: 'Second factor',
      tab,
      shown: setUpView(user, secret, asksCurrent),
      refused,
    });
  }

  app.get(PAGE, { schema: { hide: true } }, async (request, reply) => show(request, reply));

  app.post(PAGE, { schema: { hide: true }, errorHandler }, async (request, reply) => {
    await accounts.startSecondFactor(personBehind(request).id);
    return reply.redirect(PAGE, 303);
  });

  const prove = (
    path: string,
    work: (
      session: string,
      proof: { userId: string; current: string; code: string },
      page: { request: FastifyRequest; reply: FastifyReply },
    ) => Promise<FastifyReply>,
    handler = errorHandler,
  ): void => {
    app.post(
      `${PAGE}/${path}`,
      { schema: { hide: true, body: Proof }, errorHandler: handler },
      async (request, reply) => {
        const { id: userId, session } = personBehind(request);
        const { current = '', code = '' } = request.body;
        await tries.count(request);
        return work(session, { userId, current, code }, { request, reply });
      },
    );
  };
  /** Tells backup codes, which stand nowhere else. */
  const tell = (
    { request, reply }: { request: FastifyRequest; reply: FastifyReply },
    codes: readonly string[],
  ) => {
    const shown = backupCodesView(codes);
    return showSettings(request, reply, {
      template: 'settings/told',
      title: shown.title,
      tab,
      shown,
    });
  };
  prove(
    'confirm',
    async (session, proof, page) => tell(page, await accounts.confirmSecondFactor(session, proof)),
    showAgain(show),
  );
  prove('backup-codes', async (session, proof, page) =>
    tell(page, await accounts.makeBackupCodes(session, proof)),
  );
  prove('remove', async (session, proof, { reply }) => {
    await accounts.removeSecondFactor(session, proof);
    return reply.redirect(`${SETTINGS}?done=second-factor`, 303);
  });
}
