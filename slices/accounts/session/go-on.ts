import type { FastifyReply, FastifyRequest } from 'fastify';
import { safeReturnPath } from '../../../shared/web/navigation.ts';
import type { Opened } from '../second-factor/second-steps.ts';
import type { Cookies } from './cookie.ts';

/** Leads on whoever has proved who they are: to the code that they owe, or to where they wanted to go. */
export function goOn(
  request: FastifyRequest,
  reply: FastifyReply,
  cookies: Cookies,
  opened: Opened & { target?: string | undefined },
): FastifyReply {
  if (opened.session === undefined) {
    cookies.keepSecondStep(request, reply, opened.secondStep);
    return reply.redirect('/sign-in/code', 303);
  }
  cookies.keepSession(request, reply, opened.session);
  const { target = cookies.returnOf(request) } = opened;
  return reply.redirect(safeReturnPath(target) ?? '/', 303);
}
