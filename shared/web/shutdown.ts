import { unavailable } from './problem.ts';
import type { FastifyInstance } from 'fastify';
import type { OpenStream } from './open-streams.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborts when the server begins to close: whatever works without end ends now. */
    readonly closing: AbortSignal;
  }
}

/** Milliseconds that requests under way have to end, long uploads for example; then they are cut off. */
const GRACE_MS = 5_000;

/**
 * Lets `app.close()` end soon and in order: requests under way are answered with
 * `Connection: close`, new ones on open connections get a 503, and event streams are ended, which
 * would otherwise hold the server open for ever; their browsers connect again elsewhere.
 */
export function installShutdown(app: FastifyInstance, streams: () => OpenStream[]): void {
  const closing = new AbortController();
  app.decorate('closing', closing.signal);
  app.addHook('onRequest', async () => {
    if (closing.signal.aborted) {
      throw unavailable('The server is shutting down. Try again in a moment.', 1);
    }
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing.signal.aborted) reply.header('connection', 'close');
  });
  app.addHook('preClose', async () => {
    closing.abort();
    for (const stream of streams()) stream.end();
    const cut = setTimeout(() => app.server.closeAllConnections(), GRACE_MS);
    app.server.once('close', () => clearTimeout(cut));
  });
}
