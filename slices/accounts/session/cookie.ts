import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionCookie } from '../../../shared/web/principal.ts';
import { flowSeconds } from '../openid/provider.ts';
import { secondStepSeconds } from '../second-factor/second-steps.ts';
import { sessionSeconds, type Browser } from './sessions.ts';

/** Keeps where somebody wanted to go, until the sign-in link is opened in the same browser. */
const returnCookie = 'doctrail_return';

/** Keeps what somebody has proved until they have entered the code. */
const secondStepCookie = 'doctrail_second_step';

/** Keeps what the provider's answer has to fit, until somebody comes back from there. */
const flowCookie = 'doctrail_openid';

/** How browsers are told who they are; `https`: people use TLS even where the request does not show it. */
export function createCookies(https: boolean) {
  const options = (request: FastifyRequest, path: string) => ({
    path,
    httpOnly: true,
    sameSite: 'lax' as const,
    secure: https || request.protocol === 'https',
  });
  return {
    keepSession: (request: FastifyRequest, reply: FastifyReply, session: string) =>
      reply
        .setCookie(sessionCookie, session, {
          ...options(request, '/'),
          maxAge: sessionSeconds,
        })
        .clearCookie(returnCookie, options(request, '/sign-in'))
        .clearCookie(secondStepCookie, options(request, '/sign-in')),
    keepSecondStep: (request: FastifyRequest, reply: FastifyReply, step: string) =>
      reply.setCookie(secondStepCookie, step, {
        ...options(request, '/sign-in'),
        maxAge: secondStepSeconds,
      }),
    dropSecondStep: (request: FastifyRequest, reply: FastifyReply) =>
      reply.clearCookie(secondStepCookie, options(request, '/sign-in')),
    secondStepOf: ({ cookies }: FastifyRequest): string | undefined => cookies[secondStepCookie],
    keepFlow: (request: FastifyRequest, reply: FastifyReply, flow: string) =>
      reply.setCookie(flowCookie, flow, {
        ...options(request, '/sign-in/oidc'),
        maxAge: flowSeconds,
      }),
    dropFlow: (request: FastifyRequest, reply: FastifyReply) =>
      reply.clearCookie(flowCookie, options(request, '/sign-in/oidc')),
    flowOf: ({ cookies }: FastifyRequest): string | undefined => cookies[flowCookie],
    dropSession: (request: FastifyRequest, reply: FastifyReply) =>
      reply.clearCookie(sessionCookie, options(request, '/')),
    keepReturn: (request: FastifyRequest, reply: FastifyReply, path: string) =>
      reply.setCookie(returnCookie, path, { ...options(request, '/sign-in'), maxAge: 900 }),
    returnOf: ({ cookies }: FastifyRequest): string | undefined => cookies[returnCookie],
  };
}

export type Cookies = ReturnType<typeof createCookies>;

/** The session that a browser holds, whether it counts or not. */
export const sessionOf = ({ cookies }: FastifyRequest): string | undefined =>
  cookies[sessionCookie];

/** What is known of the browser behind a request. */
export const browserOf = (request: FastifyRequest): Browser => ({
  address: request.ip,
  agent: request.headers['user-agent'] ?? null,
  session: sessionOf(request) ?? null,
});
