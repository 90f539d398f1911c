import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { SystemStatus } from './status.ts';

/** The figures of the system page in Prometheus' text format, and those of the Node.js process. */
export function createMetrics(status: SystemStatus): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'doctrail_' });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `doctrail_${name}`, help, labelNames, registers: [registry] });
  const lag = gauge('subscription_lag_events', 'Events that a subscription has not handled yet', [
    'subscription',
  ]);
  const parked = gauge(
    'subscription_parked_streams',
    'Streams that wait behind an event that could not be handled',
    ['subscription'],
  );
  const waiting = gauge('queue_waiting_jobs', 'Jobs that wait', ['queue']);
  const active = gauge('queue_active_jobs', 'Jobs that run', ['queue']);
  const failed = gauge('queue_failed_jobs', 'Jobs that failed for good', ['queue']);
  const oldest = gauge('queue_oldest_waiting_seconds', 'Age of the oldest waiting job', ['queue']);
  const browsers = gauge('browsers', 'Connected event streams of this process');
  const position = new Gauge({
    name: 'doctrail_events_position',
    help: 'Position of the newest event',
    registers: [],
    async collect() {
      const now = await status.read(false);
      this.set(Number(now.head));
      lag.reset();
      parked.reset();
      for (const subscription of now.subscriptions) {
        lag.set({ subscription: subscription.name }, subscription.lag);
        parked.set({ subscription: subscription.name }, subscription.parked.length);
      }
      for (const queue of now.queues) {
        waiting.set({ queue: queue.name }, queue.waiting);
        active.set({ queue: queue.name }, queue.active);
        failed.set({ queue: queue.name }, queue.failed);
        const since = queue.oldestAt ? (now.now.getTime() - queue.oldestAt.getTime()) / 1000 : 0;
        oldest.set({ queue: queue.name }, Math.max(0, since));
      }
      browsers.set(now.browsers);
    },
  });
  registry.registerMetric(position);
  return registry;
}
