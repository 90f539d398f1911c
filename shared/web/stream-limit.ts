import { actorOf } from './principal.ts';
import { tooManyRequests } from './problem.ts';
import type { FastifyInstance } from 'fastify';

/** Streams of events have addresses that end so. */
const stream = /\/stream$/;

/** Seconds after which a browser may ask again: by then tabs that were closed are gone. */
const RETRY_AFTER = 10;

/**
 * Refuses the live page too many of one user or token: each holds a connection open for as long as it
 * is looked at.
 */
export function installStreamLimit(app: FastifyInstance, most: number): void {
  const open = new Map<string, number>();
  app.addHook('preHandler', async (request, reply) => {
    if (!request.visitor || !stream.test(request.routeOptions.url ?? '')) return;
    const actor = actorOf(request.visitor);
    const streams = open.get(actor) ?? 0;
    if (streams >= most) throw tooMany(most);
    open.set(actor, streams + 1);
    reply.raw.once('close', () => {
      const left = (open.get(actor) ?? 1) - 1;
      if (left === 0) open.delete(actor);
      else open.set(actor, left);
    });
  });
}

const tooMany = (most: number) =>
  tooManyRequests(
    `You have ${most} live pages open, which is the most for one user or token. Close some, or raise STREAMS_PER_USER.`,
    RETRY_AFTER,
  );
