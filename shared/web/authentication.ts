import { isNavigation, isSafeMethod, safeReturnPath, signInUrl } from './navigation.ts';
import { sessionCookie } from './principal.ts';
import { forbidden, unauthorized } from './problem.ts';
import { isSameOrigin } from './same-origin.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator, Principal } from './principal.ts';
import type { Limit } from './throttle.ts';

export interface AuthenticationOptions {
  readonly authenticator: Authenticator;
  readonly publicOrigin: string | undefined;
  /** Called before a token is looked up, and with each that is wrong; throws when there were too many. */
  readonly throttle: Limit;
}

/** A stated token counts, and nothing else; without one the session of the cookie. */
export async function identify(
  { headers, cookies }: FastifyRequest,
  authenticator: Authenticator,
): Promise<Principal | null> {
  if (headers.authorization === undefined) {
    const session = cookies[sessionCookie];
    return session ? authenticator.session(session) : null;
  }
  const token = /^Bearer +(\S+) *$/i.exec(headers.authorization)?.[1];
  return token ? authenticator.token(token) : null;
}

/** The same for a request that has just come: an address cannot go on trying tokens. */
export async function admit(
  request: FastifyRequest,
  { authenticator, throttle }: AuthenticationOptions,
): Promise<Principal | null> {
  const withToken = request.headers.authorization !== undefined;
  if (withToken) await throttle.check(request);
  const principal = await identify(request, authenticator);
  if (withToken && !principal) await throttle.count(request);
  return principal;
}

/** A page that is not there still shows its reader the way around, if the database can be asked. */
export async function greet(
  request: FastifyRequest,
  options: AuthenticationOptions,
): Promise<void> {
  if (isNavigation(request)) request.visitor = await admit(request, options).catch(() => null);
}

/** Unsafe requests that a cookie could go along with have to come from our own pages. */
export function refuseForeignForm(
  request: FastifyRequest,
  { publicOrigin }: AuthenticationOptions,
): void {
  const unsafe = !isSafeMethod(request.method) && request.headers.authorization === undefined;
  if (unsafe && !isSameOrigin(request, publicOrigin)) {
    throw forbidden(
      'This was not sent by a page of this server. Open the page here and try again, or use an API token.',
      'cross-origin',
    );
  }
}

/** A person is taken to the sign-in page and back again; everybody else gets a 401. */
export function askToSignIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isNavigation(request)) {
    const back = isSafeMethod(request.method) ? request.url : '/';
    return reply.header('cache-control', 'no-store').redirect(signInUrl(back), 303);
  }
  if (request.headers['hx-request'] !== undefined) {
    reply.header('hx-redirect', signInUrl(currentPage(request)));
  }
  throw unauthorized(
    'Send a valid API token as "Authorization: Bearer TOKEN"; "npm run -s token" makes one.',
  );
}

/** The page that an htmx request was made from. */
function currentPage(request: FastifyRequest): string {
  const current = request.headers['hx-current-url'];
  if (typeof current !== 'string' || !URL.canParse(current)) return '/';
  const { pathname, search } = new URL(current);
  return safeReturnPath(`${pathname}${search}`) ?? '/';
}
