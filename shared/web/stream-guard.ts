import { sessionCookie } from './principal.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OpenStream } from './open-streams.ts';

/** Milliseconds between two looks: about as long as anything else is still open after a revocation. */
const period = 1_000;

/**
 * Ends streams whose token was revoked or whose session ended: they passed the access check once and
 * would otherwise show what happens for as long as they stay open. Asks once for all streams of one
 * credential at one route; a failing look-up ends nothing.
 */
export function installStreamGuard(app: FastifyInstance, streams: () => OpenStream[]): void {
  const look = async (): Promise<void> => {
    const groups = Map.groupBy(streams(), ({ request }) => credentialOf(request));
    for (const group of groups.values()) {
      const allowed = await group[0]?.request.isStillAllowed().catch(() => true);
      if (allowed === false) for (const stream of group) stream.end();
    }
  };
  let next: NodeJS.Timeout | undefined;
  const again = (): void => {
    next = setTimeout(() => void look().finally(again), period).unref();
  };
  app.addHook('onListen', async () => again());
  app.addHook('preClose', async () => clearTimeout(next));
}

const credentialOf = ({ headers, cookies, routeOptions }: FastifyRequest): string =>
  `${routeOptions.url} ${headers.authorization ?? cookies[sessionCookie]}`;
