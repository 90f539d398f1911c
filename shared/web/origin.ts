import { askedFrom } from '../origin.ts';
import type { FastifyInstance } from 'fastify';

/** Has the events that a request leads to say which address it came from. */
export function installOrigin(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => askedFrom(request.ip, done));
  // Reading a body ends in the context of its socket.
  app.addHook('preValidation', (request, _reply, done) => askedFrom(request.ip, done));
}
