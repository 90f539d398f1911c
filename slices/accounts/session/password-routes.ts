import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { wantsPage } from '../../../shared/web/navigation.ts';
import { Problem } from '../../../shared/web/problem.ts';
import type { App } from '../../../shared/web/server.ts';
import type { Accounts } from '../accounts.ts';
import { LONGEST } from '../password/rules.ts';
import { browserOf, type Cookies } from './cookie.ts';
import { goOn } from './go-on.ts';
import { createSignInLimits } from './limits.ts';

const Entered = Type.Object({
  email: Type.String({ maxLength: 254 }),
  // Longer ones are hashed as well, as far as the body may go: no other answer, no other time.
  password: Type.String({ maxLength: 10 * LONGEST }),
});

const WRONG = 'The e-mail address or the password is wrong. After some wrong tries it has to wait.';

/** The page with the form; with what was entered and why it was refused, after a try. */
export type ShowSignIn = (
  reply: FastifyReply,
  shown: { email: string; refusal: string | null },
) => FastifyReply;

/** Signing in with e-mail address and password; unknown addresses and wrong passwords look alike. */
export function passwordSignIn(
  app: App,
  accounts: Accounts,
  cookies: Cookies,
  show: ShowSignIn,
): void {
  const limits = createSignInLimits(app, accountOf);

  app.post('/sign-in', { schema: { hide: true, body: Entered } }, async (request, reply) => {
    const { email, password } = request.body;
    await limits.begin(request);
    const proof = { email: email.trim(), password };
    const outcome = await accounts.signIn(proof, browserOf(request));
    if (!('user' in outcome)) return goOn(request, reply, cookies, outcome);
    request.claimed = outcome.user && `user:${outcome.user}`;
    await limits.failed(request);
    if (!wantsPage(request)) throw new Problem(401, 'sign-in-refused', WRONG);
    return show(reply.code(401), { email, refusal: WRONG });
  });
}

const accountOf = ({ body }: FastifyRequest): string =>
  (body as { email: string }).email.trim().toLowerCase();
