import { DocumentErased } from './erased.ts';
import type { StoredEvent } from './event.ts';

/**
 * The newest events that this process has read, in memory: for subscriptions that are level, and
 * for whoever decides on a stream that began not long ago.
 */
export interface RecentEvents {
  /** Forgets all: what follows this position is what is added next. */
  begin(position: number): void;
  /** Adds what follows, in order. */
  add(events: readonly StoredEvent[]): void;
  /** The events after a position, in order; null where they are no longer all here. */
  after(position: number, limit: number): StoredEvent[] | null;
  /**
   * A stream from its first event up to where this process has read; null where that is not known. As
   * good as the log for whoever appends at the version that it ends with, for then it is refused when
   * more has come.
   */
  historyOf(stream: string): readonly StoredEvent[] | null;
}

/** Events kept. */
export const RECENT = 20_000;

export function createRecentEvents(): RecentEvents {
  const window: StoredEvent[] = [];
  const streams = new Map<string, StoredEvent[]>();
  let start = 0;

  function remember(event: StoredEvent): void {
    // Its words are out of the log.
    if (DocumentErased.is(event)) streams.delete(event.stream);
    else if (event.version === 1) streams.set(event.stream, [event]);
    else streams.get(event.stream)?.push(event);
  }

  return {
    begin(position) {
      window.length = 0;
      streams.clear();
      start = position;
    },
    add(events) {
      window.push(...events);
      events.forEach(remember);
      const surplus = window.length - RECENT;
      if (surplus <= 0) return;
      const gone = window.splice(0, surplus);
      for (const { stream } of gone) streams.delete(stream);
      start = gone.at(-1)?.position ?? start;
    },
    after(position, limit) {
      if (position < start) return null;
      const from = firstAfter(window, position);
      return window.slice(from, from + limit);
    },
    historyOf(stream) {
      const history = streams.get(stream);
      // A copy: the next event must not change what somebody decides on.
      return history ? [...history] : null;
    },
  };
}

/** The index of the first event after a position; many subscriptions ask, for every few events. */
function firstAfter(events: readonly StoredEvent[], position: number): number {
  let [from, to] = [0, events.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((events[middle]?.position ?? Infinity) > position) to = middle;
    else from = middle + 1;
  }
  return from;
}
