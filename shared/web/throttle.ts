import rateLimit from '@fastify/rate-limit';
import { tooManyRequests } from './problem.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Wrong tokens from one address in a minute, after which its tokens are not looked up any more. */
const wrongTokensPerMinute = 300;

/**
 * Limits requests a minute for each principal or, on open routes, each address; and wrong tokens
 * for each address.
 * A route sets a limit of its own by `config: { rateLimit: { max, timeWindow } }`.
 */
export async function installThrottle(app: FastifyInstance, requestsPerMinute: number) {
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: keyOf,
    addHeadersOnExceeding: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
    },
    errorResponseBuilder: (_request, { ttl }) => tooMany(Math.ceil(ttl / 1000)),
  });
  const wrongTokens = app.createRateLimit({
    max: wrongTokensPerMinute,
    timeWindow: 60_000,
    keyGenerator: ({ ip }) => rateLimit.normalizeIP(ip),
  });
  const judge = async (request: FastifyRequest, increment: boolean): Promise<void> => {
    const limit = await wrongTokens(request, { increment });
    if (!limit.isAllowed && limit.isExceeded) throw tooMany(limit.ttlInSeconds);
  };
  return {
    check: (request: FastifyRequest) => judge(request, false),
    failed: (request: FastifyRequest) => judge(request, true),
  };
}

const tooMany = (seconds: number) =>
  tooManyRequests(`Too many requests. Try again in ${seconds} seconds.`, seconds);

/** Who is counted: whoever the access check found, otherwise the address (IPv6 by its /64). */
const keyOf = ({ visitor, ip }: FastifyRequest): string =>
  visitor ? `${visitor.kind} ${visitor.id}` : rateLimit.normalizeIP(ip);
