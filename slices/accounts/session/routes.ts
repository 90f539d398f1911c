import { Type } from 'typebox';
import { safeReturnPath } from '../../../shared/web/navigation.ts';
import { gone, unavailable } from '../../../shared/web/problem.ts';
import type { FastifyRequest } from 'fastify';
import type { App } from '../../../shared/web/server.ts';
import type { Accounts } from '../accounts.ts';
import { singleSignOn, type SingleSignOn } from '../openid/routes.ts';
import { browserOf, sessionOf, type Cookies } from './cookie.ts';
import { codeSignIn } from './code-routes.ts';
import { goOn } from './go-on.ts';
import { passwordSignIn, type ShowSignIn } from './password-routes.ts';

const returnQuery = Type.Object({ return: Type.Optional(Type.String({ maxLength: 2_000 })) });

/** The ways in, and out. */
export function sessionRoutes(
  app: App,
  parts: { accounts: Accounts; cookies: Cookies; signOn: SingleSignOn | null },
): void {
  const { accounts, cookies, signOn } = parts;
  const showSignIn: ShowSignIn = (reply, shown) =>
    reply.view('slices/accounts/session/sign-in.njk', {
      title: 'Sign in',
      shown: { ...shown, provider: signOn?.provider.name ?? null },
    });

  app.get('/sign-in', { schema: { querystring: returnQuery } }, async (request, reply) => {
    const target = safeReturnPath(request.query.return);
    const session = sessionOf(request);
    if (session && (await accounts.session(session))) return reply.redirect(target ?? '/', 303);
    if (target !== undefined) cookies.keepReturn(request, reply, target);
    return showSignIn(reply, { email: '', refusal: null });
  });

  passwordSignIn(app, accounts, cookies, showSignIn);
  codeSignIn(app, accounts, cookies);
  singleSignOn(app, parts, showSignIn);

  // What looks at links before people do asks by HEAD: that must not use the link up.
  app.head('/sign-in/:token', async (_request, reply) => reply.code(204).send());

  app.get(
    '/sign-in/:token',
    {
      config: { rateLimit: { max: 60, timeWindow: 60_000 } },
      schema: { querystring: returnQuery, params: Type.Object({ token: Type.String() }) },
    },
    async (request, reply) => {
      if (isPrefetch(request)) throw unavailable('A sign-in link is not fetched ahead.', 1);
      const opened = await accounts.redeemSignInLink(request.params.token, browserOf(request));
      if (opened === null) throw usedUp();
      // Whoever is new, or has lost the password, sets one first.
      const isFirst = opened.purpose !== 'sign-in';
      const target = isFirst ? '/settings#password' : request.query.return;
      return goOn(request, reply, cookies, { ...opened, target });
    },
  );

  app.post('/sign-out', async (request, reply) => {
    const session = sessionOf(request);
    if (session && request.principal.kind === 'session') await accounts.signOut(session);
    return cookies.dropSession(request, reply).redirect('/sign-in', 303);
  });
}

const usedUp = () =>
  gone(
    'This sign-in link was used already, has expired or is incomplete: each works once, for a limited time. Ask an administrator for a new one, or run "npm run -s sign-in-link" where the server runs.',
    'sign-in-link-used',
    { title: 'This link no longer works' },
  );

/** Browsers say so when they fetch a page that nobody has opened yet. */
const isPrefetch = ({ headers }: FastifyRequest): boolean =>
  /prefetch|prerender/.test(String(headers['sec-purpose'] ?? headers['purpose']));
