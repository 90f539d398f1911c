import type { Logger } from 'pino';
import type { Database } from '../../../shared/database.ts';
import { documentStream, type StoredEvent } from '../../../shared/event.ts';
import { VersionConflict, type EventStore } from '../../../shared/event-store.ts';
import { createSignal } from '../../../shared/signal.ts';
import type { TrackingFold } from '../clocks/tracking.ts';
import { SlaTargetsFixed } from '../events.ts';
import { SLA_TRACKING } from '../read-model.ts';
import { decideDue, type DueFact } from './decide.ts';

export interface SlaTimer {
  start(): void;
  /** Timers may have changed. */
  wake(): void;
  stop(): Promise<void>;
}

export const FIRE_TIMER = 'fire sla timer';

/** Documents whose timers fire together; in between the read model follows. */
const BATCH = 500;
/** Milliseconds between two looks when nothing wakes it, as for a clock that was moved. */
const LOOK_EVERY_MS = 1_000;
/** Documents move all the time: what that changes of the timers is looked at no more often (milliseconds). */
const LOOK_AT_MOST_EVERY_MS = 250;
const LONGEST_RETRY_MS = 30_000;

interface DueDocument {
  id: string;
  nextDueAt: Date;
  now: Date;
}

/**
 * Says what falls due at the time it is due. The timers are the column `next_due_at` of the read
 * model: one a document, durable, moved by the fold itself whenever the document moves. What is to
 * be said is decided on the history, by the database's clock, and appended under derived ids at the
 * version it was decided on, so any number of processes may do this at once.
 */
export function createSlaTimer(options: {
  database: Database;
  store: EventStore;
  fold: TrackingFold;
  log: Logger;
}): SlaTimer {
  const { database, store, fold, log } = options;
  const signal = createSignal();
  const ended = createSignal();
  let stopped = false;
  let running: Promise<void> = Promise.resolve();

  /** The documents whose timers are due, the earliest first. */
  const readDue = () => database.sql<DueDocument[]>`
    SELECT id, next_due_at AS "nextDueAt", doctrail_now() AS now FROM sla_tracking
    WHERE next_due_at < (SELECT doctrail_now()) AND NOT EXISTS (
      SELECT FROM parked_streams p
      WHERE p.subscription = ${SLA_TRACKING} AND p.stream = 'document-' || sla_tracking.id)
    ORDER BY next_due_at, id LIMIT ${BATCH}`;

  /** Milliseconds until the next timer is over, by the database's clock; whether one is already. */
  async function look(): Promise<{ left: number; isDue: boolean }> {
    const [row] = await database.sql<{ left: number | null; due: boolean }[]>`
      SELECT (extract(epoch FROM (SELECT min(next_due_at) FROM sla_tracking WHERE next_due_at >= now)
          - now) * 1000)::float8 AS left,
        EXISTS (SELECT FROM sla_tracking WHERE next_due_at < now) AS due
      FROM doctrail_now() AS now`;
    return { left: (row?.left ?? Infinity) + 1, isDue: row?.due === true };
  }

  /** Fires a batch; true when something was said, so that there may be more. */
  async function fire(due: readonly DueDocument[]): Promise<boolean> {
    const last = due.at(-1);
    if (!last) return false;
    // What others have due is not in a full batch behind its last timer: it comes with the next.
    const bound = due.length < BATCH ? Infinity : last.nextDueAt.getTime();
    const histories = await store.readMany(due.map(({ id }) => documentStream(id)));
    const facts = [...histories.values()]
      .flatMap((history) => factsOf(history, last.now.getTime()))
      .filter(({ dueAt }) => dueAt <= bound)
      .toSorted((one, other) => one.dueAt - other.dueAt);
    const stored = await Promise.all(facts.map(say));
    const position = Math.max(0, ...stored);
    if (position > 0) await untilFolded(position);
    return position > 0;
  }

  function factsOf(history: StoredEvent[], now: number) {
    return decideDue(fold, history, now).map((due, index) => ({
      ...due,
      history,
      version: history.length + index,
    }));
  }

  /** Stores one fact and gives its position; 0 when the document has moved on: it is looked at again. */
  async function say({
    fact,
    history,
    version,
  }: DueFact & { history: StoredEvent[]; version: number }) {
    const fixed = history.findLast(SlaTargetsFixed.is);
    try {
      const [stored] = await store.append({
        stream: history[0]?.stream ?? '',
        expected: version,
        events: [fact],
        metadata: {
          correlation: history[0]?.metadata.correlation ?? '',
          causation: fixed?.id ?? null,
          actor: 'system:sla-timer',
          command: FIRE_TIMER,
        },
      });
      return stored?.position ?? 0;
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
      signal.wake();
      return 0;
    }
  }

  /** Waits until the read model, and with it the timers, has come to a position. */
  async function untilFolded(position: number): Promise<void> {
    while (!stopped) {
      const [row] = await database.sql<{ position: string }[]>`
        SELECT position FROM subscriptions WHERE name = ${SLA_TRACKING}`;
      if (Number(row?.position ?? 0) >= position) return;
      await signal.wait(LOOK_EVERY_MS);
    }
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopped) {
      try {
        const lookedAt = performance.now();
        const { left, isDue } = await look();
        if (isDue && (await fire(await readDue()))) continue;
        await signal.wait(Math.min(left, LOOK_EVERY_MS * (1 + Math.random() / 4)));
        failures = 0;
        const rest = lookedAt + Math.min(left, LOOK_AT_MOST_EVERY_MS) - performance.now();
        if (rest > 0) await ended.wait(rest);
      } catch (error) {
        log.warn({ err: error }, 'timers could not be fired, trying again');
        await signal.wait(Math.min(LOOK_EVERY_MS * 2 ** failures++, LONGEST_RETRY_MS));
      }
    }
  }

  return {
    start() {
      running = run();
    },
    wake: signal.wake,
    async stop() {
      stopped = true;
      signal.wake();
      ended.wake();
      await running;
    },
  };
}
