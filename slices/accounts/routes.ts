import { Type } from 'typebox';
import { sessionCookie } from '../../shared/web/principal.ts';
import { safeReturnPath } from '../../shared/web/navigation.ts';
import { gone, unavailable } from '../../shared/web/problem.ts';
import { sessionSeconds } from './sessions.ts';
import type { FastifyRequest } from 'fastify';
import type { Routes } from '../../shared/web/server.ts';
import type { Accounts } from './accounts.ts';

/** Keeps where somebody wanted to go, until the sign-in link is opened in the same browser. */
const returnCookie = 'doctrail_return';

const returnQuery = Type.Object({ return: Type.Optional(Type.String({ maxLength: 2_000 })) });

/** `https`: people reach the server by TLS even where the request does not show it. */
export function accountRoutes(accounts: Accounts, https: boolean): Routes {
  const cookieOptions = (request: FastifyRequest, path: string) => ({
    path,
    httpOnly: true,
    sameSite: 'lax' as const,
    secure: https || request.protocol === 'https',
  });

  return (app) => {
    app.get('/sign-in', { schema: { querystring: returnQuery } }, async (request, reply) => {
      const target = safeReturnPath(request.query.return);
      const session = request.cookies[sessionCookie];
      if (session && (await accounts.session(session))) return reply.redirect(target ?? '/', 303);
      if (target !== undefined) {
        reply.setCookie(returnCookie, target, {
          ...cookieOptions(request, '/sign-in'),
          maxAge: 900,
        });
      }
      return reply.view('slices/accounts/sign-in.njk', { title: 'Sign in' });
    });

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
        const session = await accounts.redeemSignInLink(request.params.token);
        if (session === null) throw usedUp();
        const { return: asked = request.cookies[returnCookie] } = request.query;
        return reply
          .setCookie(sessionCookie, session, {
            ...cookieOptions(request, '/'),
            maxAge: sessionSeconds,
          })
          .clearCookie(returnCookie, cookieOptions(request, '/sign-in'))
          .redirect(safeReturnPath(asked) ?? '/', 303);
      },
    );

    app.post('/sign-out', async (request, reply) => {
      const session = request.cookies[sessionCookie];
      if (session && request.principal.kind === 'session') await accounts.signOut(session);
      return reply
        .clearCookie(sessionCookie, cookieOptions(request, '/'))
        .redirect('/sign-in', 303);
    });
  };
}

const usedUp = () =>
  gone(
    'This sign-in link was used already, has expired or is incomplete: each works once, within 24 hours. Run "npm run -s sign-in-link" where the server runs to get a new one.',
    'sign-in-link-used',
  );

/** Browsers say so when they fetch a page that nobody has opened yet. */
const isPrefetch = ({ headers }: FastifyRequest): boolean =>
  /prefetch|prerender/.test(String(headers['sec-purpose'] ?? headers['purpose']));
