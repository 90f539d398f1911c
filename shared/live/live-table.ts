import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { createSignal } from '../signal.ts';
import { message, resumeFrom, type EventStream, type EventStreams } from './event-stream.ts';

/** Where the rows of a live read model come from. */
export interface LiveRows<Row extends { revision: number }> {
  /** The newest revision, and the one below which a page must be loaded anew. */
  newest(): Promise<{ revision: number; reloadBelow: number }>;
  /** Rows changed after a revision, in the order of their revisions. */
  changedSince(revision: number, limit: number): Promise<Row[]>;
  /** Rows whose progress is told, which is no change of the row. */
  withProgress(documents?: readonly string[]): Promise<Row[]>;
  render(row: Row): string;
  /** Something small about the whole table, told as the event `counts` when rows have changed. */
  counts(): Promise<unknown>;
}

export interface LiveTable {
  open(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Rows may have changed. */
  changed(): void;
  progressed(document: string): void;
  stop(): Promise<void>;
}

interface Connection {
  stream: EventStream;
  revision: number;
  /** Level connections are sent what changes; others read the table until they are level. */
  level: boolean;
}

/** A page that has missed more rows than this is told to load anew. */
const MOST_ROWS = 200;
const COUNTS_EVERY_MS = 250;
const LOOK_EVERY_MS = 1_000;

/**
 * Renders each changed row once and writes it to every browser. A connection is a revision and
 * nothing else: one that lags, slept or reconnects is sent the rows changed since, from the table.
 */
export function createLiveTable<Row extends { revision: number }>(
  rows: LiveRows<Row>,
  options: { streams: EventStreams; log: Logger },
): LiveTable {
  const { streams, log } = options;
  const connections = new Set<Connection>();
  const signal = createSignal();
  const progressing = new Set<string>();
  let revision = 0;
  let stopped = false;
  /** Looks for changes while anybody is connected. */
  let running: Promise<void> | null = null;
  let countsAt = 0;
  let countsDue = false;

  /** Only the last row of a revision carries its id: a reader cut off in between gets them all again. */
  function render(changed: readonly Row[]): string {
    return changed
      .map((row, index) => {
        const last = changed[index + 1]?.revision !== row.revision;
        return message(rows.render(row), last ? { id: row.revision } : {});
      })
      .join('');
  }

  function broadcast(text: string, upTo?: number): void {
    for (const connection of connections) {
      if (!connection.level) continue;
      if (!connection.stream.ready) connection.level = false;
      else {
        connection.stream.write(text);
        if (upTo !== undefined) connection.revision = upTo;
      }
    }
  }

  async function tellChanges(): Promise<void> {
    const { reloadBelow } = await rows.newest();
    if (reloadBelow > revision) {
      revision = reloadBelow;
      broadcast(message('', { event: 'reload', id: revision }), revision);
      return;
    }
    for (;;) {
      const changed = await rows.changedSince(revision, MOST_ROWS);
      const last = changed.at(-1);
      if (!last) return;
      // A full page may end in the middle of a revision: what is missing of it comes with the next.
      const whole = changed.length < MOST_ROWS ? changed : withoutLastRevision(changed);
      revision = whole.at(-1)?.revision ?? revision;
      countsDue = true;
      if (whole.length === 0) {
        revision = last.revision;
        broadcast(message('', { event: 'reload', id: revision }), revision);
      } else broadcast(render(whole), revision);
    }
  }

  async function tellProgress(): Promise<void> {
    if (progressing.size === 0) return;
    const documents = [...progressing];
    progressing.clear();
    const text = (await rows.withProgress(documents))
      .map((row) => message(rows.render(row)))
      .join('');
    if (text) broadcast(text);
  }

  async function tellCounts(): Promise<void> {
    if (!countsDue || Date.now() - countsAt < COUNTS_EVERY_MS) return;
    countsDue = false;
    countsAt = Date.now();
    broadcast(message(JSON.stringify(await rows.counts()), { event: 'counts' }));
  }

  async function loop(): Promise<void> {
    while (!stopped && connections.size > 0) {
      await signal.wait(countsDue ? COUNTS_EVERY_MS : LOOK_EVERY_MS);
      try {
        await tellChanges();
        await tellProgress();
        await tellCounts();
      } catch (error) {
        log.warn({ err: error }, 'live rows could not be read, trying again');
      }
    }
  }

  /** Sends a connection what it has missed, until it is level with the others. */
  async function catchUp(connection: Connection): Promise<void> {
    while (!connection.level && !connection.stream.closed && connection.stream.ready) {
      const { revision: newest, reloadBelow } = await rows.newest();
      const changed = await rows.changedSince(connection.revision, MOST_ROWS + 1);
      if (connection.revision < reloadBelow || changed.length > MOST_ROWS) {
        connection.revision = newest;
        connection.stream.write(message('', { event: 'reload', id: newest }));
      } else {
        connection.revision = Math.max(newest, changed.at(-1)?.revision ?? 0);
        const running = (await rows.withProgress()).map((row) => message(rows.render(row)));
        connection.stream.write(
          render(changed) +
            running.join('') +
            message(JSON.stringify(await rows.counts()), {
              event: 'counts',
              id: connection.revision,
            }),
        );
      }
      if (connection.revision >= revision) {
        // Where others are level, what this one is ahead is sent to all once more, which is harmless.
        if (![...connections].some(({ level }) => level)) revision = connection.revision;
        connection.level = true;
      }
    }
  }

  function look(): void {
    if (stopped || connections.size === 0) return;
    running ??= loop().finally(() => {
      running = null;
      look();
    });
  }

  return {
    async open(request, reply) {
      const asked = resumeFrom(request) ?? (await rows.newest()).revision;
      const connection: Connection = {
        revision: asked,
        level: false,
        stream: streams.open(request, reply, {
          drained: () =>
            void catchUp(connection).catch((error: unknown) => fail(connection, error)),
          closed: () => connections.delete(connection),
        }),
      };
      connections.add(connection);
      look();
      await catchUp(connection).catch((error: unknown) => fail(connection, error));
    },
    changed: signal.wake,
    progressed(document) {
      progressing.add(document);
      signal.wake();
    },
    async stop() {
      stopped = true;
      signal.wake();
      await running;
    },
  };

  /** The browser comes back by itself and is sent what it has missed. */
  function fail(connection: Connection, error: unknown): void {
    log.warn({ err: error }, 'a live page could not be brought level');
    connection.stream.end();
  }
}

function withoutLastRevision<Row extends { revision: number }>(changed: Row[]): Row[] {
  const last = changed.at(-1)?.revision;
  return changed.filter((row) => row.revision !== last);
}
