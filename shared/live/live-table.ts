import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { PAGE } from '../bus.ts';
import { createSignal } from '../signal.ts';
import { createConnections, type Connection, type Group } from './connections.ts';
import { message, resumeFrom, type EventStreams } from './event-stream.ts';

/** Where the rows of a live read model come from. */
export interface LiveRows<Row extends { revision: number }> {
  /** The newest revision, and the one below which a page must be loaded anew. */
  newest(): Promise<Newest>;
  /** Rows changed after a revision, in the order of their revisions. */
  changedSince(revision: number, limit: number): Promise<Row[]>;
  /** Rows whose progress is told, which is no change of the row; of all documents when none is named. */
  withProgress(documents?: readonly string[]): Promise<Row[]>;
  render(row: Row): string;
  /** Something small about the whole table, told as the event `counts` when rows have changed. */
  counts(): Promise<unknown>;
}

export interface LiveTable {
  /** Streams to one more browser, from the revision that it asks for. */
  open(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Rows may have changed. */
  changed(): void;
  progressed(document: string): void;
  /** The counts may have changed while no row has. */
  recount(): void;
  /** Resolves when nothing is read any more; the streams are ended by whoever closes the server. */
  stop(): Promise<void>;
}

interface Newest {
  revision: number;
  reloadBelow: number;
}

/** A page that has missed more rows than this is told to load anew. */
const MOST_MISSED = 200;
/** Level pages have missed nothing and are sent whole batches; one holds at most a page of the log. */
const MOST_AT_ONCE = PAGE;
/** Pages that come back at many different revisions must not keep the others waiting. */
const MOST_GROUPS = 16;
const COUNTS_EVERY_MS = 250;
/** Counting a large table takes its time: at most a tenth of all time. */
const COUNTS_REST = 10;
const LOOK_EVERY_MS = 1_000;

/**
 * Renders each changed row once and writes it to every browser. A connection is a revision and
 * nothing else: connections of one revision are sent the same rows, read from the table. One that
 * reads slowly is left out, and is sent what it has missed when it reads again.
 *
 * A single loop reads and writes, so that nobody is ever sent an older state after a newer one.
 */
export function createLiveTable<Row extends { revision: number }>(
  rows: LiveRows<Row>,
  options: { streams: EventStreams; log: Logger },
): LiveTable {
  const { streams, log } = options;
  const connections = createConnections();
  const signal = createSignal();
  const progressing = new Set<string>();
  let stopped = false;
  /** Looks for changes while anybody is connected. */
  let running: Promise<void> | null = null;
  let countsAt = 0;
  let countsDue = false;
  /** The newest revision of which nothing was found yet. */
  let missed = 0;

  /** A row that cannot be rendered keeps no other from being told. */
  function render(row: Row, id?: number): string {
    try {
      return message(rows.render(row), id === undefined ? {} : { id });
    } catch (error) {
      log.error({ err: error }, 'a live row could not be rendered');
      return '';
    }
  }

  /** Only the last row of a revision carries its id: a reader cut off in between gets them all again. */
  function renderRevisions(changed: readonly Row[]): string {
    return changed
      .map((row, index) => {
        const last = changed[index + 1]?.revision !== row.revision;
        return render(row, last ? row.revision : undefined);
      })
      .join('');
  }

  const renderProgress = async (documents?: readonly string[]) =>
    (await rows.withProgress(documents)).map((row) => render(row)).join('');

  function sendReload(group: Group, { revision }: Newest): void {
    connections.send(group, message('', { event: 'reload', id: revision }), revision);
  }

  function tellLevel(group: Group, newest: Newest, changed: readonly Row[]): void {
    const [revision] = group;
    const whole = changed.length <= MOST_AT_ONCE ? changed : withoutLastRevision(changed);
    const last = whole.at(-1);
    if (last) connections.send(group, renderRevisions(whole), last.revision);
    else if (changed.length > 0) sendReload(group, newest);
    if (changed.length > 0) countsDue = true;
    if (whole.length < changed.length) signal.wake();
    // What came between the two questions comes with the next look.
    if (changed.length > 0 || revision === newest.revision || missed === newest.revision) return;
    missed = newest.revision;
    signal.wake();
  }

  /** All that a page lacks which has just come, or was left out: rows, progress, counts. */
  async function bringLevel(group: Group, newest: Newest, counts: () => Promise<unknown>) {
    const changed = await rows.changedSince(group[0], MOST_MISSED + 1);
    if (changed.length > MOST_MISSED) return sendReload(group, newest);
    const revision = Math.max(newest.revision, changed.at(-1)?.revision ?? 0);
    const progress = await renderProgress();
    const counted = message(JSON.stringify(await counts()), { event: 'counts', id: revision });
    connections.send(group, renderRevisions(changed) + progress + counted, revision);
    if (changed.length > 0) countsDue = true;
  }

  async function tellChanges(): Promise<void> {
    const level = connections.level();
    const [newest, changes] = await Promise.all([
      rows.newest(),
      Promise.all(level.map(([revision]) => rows.changedSince(revision, MOST_AT_ONCE + 1))),
    ]);
    // A revision that was never reached comes from another database and says nothing about this one.
    const isOutOfDate = ([revision]: Group) =>
      revision < newest.reloadBelow || revision > newest.revision;
    let counting: Promise<unknown> | undefined;
    const counts = () => (counting ??= rows.counts());
    for (const [index, group] of level.entries()) {
      if (isOutOfDate(group)) sendReload(group, newest);
      else tellLevel(group, newest, changes[index] ?? []);
    }
    const behind = connections.behind();
    if (behind.length > MOST_GROUPS) signal.wake();
    for (const group of behind.slice(0, MOST_GROUPS)) {
      if (isOutOfDate(group)) sendReload(group, newest);
      else await bringLevel(group, newest, counts);
    }
  }

  async function tellProgress(): Promise<void> {
    if (progressing.size === 0) return;
    const documents = [...progressing];
    progressing.clear();
    connections.broadcast(await renderProgress(documents));
  }

  async function tellCounts(): Promise<void> {
    const begun = Date.now();
    if (!countsDue || begun < countsAt) return;
    countsDue = false;
    connections.broadcast(message(JSON.stringify(await rows.counts()), { event: 'counts' }));
    countsAt = begun + Math.max(COUNTS_EVERY_MS, COUNTS_REST * (Date.now() - begun));
  }

  async function loop(): Promise<void> {
    let failures = 0;
    while (!stopped && connections.size > 0) {
      const untilCounts = countsDue ? Math.max(1, countsAt - Date.now()) : Infinity;
      await signal.wait(Math.min(untilCounts, LOOK_EVERY_MS));
      try {
        await tellChanges();
        await tellProgress();
        await tellCounts();
        failures = 0;
      } catch (error) {
        log.warn({ err: error }, 'live rows could not be read, trying again');
        failures += 1;
        // No page may say that it is live when it is not; they come back when there is something to tell.
        if (failures > 1) connections.end();
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
      const connection: Connection = {
        revision: resumeFrom(request) ?? (await rows.newest()).revision,
        level: false,
        stream: streams.open(request, reply, {
          drained() {
            if (!connection.level) signal.wake();
          },
          closed: () => connections.remove(connection),
        }),
      };
      if (connection.stream.closed) return;
      connections.add(connection);
      signal.wake();
      look();
    },
    changed: signal.wake,
    progressed(document) {
      if (connections.size === 0) return;
      progressing.add(document);
      signal.wake();
    },
    recount() {
      countsDue = true;
      signal.wake();
    },
    async stop() {
      stopped = true;
      signal.wake();
      await running;
    },
  };
}

/** What a full page may hold only in part comes with the next. */
function withoutLastRevision<Row extends { revision: number }>(changed: readonly Row[]): Row[] {
  const last = changed.at(-1)?.revision;
  return changed.filter((row) => row.revision !== last);
}
