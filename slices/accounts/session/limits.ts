import type { FastifyRequest } from 'fastify';
import type { App } from '../../../shared/web/server.ts';
import { addressOf, createLimit } from '../../../shared/web/throttle.ts';
import { hashOf } from '../secret.ts';

const QUARTER_OF_AN_HOUR = 15 * 60_000;

/**
 * In a quarter of an hour: tries for one account from one address (right ones too, so that many at
 * once cannot slip through), failures for one account from anywhere (more, so that a stranger
 * cannot easily keep its owner out), and failures from one address.
 */
const usual = { tries: 10, failuresOfAccount: 50, failuresFromAddress: 30 };

export interface SignInLimits {
  /** A try begins. @throws Problem 429 when there were too many */
  begin(request: FastifyRequest): Promise<void>;
  failed(request: FastifyRequest): Promise<void>;
}

/** Counts tries in this process; `accountOf`: which account a request is about, known or not. */
export function createSignInLimits(
  app: App,
  accountOf: (request: FastifyRequest) => string,
  limits: Partial<typeof usual> = {},
): SignInLimits {
  const most = { ...usual, ...limits };
  const tries = createLimit(app, most.tries, QUARTER_OF_AN_HOUR, (request) =>
    hashOf(`${addressOf(request)} ${accountOf(request)}`),
  );
  const failures = [
    createLimit(app, most.failuresOfAccount, QUARTER_OF_AN_HOUR, (request) =>
      hashOf(accountOf(request)),
    ),
    createLimit(app, most.failuresFromAddress, QUARTER_OF_AN_HOUR, addressOf),
  ];
  return {
    async begin(request) {
      for (const limit of failures) await limit.check(request);
      await tries.count(request);
    },
    async failed(request) {
      await Promise.all(failures.map((limit) => limit.count(request)));
    },
  };
}
