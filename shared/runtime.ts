import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { BlobStore } from './blobs.ts';
import { createBus, type Bus } from './bus.ts';
import type { Config } from './config.ts';
import type { Database } from './database.ts';
import type { EventCatalogue } from './event-catalogue.ts';
import type { EventStore } from './event-store.ts';
import type { Feed } from './feed.ts';
import type { EventStreams } from './live/event-stream.ts';
import { documentOf, type StoredEvent } from './event.ts';
import { LIVE_CHANNEL } from './checkpoint.ts';
import { projectionSubscription } from './projection.ts';
import type { RecentEvents } from './recent-events.ts';
import { reactorSubscription } from './reactor.ts';
import { createRebuilds, type Rebuilds } from './rebuild.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import type { Slice } from './slice.ts';
import type { ProgressBoard } from './steps/progress.ts';
import { stepQueue } from './steps/step.ts';
import type { StepGate } from './steps/step-gate.ts';
import { stepWorker } from './steps/step-worker.ts';
import type { Subscription } from './subscription.ts';
import type { JobHandler, WorkQueue } from './work-queue.ts';

/** The kernel at work, for whoever shows it or changes it at run time. */
export interface Runtime {
  slices: readonly Slice[];
  /** Of all slices, whether this process runs them or not. */
  subscriptions: readonly Subscription[];
  bus: Bus;
  queue: WorkQueue;
  rebuilds: Rebuilds;
  streams: EventStreams;
  start(): Promise<void>;
  /** Waits until every read model has what these streams hold now, a second at most: for whoever is sent to a page right after a command. */
  untilShown(streams: readonly string[]): Promise<void>;
  /** Hands back what is under way; pages must have been disconnected before. */
  stop(): Promise<void>;
}

const SHOWN_WITHIN_MS = 1_000;
const SHOWN_LOOK_MS = 20;

/** Wires the slices' manifests: subscriptions to the bus, steps to the queue, live pages to what changes. */
export function createRuntime(options: {
  config: Config;
  database: Database;
  catalogue: EventCatalogue;
  store: EventStore;
  feed: Feed;
  recent: RecentEvents;
  blobs: BlobStore;
  queue: WorkQueue;
  sandbox: Sandbox;
  progress: ProgressBoard;
  stepGate: StepGate;
  streams: EventStreams;
  slices: readonly Slice[];
  log: Logger;
}): Runtime {
  const { config, database, store, feed, blobs, queue, sandbox, streams, slices, log } = options;
  const { stepGate, recent } = options;
  const works = config.role !== 'web';
  const projections = slices.flatMap((slice) => slice.projections ?? []);
  const reactors = slices.flatMap((slice) => slice.reactors ?? []);
  const steps = slices.flatMap((slice) => slice.step ?? []);
  const stepWorkers = steps.map((step) => ({ step, ...stepWorker(step, options) }));
  const work = [
    ...slices.flatMap((slice) => slice.work ?? []),
    ...stepWorkers.map(({ step, work }) => ({
      queue: stepQueue(step.slug),
      concurrency: step.concurrency(config),
      // What the queue holds is what the pipeline puts into it.
      handle: work as JobHandler<object>,
    })),
  ];
  const subscriptions = [
    ...reactors.map((reactor) => reactorSubscription(reactor, { store, queue, recent })),
    ...projections.map((projection) => projectionSubscription(projection, { blobs })),
  ];
  const bus = createBus({
    database,
    store,
    feed,
    recent,
    log,
    subscriptions: works ? subscriptions : [],
  });
  const rebuilds = createRebuilds({ database, bus, blobs, projections, log });

  function abandonEnded(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (!stepGate.ends(event)) continue;
      stepWorkers.forEach(({ abandon }) => abandon(documentOf(event.stream) ?? ''));
    }
  }

  return {
    slices,
    subscriptions,
    bus,
    queue,
    rebuilds,
    streams,
    async start() {
      await queue.start(
        work.map((each) => each.queue),
        works,
      );
      for (const slice of slices) await slice.start?.();
      bus.listen((events) => slices.forEach((slice) => slice.onEvents?.(events)));
      bus.listen(abandonEnded);
      await bus.start();
      await database.sql.listen(LIVE_CHANNEL, (told) =>
        slices.forEach((slice) => slice.onLive?.(told)),
      );
      if (!works) return;
      await rebuilds.resume();
      for (const each of work) queue.work(each.queue, each.concurrency, each.handle);
    },
    async untilShown(streams) {
      const newest = await database.sql<{ type: string; position: string }[]>`
        SELECT type, max(position) AS position FROM events
        WHERE stream = ANY (${[...streams]}) GROUP BY type`;
      // Only what a read model folds: it passes the rest in its own time.
      const wanted = new Map(
        projections.map(({ name, folds }) => {
          const types = new Set(folds.map(({ event }) => event.type));
          const positions = newest.filter(({ type }) => types.has(type));
          return [name, Math.max(0, ...positions.map(({ position }) => Number(position)))];
        }),
      );
      const latest = Date.now() + SHOWN_WITHIN_MS;
      while (Date.now() < latest) {
        const rows = await database.sql<{ name: string; position: string }[]>`
          SELECT name, position FROM subscriptions WHERE name = ANY (${[...wanted.keys()]})`;
        if (rows.every(({ name, position }) => Number(position) >= (wanted.get(name) ?? 0))) return;
        await setTimeout(SHOWN_LOOK_MS);
      }
    },
    async stop() {
      for (const slice of slices) await slice.stop?.();
      await queue.stop();
      await bus.stop();
      await sandbox.close();
    },
  };
}
