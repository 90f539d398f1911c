import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { SystemStatus } from './status.ts';
import type { SystemPageData } from './system-view.ts';

export interface Metrics {
  readonly contentType: string;
  /** All figures of this moment in Prometheus' text format. */
  text(): Promise<string>;
}

/** The figures of the system page for Prometheus, and those of the Node.js process. */
export function createMetrics(status: SystemStatus): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'doctrail_' });
  const set = createGauges(registry);
  return {
    contentType: registry.contentType,
    // Read before the registry is asked: it takes the values of all gauges at once, while one still collects.
    async text() {
      set(await status.read(false));
      return registry.metrics();
    },
  };
}

function createGauges(registry: Registry): (now: SystemPageData) => void {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name: `doctrail_${name}`, help, labelNames, registers: [registry] });
  const position = gauge('events_position', 'Position of the newest event');
  const browsers = gauge('browsers', 'Connected event streams of this process');
  const ofSubscription = {
    checkpoint: gauge(
      'subscription_checkpoint_position',
      'Position up to which a subscription has handled all events',
      ['subscription'],
    ),
    lag: gauge('subscription_lag_events', 'Events that a subscription has not handled yet', [
      'subscription',
    ]),
    parked: gauge(
      'subscription_parked_streams',
      'Streams that wait behind an event that could not be handled',
      ['subscription'],
    ),
  };
  const ofQueue = {
    waiting: gauge('queue_waiting_jobs', 'Jobs that wait', ['queue']),
    active: gauge('queue_active_jobs', 'Jobs that run', ['queue']),
    failed: gauge('queue_failed_jobs', 'Jobs that failed for good', ['queue']),
    oldest: gauge('queue_oldest_waiting_seconds', 'Age of the oldest waiting job', ['queue']),
  };
  const rows = gauge('read_model_rows', 'Rows of a read model, an estimate where there are many', [
    'read_model',
  ]);

  return (now) => {
    position.set(Number(now.head));
    browsers.set(now.browsers);
    // A rebuild is a subscription that comes and goes.
    for (const each of Object.values(ofSubscription)) each.reset();
    for (const { name: subscription, checkpoint, lag, parked } of now.subscriptions) {
      ofSubscription.checkpoint.set({ subscription }, Number(checkpoint));
      ofSubscription.lag.set({ subscription }, lag);
      ofSubscription.parked.set({ subscription }, parked.length);
    }
    for (const { name: queue, waiting, active, failed, oldestAt } of now.queues) {
      ofQueue.waiting.set({ queue }, waiting);
      ofQueue.active.set({ queue }, active);
      ofQueue.failed.set({ queue }, failed);
      const seconds = oldestAt ? (now.now.getTime() - oldestAt.getTime()) / 1000 : 0;
      ofQueue.oldest.set({ queue }, Math.max(0, seconds));
    }
    for (const { name, rows: count } of now.readModels) {
      rows.set({ read_model: name }, count.about);
    }
  };
}
