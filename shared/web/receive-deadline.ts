import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Milliseconds within which a request has to arrive whole. Uploads are exempt once they are allowed. */
const receiveWithin = 30_000;

/** Milliseconds without a byte in either direction, after which a connection is given up. */
export const idleWithin = 120_000;

/**
 * Ends requests whose body trickles in: Node's own limit would cut long uploads off as well. Those
 * have only the idle limit, from the moment on which access is granted; register this hook first
 * and `allowLongBody` after the access check.
 */
export function installReceiveDeadline(app: FastifyInstance, within = receiveWithin): void {
  const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>();
  app.addHook('onRequest', async (request) => {
    if (!hasBody(request)) return;
    const timer = setTimeout(() => giveUp(request), within).unref();
    timers.set(request, timer);
    request.raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  });
  app.addHook('preParsing', async (request) => {
    if (isUpload(request)) clearTimeout(timers.get(request));
  });
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const isUpload = ({ headers }: FastifyRequest): boolean =>
  (headers['content-type'] ?? '').toLowerCase().startsWith('multipart/form-data');

function giveUp(request: FastifyRequest): void {
  request.log.info('The request did not arrive in time');
  request.raw.destroy();
}
