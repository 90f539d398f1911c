import type { Logger } from 'pino';
import type { ReadLog } from './batch.ts';
import type { Database } from './database.ts';
import type { StoredEvent } from './event.ts';
import type { EventStore } from './event-store.ts';
import type { Feed, Page } from './feed.ts';
import { createJointRunner, type JointRunner } from './joint-runner.ts';
import { isOutage } from './outage.ts';
import { RETRY_DELAYS_MS } from './parked-streams.ts';
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

/** Events kept in memory for subscriptions that are level; those further behind read pages from the log. */
const WINDOW = 5_000;
const PAGE = 1_000;

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

/** Appends are told here, without words. */
export const EVENTS_CHANNEL = 'events';
/** Told on EVENTS_CHANNEL when parked streams have become due: looked for at once. */
export const DUE = 'due';

/**
 * Reads new events once and fans them out to every subscription. It wakes on an append of this
 * process, on a NOTIFY from another, and on a jittered poll as the floor. It also looks for parked
 * streams whose next try is due, for all subscriptions together, and at most once a poll.
 */
export function createBus(options: {
  database: Database;
  store: EventStore;
  feed: Feed;
  subscriptions: readonly Subscription[];
  log: Logger;
  /** Milliseconds between two looks: at the log when nothing wakes the bus, for parked streams always. */
  pollMs?: number;
  /** Milliseconds from each failure of a stream to its next try. */
  retryDelays?: readonly number[];
}): Bus {
  const { database, store, feed, log, pollMs = 1_000, retryDelays = RETRY_DELAYS_MS } = options;
  const runners = new Map<string, SubscriptionRunner>();
  const joint: JointRunner[] = [];
  /** Runners that no joint one wakes. */
  const alone = new Set<SubscriptionRunner>();
  const listeners: ((events: readonly StoredEvent[]) => void)[] = [];
  const signal = createSignal();
  const window: StoredEvent[] = [];
  let windowStart = 0;
  let head = 0;
  let lookAt = 0;
  let stopped = false;
  let tailing: Promise<void> = Promise.resolve();
  let unlisten: (() => Promise<void>) | undefined;

  function remember(page: Page): void {
    window.push(...page.events);
    head = page.position;
    const surplus = window.length - WINDOW;
    if (surplus > 0) windowStart = window.splice(0, surplus).at(-1)?.position ?? windowStart;
  }

  async function pageAfter(position: number): Promise<Page> {
    if (position < windowStart) return feed.between(position, head, PAGE);
    const from = firstAfter(window, position);
    const events = window.slice(from, from + PAGE);
    const last = events.at(-1);
    return { events, position: events.length === PAGE && last ? last.position : head };
  }

  const readLog: ReadLog = { pageAfter, head: () => head };

  async function lookForDue(): Promise<void> {
    const now = performance.now();
    if (now < lookAt) return;
    lookAt = now + pollMs * (1 + Math.random() / 4);
    if (runners.size === 0) return;
    const rows = await database.sql<{ subscription: string }[]>`
      SELECT DISTINCT subscription FROM parked_streams
      WHERE next_try_at <= (SELECT doctrail_now()) AND subscription = ANY (${[...runners.keys()]})`;
    for (const { subscription } of rows) runners.get(subscription)?.runDue();
  }

  async function tail(): Promise<void> {
    while (!stopped) {
      try {
        await lookForDue();
        const page = await feed.after(head, PAGE);
        const moved = page.position > head;
        if (moved) {
          remember(page);
          for (const listener of listeners) listener(page.events);
        }
        for (const runner of [...joint, ...alone]) runner.wake();
        if (moved && !page.isLast) continue;
      } catch (error) {
        if (!stopped)
          log.warn({ err: error, outage: isOutage(error) }, 'reading the log failed, trying again');
      }
      await signal.wait(Math.max(0, lookAt - performance.now()));
    }
  }

  function heard(told: string): void {
    if (told === DUE) lookAt = 0;
    signal.wake();
  }

  function run(subscription: Subscription): SubscriptionRunner {
    const runner = createSubscriptionRunner({
      database,
      subscription,
      readLog,
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
      head = windowStart = await feed.settled();
      const names = options.subscriptions.map(({ name }) => name);
      await database.sql`
        INSERT INTO subscriptions (name) SELECT unnest(${names}::text[]) ON CONFLICT DO NOTHING`;
      runAll(options.subscriptions);
      store.onAppended(signal.wake);
      unlisten = (await database.sql.listen(EVENTS_CHANNEL, heard, signal.wake)).unlisten;
      tailing = tail();
    },
    async stop() {
      stopped = true;
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
