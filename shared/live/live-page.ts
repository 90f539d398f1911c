import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { message, type EventStream, type EventStreams } from './event-stream.ts';

/** A page, or one page a key, that is rendered again as a whole when something on it changes. */
export interface LivePage {
  /** Streams the page's content, at once and after every change. */
  open(key: string, request: FastifyRequest, reply: FastifyReply): void;
  changed(key: string): void;
  /** Whether anybody looks at it. */
  watched(key: string): boolean;
  keys(): string[];
}

/** Changes that come closer together than this are shown together. */
const SETTLE_MS = 50;

/** Small and rarely watched pages: rendered once a change, whoever many watch. */
export function createLivePage(options: {
  render: (key: string) => Promise<string>;
  streams: EventStreams;
  log: Logger;
}): LivePage {
  const watchers = new Map<string, Set<EventStream>>();
  const due = new Map<string, NodeJS.Timeout>();

  async function tell(key: string): Promise<void> {
    due.delete(key);
    const streams = watchers.get(key);
    if (!streams) return;
    try {
      const text = message(await options.render(key));
      for (const stream of streams) if (stream.ready) stream.write(text);
    } catch (error) {
      options.log.warn({ err: error, page: key }, 'a live page could not be rendered');
    }
  }

  function changed(key: string): void {
    if (!watchers.has(key) || due.has(key)) return;
    due.set(
      key,
      setTimeout(() => void tell(key), SETTLE_MS),
    );
  }

  return {
    open(key, request, reply) {
      const streams = watchers.get(key) ?? new Set();
      watchers.set(key, streams);
      const stream = options.streams.open(request, reply, {
        // What was skipped while the reader was slow is in the next rendering.
        drained: () => changed(key),
        closed() {
          streams.delete(stream);
          if (streams.size === 0 && watchers.get(key) === streams) watchers.delete(key);
        },
      });
      streams.add(stream);
      changed(key);
    },
    changed,
    watched: (key) => watchers.has(key),
    keys: () => [...watchers.keys()],
  };
}
