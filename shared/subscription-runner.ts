import type { Logger } from 'pino';
import { handleNext, type Moved, type Place, type ReadLog } from './batch.ts';
import type { Pass } from './checkpoint.ts';
import type { Database } from './database.ts';
import type { StoredEvent } from './event.ts';
import { isOutage } from './outage.ts';
import { createParkedStreams, RETRY_DELAYS_MS } from './parked-streams.ts';
import { createSignal } from './signal.ts';
import {
  handleWithin,
  type Checkpoint,
  type Subscription,
  type Transaction,
} from './subscription.ts';

export interface SubscriptionRunner {
  readonly subscription: Subscription;
  wake(): void;
  stop(): Promise<void>;
  whenLevel(done: () => Promise<boolean>): void;
  /** Runs the parked streams whose next try is due, in the order of their positions. */
  runDue(): void;
  /** Runs a parked stream at once, due or not; when that fails, it is not tried again by itself. */
  redrive(stream: string): Promise<'handled' | 'failed' | 'not-parked'>;
  /** Where it is when nothing is under way and no parked stream is due; null otherwise. */
  restsAt(): Place | null;
  /** Somebody else has handled its next events. */
  carried(moved: Moved): void;
}

/** A checkpoint that only passes events nobody here wants is written at most this often (milliseconds). */
const IDLE_WRITE_MS = 1_000;

/** Brings one subscription level with the log, batch by batch. */
export function createSubscriptionRunner(options: {
  database: Database;
  subscription: Subscription;
  readLog: ReadLog;
  /** Moves a checkpoint over events that nobody wants, together with those of others. */
  pass: (over: Pass) => Promise<ReadonlySet<string>>;
  readStream: (stream: string) => Promise<StoredEvent[]>;
  log: Logger;
  retryDelays?: readonly number[];
}): SubscriptionRunner {
  const { database, subscription, readLog, pass, readStream, log } = options;
  const { pageAfter, head } = readLog;
  const { retryDelays = RETRY_DELAYS_MS } = options;
  const parked = createParkedStreams({ database, subscription, readStream, log, retryDelays });
  const signal = createSignal();
  /** All events up to here are handled or of no interest; may be ahead of the stored checkpoint. */
  let passed = -1;
  let stored = -1;
  let storedAt = 0;
  let stopped = false;
  let wanted = false;
  let due = false;
  let running: Promise<void> | null = null;
  let level: (() => Promise<boolean>) | null = null;

  const wants = (event: StoredEvent) => subscription.types.has(event.type);

  /** Passes events that are of no interest without a transaction; false when one has to be handled. */
  async function passIdly(): Promise<boolean> {
    if (passed < 0) return false;
    const page = await pageAfter(passed);
    if (page.events.some(wants)) return false;
    if (page.position > stored && Date.now() - storedAt > IDLE_WRITE_MS) {
      const { name } = subscription;
      if (!(await pass({ name, from: stored, to: page.position })).has(name)) return false;
      stored = Math.max(stored, page.position);
      storedAt = Date.now();
    }
    // Somebody else may have carried it further meanwhile.
    passed = Math.max(passed, page.position);
    return true;
  }

  /** Handles the next batch; false when level, or when another process has the checkpoint. */
  async function step(careful: boolean): Promise<boolean> {
    if (await passIdly()) return passed < head();
    const { name, handle } = subscription;
    const place = passed < 0 ? null : { stored, passed };
    const member = { ...subscription, handle: careful ? isolate : handle, place };
    const moved = (await handleNext(database, [member], readLog)).get(name);
    if (!moved) return false;
    carried(moved);
    return passed < head();
  }

  function carried(moved: Moved): void {
    passed = stored = moved.position;
    storedAt = Date.now();
    if (moved.handled > 0) subscription.committed?.();
  }

  /** Handles a batch that has failed before: halved down to the stream that fails. */
  async function isolate(
    tx: Transaction,
    events: readonly StoredEvent[],
    locked: Promise<Checkpoint>,
  ): Promise<void> {
    const checkpoint = await locked;
    try {
      await handleWithin(tx, subscription, events, checkpoint);
    } catch (error) {
      if (isOutage(error)) throw error;
      const streams = [...new Set(events.map((event) => event.stream))];
      if (streams.length === 1) return oneByOne(tx, events, checkpoint);
      const half = new Set(streams.slice(0, streams.length / 2));
      await isolate(
        tx,
        events.filter((event) => half.has(event.stream)),
        locked,
      );
      await isolate(
        tx,
        events.filter((event) => !half.has(event.stream)),
        locked,
      );
    }
  }

  /** Handles the events of a stream up to the one that fails, with which it is put aside. */
  async function oneByOne(
    tx: Transaction,
    events: readonly StoredEvent[],
    checkpoint: Checkpoint,
  ): Promise<void> {
    for (const event of events) {
      try {
        await handleWithin(tx, subscription, [event], checkpoint);
      } catch (error) {
        if (isOutage(error)) throw error;
        return parked.park(tx, event, error);
      }
    }
  }

  /** Runs the first stream that is due; false when none is, or when another process has the checkpoint. */
  async function stepDue(): Promise<boolean> {
    due = false;
    try {
      const outcome = await parked.runDue();
      if (outcome !== 'none') due = true;
      if (outcome === 'handled') subscription.committed?.();
      return outcome !== 'none' && outcome !== 'busy';
    } catch (error) {
      // They are still due at the bus's next look.
      log.warn({ err: error }, 'parked streams could not be run, trying again');
      return false;
    }
  }

  /** Not awaited by what it calls: that may stop this very runner. */
  function tellLevel(done: () => Promise<boolean>): void {
    level = null;
    void done()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'level, but what follows failed, trying again');
        return false;
      })
      .then((over) => {
        if (!over) level = done;
        return over;
      });
  }

  async function run(): Promise<void> {
    let failures = 0;
    let careful = false;
    while (wanted && !stopped) {
      wanted = false;
      try {
        let more = true;
        while (more && !stopped) {
          // In turns, so that many parked streams hold no new event up, nor the other way round.
          const ran = due && (await stepDue());
          more = (await step(careful)) || ran;
          careful = false;
          failures = 0;
        }
        if (level && passed >= head()) tellLevel(level);
      } catch (error) {
        if (stopped) return;
        wanted = true;
        log.warn({ err: error }, 'batch failed, trying again');
        // At once only to find the stream that fails; what fails even then is no stream's fault.
        if (!careful && !isOutage(error)) careful = true;
        else await signal.wait(Math.min(100 * 2 ** failures++, 5_000));
      }
    }
  }

  return {
    subscription,
    restsAt: () => (running || due || stopped || passed < 0 ? null : { stored, passed }),
    carried,
    wake() {
      wanted = true;
      running ??= run().finally(() => {
        running = null;
        if (wanted && !stopped) this.wake();
      });
    },
    whenLevel(done) {
      level = done;
      this.wake();
    },
    async stop() {
      stopped = true;
      signal.wake();
      await running;
    },
    runDue() {
      due = true;
      this.wake();
    },
    async redrive(stream) {
      const outcome = await parked.redrive(stream);
      if (outcome === 'handled') subscription.committed?.();
      // What came meanwhile found the checkpoint locked.
      this.wake();
      return outcome;
    },
  };
}
