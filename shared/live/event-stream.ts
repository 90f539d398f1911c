import type { FastifyReply, FastifyRequest } from 'fastify';

/** One browser's stream of server-sent events. */
export interface EventStream {
  /** False while the reader has not taken what was written before: write nothing more until `drained`. */
  readonly ready: boolean;
  readonly closed: boolean;
  write(text: string): void;
  end(): void;
}

/** All streams of this process: counted for people, given a heartbeat, ended before the server stops. */
export interface EventStreams {
  open(
    request: FastifyRequest,
    reply: FastifyReply,
    handlers: { drained?: () => void; closed?: () => void },
  ): EventStream;
  count(): number;
  close(): void;
}

const HEARTBEAT_MS = 5_000;
/** A reader that does not take the end of its stream within this time is cut off. */
const END_WITHIN_MS = 1_000;

/** Formats one message. `id` is what a reconnecting browser sends back as Last-Event-ID. */
export function message(data: string, options: { event?: string; id?: number } = {}): string {
  const event = options.event === undefined ? '' : `event: ${options.event}\n`;
  const id = options.id === undefined ? '' : `id: ${options.id}\n`;
  return `${event}${id}data: ${data.trim().replaceAll(/\r\n|\r|\n/g, '\ndata: ')}\n\n`;
}

/**
 * Writes straight to the socket: a frame more a row is what limits the number of browsers. The
 * heartbeat lets a page notice a connection that died silently.
 *
 * @param options.heartbeatMs milliseconds between two heartbeats
 */
export function createEventStreams({ heartbeatMs = HEARTBEAT_MS } = {}): EventStreams {
  const open = new Set<EventStream>();
  let closing = false;
  const heartbeat = setInterval(() => {
    const beat = message(new Date().toISOString(), { event: 'heartbeat' });
    for (const stream of open) if (stream.ready) stream.write(beat);
  }, heartbeatMs);
  heartbeat.unref();

  return {
    open(request, reply, handlers) {
      reply.hijack();
      const { raw } = reply;
      const stream = createEventStream(raw);
      raw.on('error', (error) => request.log.debug({ err: error }, 'event stream ended'));
      // Who left while the answer was prepared has had its `close` already.
      if (stream.closed) return stream;
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      if (closing || request.method === 'HEAD') {
        stream.end();
        return stream;
      }
      raw.on('drain', () => {
        if (stream.ready) handlers.drained?.();
      });
      raw.on('close', () => {
        open.delete(stream);
        handlers.closed?.();
      });
      open.add(stream);
      // Something at once, so that the browser knows it is connected.
      stream.write(message(new Date().toISOString(), { event: 'heartbeat' }));
      return stream;
    },
    count: () => open.size,
    close() {
      closing = true;
      clearInterval(heartbeat);
      for (const stream of open) stream.end();
    },
  };
}

function createEventStream(raw: FastifyReply['raw']): EventStream {
  const stream: EventStream = {
    get ready() {
      return !stream.closed && !raw.writableNeedDrain;
    },
    get closed() {
      return raw.writableEnded || raw.destroyed;
    },
    write(text) {
      if (!stream.closed) raw.write(text);
    },
    end() {
      if (stream.closed) return;
      raw.end();
      setTimeout(() => raw.destroy(), END_WITHIN_MS).unref();
    },
  };
  return stream;
}

/** The revision a request wants to go on from: Last-Event-ID of a reconnect, else `?after=`; null = from now. */
export function resumeFrom(request: FastifyRequest): number | null {
  const { after } = request.query as { after?: number | string };
  const header = request.headers['last-event-id'];
  const revision = Number(header || (after ?? Number.NaN));
  return Number.isSafeInteger(revision) && revision >= 0 ? revision : null;
}
