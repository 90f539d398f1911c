import type { FastifyRequest } from 'fastify';

/**
 * Whether a request that carries a cookie comes from a page of this server, as the browser states:
 * by `Sec-Fetch-Site` (sent to https and loopback), else by `Origin`. A browser sends one of the two
 * with every unsafe request, so that neither is a refusal; scripts use a token instead.
 *
 * `publicOrigin` is accepted beside the request's own host, for a proxy that rewrites Host.
 */
export function isSameOrigin(request: FastifyRequest, publicOrigin: string | undefined): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  return origin === publicOrigin || new URL(origin).host === request.host;
}
