import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** What browsers let pages do beside showing themselves; no page here needs any of it. */
const nothing = [
  'camera',
  'display-capture',
  'geolocation',
  'microphone',
  'payment',
  'publickey-credentials-get',
  'serial',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/**
 * Everything comes from this server, nothing is inline, nobody frames it. `https`: whether people
 * reach it by TLS, which HSTS would otherwise lock them into.
 *
 * The referrer policy is `same-origin` rather than helmet's `no-referrer`, under which browsers send
 * `Origin: null` with every form and the same-origin check could not tell ours from foreign ones.
 */
export async function installSecurityHeaders(app: FastifyInstance, https: boolean): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    hsts: https ? { maxAge: 15_552_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('permissions-policy', nothing);
  });
  // What is shown depends on who asks: neither a proxy nor the back button may show it to another.
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}
