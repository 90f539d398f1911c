import type { Logger } from 'pino';
import type { ReadLog } from './batch.ts';
import { passCheckpoints, type Pass } from './checkpoint.ts';
import type { Database } from './database.ts';
import type { StoredEvent } from './event.ts';
import type { EventStore } from './event-store.ts';
import type { Feed, Page } from './feed.ts';
import { grouped } from './grouped.ts';
import { createJointRunner, type JointRunner } from './joint-runner.ts';
import { isOutage } from './outage.ts';
import { RETRY_DELAYS_MS } from './parked-streams.ts';
import { RECENT, type RecentEvents } from './recent-events.ts';
import { createSignal } from './signal.ts';
import type { Subscription } from './subscription.ts';
import { createSubscriptionRunner, type SubscriptionRunner } from './subscription-runner.ts';

export interface Bus {
  /** Registers the subscriptions' checkpoints and starts to read the log. */
  start(): Promise<void>;
  /** Ends after the batches under way. */
  stop(): Promise<void>;
  /** Runs one more; its checkpoint's row exists already. */
  add(subscription: Subscription): void;
  remove(name: string): Promise<void>;
  /** Calls back each time a subscription has become level, until that says true. */
  whenLevel(name: string, done: () => Promise<boolean>): void;
  /** Every event as it is read, in this process only and without a checkpoint: for live pages. */
  listen(listener: (events: readonly StoredEvent[]) => void): void;
  /**
   * Runs the events that wait in a parked stream again, in order; it stays parked when that fails
   * again, until somebody asks for it once more.
   */
  redrive(subscription: string, stream: string): Promise<'handled' | 'failed' | 'not-parked'>;
  /** The newest settled position that this process has read. */
  position(): number;
}

/** Events that are handled in one transaction at most: whoever lags writes a row once for several of its events. */
export const PAGE = 5_000;

/** Appends are told here, mostly with the newest position that they took. */
export const EVENTS_CHANNEL = 'events';
/** Told on EVENTS_CHANNEL when parked streams have become due: looked for at once. */
export const DUE = 'due';

/** What this process is about to tell by itself is waited for so long (milliseconds) before the log is read. */
const TOLD_WITHIN_MS = 10;

/**
 * Reads new events once and fans them out to every subscription. What this process appends right
 * after what it has read is taken as it is; for all else it reads the log. It wakes on an append of
 * this process, on a NOTIFY from another, and on a jittered poll as the floor. It also looks for parked
 * streams whose next try is due, for all subscriptions together, and at most once a poll.
 */
