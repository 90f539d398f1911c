import type { Logger } from 'pino';
import type { BlobStore } from './blobs.ts';
import { createBus, type Bus } from './bus.ts';
import type { Config } from './config.ts';
import type { Database } from './database.ts';
import type { EventCatalogue } from './event-catalogue.ts';
import type { EventStore } from './event-store.ts';
import type { Feed } from './feed.ts';
import type { EventStreams } from './live/event-stream.ts';
import { LIVE_CHANNEL, projectionSubscription } from './projection.ts';
import { reactorSubscription } from './reactor.ts';
import { createRebuilds, type Rebuilds } from './rebuild.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import type { Slice } from './slice.ts';
import type { ProgressBoard } from './steps/progress.ts';
import { stepQueue } from './steps/step.ts';
import { stepWorker } from './steps/step-worker.ts';
import type { Subscription } from './subscription.ts';
import type { WorkQueue } from './work-queue.ts';

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
  /** Hands back what is under way; pages must have been disconnected before. */
  stop(): Promise<void>;
}

/** Wires the slices' manifests: subscriptions to the bus, steps to the queue, live pages to what changes. */
export function createRuntime(options: {
  config: Config;
  database: Database;
  catalogue: EventCatalogue;
  store: EventStore;
  feed: Feed;
  blobs: BlobStore;
  queue: WorkQueue;
  sandbox: Sandbox;
  progress: ProgressBoard;
  streams: EventStreams;
  slices: readonly Slice[];
  log: Logger;
}): Runtime {
  const { config, database, store, feed, blobs, queue, sandbox, streams, slices, log } = options;
  const works = config.role !== 'web';
  const projections = slices.flatMap((slice) => slice.projections ?? []);
  const reactors = slices.flatMap((slice) => slice.reactors ?? []);
  const steps = slices.flatMap((slice) => slice.step ?? []);
  const subscriptions = [
    ...reactors.map((reactor) => reactorSubscription(reactor, { store, queue })),
    ...projections.map((projection) => projectionSubscription(projection, { blobs })),
  ];
  const bus = createBus({ database, store, feed, log, subscriptions: works ? subscriptions : [] });
  const rebuilds = createRebuilds({ database, bus, blobs, projections, log });

  return {
    slices,
    subscriptions,
    bus,
    queue,
    rebuilds,
    streams,
    async start() {
      await queue.start(
        steps.map((step) => stepQueue(step.slug)),
        works,
      );
      bus.listen((events) => slices.forEach((slice) => slice.onEvents?.(events)));
      await bus.start();
      await database.sql.listen(LIVE_CHANNEL, (told) =>
        slices.forEach((slice) => slice.onLive?.(told)),
      );
      if (!works) return;
      await rebuilds.resume();
      for (const step of steps) {
        await queue.work(stepQueue(step.slug), step.concurrency(config), stepWorker(step, options));
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
