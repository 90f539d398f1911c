import { exactText, relativeText } from '../../public/time.js';

/** Everything the system screen shows; the route gathers it. */
export interface SystemPageData {
  /** Position of the newest stored event; 0 when there is none. */
  head: number | bigint;
  subscriptions: SubscriptionData[];
  queues: QueueData[];
  /** Connected browsers of this process. */
  browsers: number;
  readModels: ReadModelData[];
  /** How far parser processes are shut in, and what is weaker here than it could be. */
  parsers: { weaknesses: readonly string[] };
  /** Where the daemon is that looks for malware; null: there is none. */
  clamd: string | null;
  events: { type: string; slice: string; listeners: string[] }[];
  canRebuild: boolean;
  revision: number;
  now: Date;
}

export interface SubscriptionData {
  name: string;
  kind: string;
  checkpoint: number | bigint;
  /** Events that it has not handled yet. */
  lag: number;
  /** Streams that wait behind an event which the subscription could not handle. */
  parked: { stream: string; error: string }[];
}

export interface QueueData {
  name: string;
  waiting: number;
  active: number;
  failed: number;
  /** When the oldest waiting job was enqueued. */
  oldestAt: Date | null;
}

/** How many rows a table has; large ones are not counted but estimated. */
export interface RowCount {
  about: number;
  exact: boolean;
}

export interface ReadModelData {
  name: string;
  rows: RowCount;
  /** Events folded so far, and how many there are; null when no rebuild runs. */
  rebuild: { done: number; total: number } | null;
}

const grouped = (count: number | bigint): string => count.toLocaleString('en');

/** The system screen as its templates show it. */
export function systemPageView(data: SystemPageData) {
  return {
    head: grouped(data.head),
    browsers: grouped(data.browsers),
    subscriptions: data.subscriptions.map((one) => ({
      name: one.name,
      kind: one.kind,
      checkpoint: grouped(one.checkpoint),
      lag: grouped(one.lag),
      isBehind: one.lag > 0,
      parked: one.parked,
    })),
    queues: data.queues.map((queue) => ({
      name: queue.name,
      waiting: grouped(queue.waiting),
      active: grouped(queue.active),
      failed: grouped(queue.failed),
      hasFailed: queue.failed > 0,
      oldest: queue.oldestAt && {
        iso: queue.oldestAt.toISOString(),
        exact: exactText(queue.oldestAt.getTime(), 'UTC'),
        text: relativeText(queue.oldestAt.getTime(), data.now.getTime()),
      },
    })),
    readModels: data.readModels.map((model) => ({
      name: model.name,
      rows: `${model.rows.exact ? '' : 'about '}${grouped(model.rows.about)}`,
      rebuild: model.rebuild && {
        ...model.rebuild,
        text: `${grouped(model.rebuild.done)} of ${grouped(model.rebuild.total)} events`,
      },
      action: `/system/read-models/${encodeURIComponent(model.name)}/rebuild`,
    })),
    parsers: data.parsers,
    clamd: data.clamd,
    events: data.events,
    canRebuild: data.canRebuild,
    revision: data.revision,
  };
}
