import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** A response without end: the stream behind a live page. */
export interface OpenStream {
  readonly request: FastifyRequest;
  /** Ends it as a whole response, so that the browser sees an end; one that does not read is cut off. */
  end(): void;
}

/**
 * The streams that are open now. They are recognised by having taken the socket out of Fastify's
 * hands (`reply.hijack()`), which nothing else does.
 */
export function trackStreams(app: FastifyInstance): () => OpenStream[] {
  const open = new Map<FastifyReply, FastifyRequest>();
  app.addHook('onRequest', async (request, reply) => {
    open.set(reply, request);
    reply.raw.once('close', () => open.delete(reply));
  });
  return () =>
    [...open]
      .filter(([{ sent, raw }]) => sent && !raw.writableEnded)
      .map(([reply, request]) => ({ request, end: () => endStream(reply) }));
}

function endStream({ raw }: FastifyReply): void {
  raw.end(() => raw.destroy());
  setTimeout(() => raw.destroy(), 1_000).unref();
}
