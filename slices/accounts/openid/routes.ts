import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RoleRule } from '../../../shared/config-variable.ts';
import { wantsPage } from '../../../shared/web/navigation.ts';
import { problemOf } from '../../../shared/web/problem-mapping.ts';
import { notFound, Problem } from '../../../shared/web/problem.ts';
import type { App } from '../../../shared/web/server.ts';
import type { Accounts } from '../accounts.ts';
import { browserOf, type Cookies } from '../session/cookie.ts';
import { goOn } from '../session/go-on.ts';
import type { ShowSignIn } from '../session/password-routes.ts';
import type { EntryRefusal } from './entry.ts';
import type { OpenIdProvider } from './provider.ts';

/** Where the provider leads back to; it has to be told so. */
const CALLBACK = '/sign-in/oidc/callback';

/** How people sign in at a provider. */
export interface SingleSignOn {
  provider: OpenIdProvider;
  rules: readonly RoleRule[];
  /** PUBLIC_URL; null: as the request says. */
  publicUrl: string | null;
}

/** Signing in at an OpenID Connect provider. */
export function singleSignOn(
  app: App,
  {
    accounts,
    cookies,
    signOn,
  }: { accounts: Accounts; cookies: Cookies; signOn: SingleSignOn | null },
  show: ShowSignIn,
): void {
  const options = {
    config: { rateLimit: { max: 60, timeWindow: 60_000 } },
    schema: { hide: true },
    errorHandler: showRefusal,
  };

  // A link: the content policy lets no form lead to another origin, not even by a redirect.
  app.get('/sign-in/oidc', options, async (request, reply) => {
    const { provider, publicUrl } = configured(signOn);
    const base = publicUrl ?? `${request.protocol}://${request.host}`;
    const { url, flow } = await provider.begin(`${base}${CALLBACK}`);
    return cookies.keepFlow(request, reply, flow).redirect(url, 303);
  });

  app.get(CALLBACK, options, async (request, reply) => {
    const { provider, rules } = configured(signOn);
    cookies.dropFlow(request, reply);
    const query = request.url.slice(CALLBACK.length);
    const identity = await provider.finish(cookies.flowOf(request), query);
    const entered = await accounts.signInByProvider(identity, {
      rules,
      browser: browserOf(request),
    });
    if ('session' in entered) return goOn(request, reply, cookies, entered);
    request.claimed = entered.user && `user:${entered.user}`;
    throw new Problem(403, entered.refusal, sentences[entered.refusal](provider.name));
  });

  async function showRefusal(error: unknown, request: FastifyRequest, reply: FastifyReply) {
    const problem = problemOf(error);
    if (!problem || ![401, 403, 503].includes(problem.status)) throw error;
    request.refusedFor = problem.slug;
    request.log.warn({ err: problem }, 'a sign-in at the provider failed');
    if (!wantsPage(request)) throw error;
    reply.code(problem.status).headers(problem.headers);
    return show(reply, { email: '', refusal: problem.detail });
  }
}

function configured(signOn: SingleSignOn | null): SingleSignOn {
  if (signOn) return signOn;
  throw notFound('Nobody signs in at a provider here: OIDC_ISSUER is not set.');
}

/** Why somebody whom the provider has signed in does not come in, and what to do. */
const sentences: Record<EntryRefusal, (provider: string) => string> = {
  'shut-out': () => 'Your account is shut out. Ask an administrator to let you in again.',
  'no-role': (name) =>
    `${name} gives you no role here. Ask whoever manages it to put you into a group that has one.`,
  'linked-elsewhere': (name) =>
    `Whoever has your e-mail address here signs in with another account at ${name}. Ask an administrator to unlink it.`,
  'unverified-email': (name) =>
    `${name} gives no verified e-mail address of yours, by which you would be known here. Have it verified there, or ask an administrator for a link.`,
  'no-account': () =>
    'Nobody here has your e-mail address. Ask an administrator to invite you with it.',
};
