import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { safeReturnPath, wantsPage } from '../../../shared/web/navigation.ts';
import { Problem } from '../../../shared/web/problem.ts';
import type { App } from '../../../shared/web/server.ts';
import { addressOf, createLimit } from '../../../shared/web/throttle.ts';
import type { Accounts } from '../accounts.ts';
import { LONGEST } from '../password/rules.ts';
import { hashOf } from '../secret.ts';
import { browserOf, type Cookies } from './cookie.ts';

const QUARTER_OF_AN_HOUR = 15 * 60_000;

/**
 * In a quarter of an hour: tries for one account from one address (right ones too, so that many at
 * once cannot slip through), failures for one account from anywhere (more, so that a stranger
 * cannot easily keep its owner out), and failures from one address.
 */
const most = { tries: 10, failuresOfAccount: 50, failuresFromAddress: 30 };

const Entered = Type.Object({
  email: Type.String({ maxLength: 254 }),
  // Longer ones are hashed as well, as far as the body may go: no other answer, no other time.
  password: Type.String({ maxLength: 10 * LONGEST }),
});

const WRONG = 'The e-mail address or the password is wrong.';

/** Signing in with e-mail address and password; unknown addresses and wrong passwords look alike. */
export function passwordSignIn(
  app: App,
  accounts: Accounts,
  cookies: Cookies,
  show: (reply: FastifyReply, shown: { email: string; refusal: string | null }) => FastifyReply,
): void {
  const tries = createLimit(app, most.tries, QUARTER_OF_AN_HOUR, (request) =>
    hashOf(`${addressOf(request)} ${accountOf(request)}`),
  );
  const failures = [
    createLimit(app, most.failuresOfAccount, QUARTER_OF_AN_HOUR, (request) =>
      hashOf(accountOf(request)),
    ),
    createLimit(app, most.failuresFromAddress, QUARTER_OF_AN_HOUR, addressOf),
  ];

  app.post('/sign-in', { schema: { hide: true, body: Entered } }, async (request, reply) => {
    const { email, password } = request.body;
    for (const limit of failures) await limit.check(request);
    await tries.count(request);
    const proof = { email: email.trim(), password };
    const outcome = await accounts.signIn(proof, browserOf(request));
    if ('session' in outcome) {
      cookies.keepSession(request, reply, outcome.session);
      return reply.redirect(safeReturnPath(cookies.returnOf(request)) ?? '/', 303);
    }
    request.claimed = outcome.user && `user:${outcome.user}`;
    await Promise.all(failures.map((limit) => limit.count(request)));
    if (!wantsPage(request)) throw new Problem(401, 'sign-in-refused', WRONG);
    return show(reply.code(401), { email, refusal: WRONG });
  });
}

const accountOf = ({ body }: FastifyRequest): string =>
  (body as { email: string }).email.trim().toLowerCase();
