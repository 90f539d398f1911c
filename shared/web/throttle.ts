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
export async function installThrottle(
  app: FastifyInstance,
  requestsPerMinute: number,
): Promise<Limit> {
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: keyOf,
    // RateLimit-Limit, -Remaining and -Reset, of the IETF draft.
    enableDraftSpec: true,
    errorResponseBuilder: (_request, { ttl }) => tooMany(Math.ceil(ttl / 1000)),
  });
  return createLimit(app, wrongTokensPerMinute, 60_000, addressOf);
}

/** How often something may happen before it is not done any more; both throw a Problem 429. */
export interface Limit {
  /** Whether it happened too often already. */
  check(request: FastifyRequest): Promise<void>;
  /** It happened once more. */
  count(request: FastifyRequest): Promise<void>;
}

/** Counts in a time, in milliseconds, by what `keyOf` makes of a request; in this process. */
export function createLimit(
  app: Pick<FastifyInstance, 'createRateLimit'>,
  max: number,
  timeWindow: number,
  keyOf: (request: FastifyRequest) => string,
): Limit {
  const happened = app.createRateLimit({ max, timeWindow, keyGenerator: keyOf });
  const judge = async (request: FastifyRequest, increment: boolean): Promise<void> => {
    const limit = await happened(request, { increment });
    if (!limit.isAllowed && limit.isExceeded) throw tooMany(limit.ttlInSeconds);
  };
  return {
    check: (request) => judge(request, false),
    count: (request) => judge(request, true),
  };
}

/** The address that is counted: of IPv6 the /64, which one customer has whole. */
export const addressOf = ({ ip }: FastifyRequest): string => rateLimit.normalizeIP(ip);

const tooMany = (seconds: number) =>
  tooManyRequests(`Too many requests. Try again in ${seconds} seconds.`, seconds);

/** Who is counted: whoever the access check found, otherwise the address. */
const keyOf = (request: FastifyRequest): string =>
  request.visitor ? `${request.visitor.kind} ${request.visitor.id}` : addressOf(request);
