import { Type } from 'typebox';
import type { FastifyReply } from 'fastify';
import { wantsPage } from '../../../shared/web/navigation.ts';
import { Problem } from '../../../shared/web/problem.ts';
import type { App } from '../../../shared/web/server.ts';
import type { Accounts } from '../accounts.ts';
import { browserOf, type Cookies } from './cookie.ts';
import { goOn } from './go-on.ts';
import { createSignInLimits } from './limits.ts';

const PAGE = '/sign-in/code';
const Entered = Type.Object({ code: Type.String({ maxLength: 100 }) });

const WRONG = 'The code is wrong or was used already.';
const OVER = 'The sign-in took too long, or too many codes were wrong. Begin again.';

/** The second factor, for whoever has entered the password or opened a link. */
export function codeSignIn(app: App, accounts: Accounts, cookies: Cookies): void {
  // Throttled as passwords are, but fewer failures of one account: each is one of a million codes, and
  // whoever fails has the password.
  const limits = createSignInLimits(app, ({ claimed }) => claimed ?? 'nobody', {
    failuresOfAccount: 10,
  });

  app.get(PAGE, async (request, reply) =>
    cookies.secondStepOf(request) === undefined
      ? reply.redirect('/sign-in', 303)
      : show(reply, null),
  );

  app.post(PAGE, { schema: { hide: true, body: Entered } }, async (request, reply) => {
    const step = cookies.secondStepOf(request) ?? '';
    const owner = await accounts.ownerOfSecondStep(step);
    request.claimed = owner && `user:${owner}`;
    await limits.begin(request);
    const outcome = await accounts.finishSignIn(step, request.body.code, browserOf(request));
    if ('session' in outcome) {
      // Whoever came by a link has lost the password.
      const target = outcome.openedBy === 'link' ? '/settings#password' : undefined;
      return goOn(request, reply, cookies, { session: outcome.session, target });
    }
    await limits.failed(request);
    if (outcome.ended) cookies.dropSecondStep(request, reply);
    const refusal = outcome.ended ? OVER : WRONG;
    if (!wantsPage(request)) throw new Problem(401, 'sign-in-refused', refusal);
    return show(reply.code(401), { words: refusal, ended: outcome.ended });
  });
}

function show(
  reply: FastifyReply,
  refusal: { words: string; ended: boolean } | null,
): FastifyReply {
  return reply.view('slices/accounts/session/code.njk', { title: 'Sign in', shown: { refusal } });
}