export function createBus(options: {
  database: Database;
  store: EventStore;
  feed: Feed;
  subscriptions: readonly Subscription[];
  /** What the bus has read goes here. */
  recent: RecentEvents;
  log: Logger;
  /** Milliseconds between two looks: at the log when nothing wakes the bus, for parked streams always. */
  pollMs?: number;
  /** Milliseconds from each failure of a stream to its next try. */
  retryDelays?: readonly number[];
}): Bus {
  const {
    database,
    store,
    feed,
    recent,
    log,
    pollMs = 1_000,
    retryDelays = RETRY_DELAYS_MS,
  } = options;
  const runners = new Map<string, SubscriptionRunner>();
  const joint: JointRunner[] = [];
  /** Runners that no joint one wakes. */
  const alone = new Set<SubscriptionRunner>();
  const listeners: ((events: readonly StoredEvent[]) => void)[] = [];
  const signal = createSignal();
  const pass = grouped((passes: readonly Pass[]) => passCheckpoints(database.sql, passes));
  /** Stored by this process and not yet taken, in no order. */
  let told: StoredEvent[] = [];
  /** Batches of this process under way, which may tell of more. */
  let underWay = 0;
  /** Up to here the log may hold what this process does not know. */
  let readTo = Infinity;
  /** The newest position that was heard of and not looked for. */
  let heardOf = 0;
  let waiting: NodeJS.Timeout | undefined;
  let head = 0;
  let lookAt = 0;
  let stopped = false;
  let tailing: Promise<void> = Promise.resolve();
  let unlisten: (() => Promise<void>) | undefined;

  async function pageAfter(position: number): Promise<Page> {
    // Another process has read on, and has taken a subscription along.
    if (position >= head) return { events: [], position };
    const events = recent.after(position, PAGE);
    if (!events) return feed.between(position, head, PAGE);
    const last = events.at(-1);
    return { events, position: events.length === PAGE && last ? last.position : head };
  }

  const readLog: ReadLog = {
    pageAfter,
    head: () => head,
    beginBatch() {
      underWay += 1;
      return (events) => {
        underWay -= 1;
        tell(events);
      };
    },
  };

  async function lookForDue(): Promise<void> {
    const now = performance.now();
    if (now < lookAt) return;
    lookAt = now + pollMs * (1 + Math.random() / 4);
    readTo = Infinity;
    if (runners.size === 0) return;
    const rows = await database.sql<{ subscription: string }[]>`
      SELECT DISTINCT subscription FROM parked_streams
      WHERE next_try_at <= (SELECT doctrail_now()) AND subscription = ANY (${[...runners.keys()]})`;
    for (const { subscription } of rows) runners.get(subscription)?.runDue();
  }

  function tell(events: readonly StoredEvent[]): void {
    if (events.length === 0) return;
    // More than are kept anyway are read from the log.
    if (told.length + events.length > RECENT) told = [];
    told.push(...events);
    signal.wake();
  }

  /** Positions without a gap are settled: what this process has stored there needs no reading. */
  function takeTold(): StoredEvent[] {
    const sorted = told
      .filter(({ position }) => position > head)
      .toSorted((one, other) => one.position - other.position);
    const gap = sorted.findIndex(({ position }, index) => position !== head + index + 1);
    told = gap === -1 ? [] : sorted.slice(gap);
    return gap === -1 ? sorted : sorted.slice(0, gap);
  }

  async function nextPage(): Promise<Page> {
    const events = takeTold();
    const last = events.at(-1);
    // What lies in between is mostly under way here, too.
    if (told.length > 0) lookSoon(Infinity);
    if (last) return { events, position: last.position };
    if (readTo <= head) return { events, position: head };
    readTo = 0;
    try {
      const page = await feed.after(head, PAGE);
      if (!page.isLast && page.position > head) readTo = Infinity;
      return page;
    } catch (error) {
      readTo = Infinity;
      throw error;
    }
  }

  async function tail(): Promise<void> {
    while (!stopped) {
      try {
        await lookForDue();
        const page = await nextPage();
        const moved = page.position > head;
        if (moved) {
          head = page.position;
          recent.add(page.events);
          for (const listener of listeners) listener(page.events);
        }
        for (const runner of [...joint, ...alone]) runner.wake();
        if (moved && (told.length > 0 || readTo > head)) continue;
      } catch (error) {
        if (!stopped)
          log.warn({ err: error, outage: isOutage(error) }, 'reading the log failed, trying again');
      }
      await signal.wait(Math.max(0, lookAt - performance.now()));
    }
  }

  function heard(text: string): void {
    if (text === DUE) {
      lookAt = 0;
      signal.wake();
      return;
    }
    const position = text === '' ? Infinity : Number(text);
    if (position <= head) return;
    // Mostly it is that one.
    if (underWay > 0 || store.isAppending()) lookSoon(position);
    else look(position);
  }

  function lookSoon(position: number): void {
    heardOf = Math.max(heardOf, position);
    waiting ??= setTimeout(() => look(heardOf), TOLD_WITHIN_MS);
  }

  function look(position: number): void {
    clearTimeout(waiting);
    waiting = undefined;
    heardOf = 0;
    readTo = Math.max(readTo, position);
    signal.wake();
  }

  function run(subscription: Subscription): SubscriptionRunner {
    const runner = createSubscriptionRunner({
      database,
      subscription,
      readLog,
      pass,
      readStream: store.read,
      retryDelays,
      log: log.child({ subscription: subscription.name }),
    });
    runners.set(subscription.name, runner);
    runner.wake();
    return runner;
  }

  /** Reactors wait for no read model, and whoever takes long is waited for by nobody. */
  function runAll(subscriptions: readonly Subscription[]): void {
    const groups = Map.groupBy(subscriptions, (each) => (each.alone ? 'alone' : each.kind));
    for (const [group, members] of groups) {
      const made = members.map(run);
      if (group === 'alone') made.forEach((runner) => alone.add(runner));
      else joint.push(createJointRunner({ database, runners: made, readLog, log }));
    }
  }

  return {
    add: (subscription) => void alone.add(run(subscription)),
    async remove(name) {
      const runner = runners.get(name);
      if (!runner) return;
      runners.delete(name);
      alone.delete(runner);
      await runner.stop();
    },
    async start() {
      head = await feed.settled();
      recent.begin(head);
      const names = options.subscriptions.map(({ name }) => name);
      await database.sql`
        INSERT INTO subscriptions (name) SELECT unnest(${names}::text[]) ON CONFLICT DO NOTHING`;
      runAll(options.subscriptions);
      store.onAppended(tell);
      unlisten = (await database.sql.listen(EVENTS_CHANNEL, heard, () => look(Infinity))).unlisten;
      tailing = tail();
    },
    async stop() {
      stopped = true;
      clearTimeout(waiting);
      signal.wake();
      await tailing;
      await Promise.all([...joint, ...runners.values()].map((runner) => runner.stop()));
      await unlisten?.().catch(() => undefined);
    },
    listen: (listener) => void listeners.push(listener),
    whenLevel: (name, done) => runners.get(name)?.whenLevel(done),
    position: () => head,
    async redrive(name, stream) {
      const runner = runners.get(name);
      if (!runner) throw new Error(`There is no subscription ${name}.`);
      return runner.redrive(stream);
    },
  };
}
