import { actorOf } from './principal.ts';
import type { FastifyInstance } from 'fastify';

/** Somebody was not let in, or not let do something. */
export interface Refusal {
  /** `user:<id>` or `token:<id>`; `nobody` where that is not known. */
  readonly actor: string;
  readonly address: string;
  /** Status, method, route and, where a route tells it, why: `403 POST /documents/:id/cancel`. */
  readonly what: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The actor a request claimed to be and could not prove to be; null where it claimed nothing. */
    claimed: string | null;
    /** Why a request was refused, as a slug; null where status and route say it all. */
    refusedFor: string | null;
  }
}

const refused: ReadonlySet<number> = new Set([401, 403, 429]);

/** Tells of every request that was refused for who made it, or how often; `note` never throws. */
export function installRefusals(
  app: FastifyInstance,
  note: ((refusal: Refusal) => void) | undefined,
): void {
  app.decorateRequest('claimed', null);
  app.decorateRequest('refusedFor', null);
  app.addHook('onResponse', async (request, { statusCode }) => {
    if (!note || !refused.has(statusCode)) return;
    const { visitor, claimed, refusedFor, method, routeOptions, ip: address } = request;
    const actor = visitor ? actorOf(visitor) : (claimed ?? 'nobody');
    const route = `${statusCode} ${method} ${routeOptions.url ?? '(nothing)'}`;
    note({ actor, address, what: refusedFor === null ? route : `${route} ${refusedFor}` });
  });
}
