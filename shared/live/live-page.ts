import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Problem } from '../web/problem.ts';
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
/** A page that rests is rendered at most a quarter of all time. */
const REST = 3;

interface Page {
  /** What each browser was shown last. */
  readonly shown: Map<EventStream, string>;
  timer: NodeJS.Timeout | undefined;
  rendering: boolean;
  /** Not rendered again before (milliseconds of the process). */
  restsUntil: number;
  /** It changed while it was rendered. */
  again: boolean;
}

/**
 * Small and rarely watched pages: rendered once a change, however many watch.
 *
 * @param options.restMs milliseconds from one rendering of a page to its next at the least; 0: none
 * @param options.counts figures for the header of the page, told with each rendering
 */
export function createLivePage(options: {
  render: (key: string) => Promise<string>;
  restMs?: number;
  counts?: () => Promise<unknown>;
  streams: EventStreams;
  log: Logger;
}): LivePage {
  const { restMs = 0 } = options;
  const pages = new Map<string, Page>();

  /** One rendering of a page at a time, so that an older one never follows a newer. */
  async function tell(key: string, page: Page): Promise<void> {
    page.timer = undefined;
    page.rendering = true;
    page.again = false;
    const begun = performance.now();
    try {
      const counts = await options.counts?.();
      const told = counts ? message(JSON.stringify(counts), { event: 'counts' }) : '';
      show(page, message(await options.render(key)) + told);
    } catch (error) {
      if (error instanceof Problem && error.status === 410) reload(page);
      else disconnect(page, key, error);
    }
    page.rendering = false;
    const ended = performance.now();
    page.restsUntil = ended + (restMs && Math.max(restMs, REST * (ended - begun)));
    if (page.again) changed(key);
  }

  function show(page: Page, text: string): void {
    for (const [stream, before] of page.shown) {
      if (before === text || !stream.ready) continue;
      stream.write(text);
      page.shown.set(stream, text);
    }
  }

  /** It must not say that it is live; it comes back by itself and is then shown the newest. */
  function disconnect(page: Page, key: string, error: unknown): void {
    options.log.warn({ err: error, page: key }, 'a live page could not be rendered');
    for (const stream of page.shown.keys()) stream.end();
  }

  /** What it was about is gone for good: whoever looks takes the page anew, which says so. */
  function reload(page: Page): void {
    for (const stream of page.shown.keys()) stream.write(message('', { event: 'reload' }));
  }

  function changed(key: string): void {
    const page = pages.get(key);
    if (!page) return;
    if (page.rendering) page.again = true;
    else page.timer ??= setTimeout(() => void tell(key, page), waitOf(page));
  }

  const waitOf = ({ restsUntil }: Page) => Math.max(SETTLE_MS, restsUntil - performance.now());

  function leave(key: string, page: Page, stream: EventStream): void {
    page.shown.delete(stream);
    if (page.shown.size > 0) return;
    clearTimeout(page.timer);
    if (pages.get(key) === page) pages.delete(key);
  }

  return {
    open(key, request, reply) {
      const stream = options.streams.open(request, reply, {
        // What was skipped while the reader was slow is in the next rendering.
        drained: () => changed(key),
        closed() {
          const page = pages.get(key);
          if (page) leave(key, page, stream);
        },
      });
      if (stream.closed) return;
      const page = pages.get(key) ?? {
        shown: new Map<EventStream, string>(),
        timer: undefined,
        rendering: false,
        restsUntil: 0,
        again: false,
      };
      pages.set(key, page);
      page.shown.set(stream, '');
      changed(key);
    },
    changed,
    watched: (key) => pages.has(key),
    keys: () => [...pages.keys()],
  };
}
