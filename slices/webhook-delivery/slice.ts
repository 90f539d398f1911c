import type { BlobStore } from '../../shared/blobs.ts';
import type { Config } from '../../shared/config.ts';
import type { Database } from '../../shared/database.ts';
import type { EventStore } from '../../shared/event-store.ts';
import { secretKey } from '../../shared/secret-key.ts';
import type { CommandDescription, QueuedWork, Slice } from '../../shared/slice.ts';
import type { JobHandler, WorkQueue } from '../../shared/work-queue.ts';
import { knownRules } from '../notification-rules/rules.contract.ts';
import { ADDRESSING, addressing, addressingWorker } from './addressing/addressing.ts';
import { deliveryApi } from './delivery/api.ts';
import { createHealthBook } from './delivery/health.ts';
import { deliver, DELIVERY } from './delivery/jobs.ts';
import { createDeliveryQueries } from './delivery/queries.ts';
import { deliveriesProjection } from './delivery/read-model.ts';
import { recover, RECOVERY, recoveryWorker, resentBy } from './delivery/recovery.ts';
import { askForRelease, RELEASE, releaseWorker } from './delivery/release.ts';
import { reopen, REOPENING, reopeningWorker } from './delivery/reopen.ts';
import { createResends, RESEND } from './delivery/resend.ts';
import { deliveryWorker } from './delivery/worker.ts';
import { actionApi } from './endpoint/action-api.ts';
import { endpointApi } from './endpoint/api.ts';
import { commandNames, createEndpoints } from './endpoint/commands.ts';
import { createEndpointQueries } from './endpoint/queries.ts';
import { endpointsProjection } from './endpoint/read-model.ts';
import * as facts from './events.ts';
import { webhookForms } from './form-routes.ts';
import type { WebhookParts } from './routes.ts';
import { refuseUrl } from './send/check-url.ts';
import { retryDelay } from './send/retry-delay.ts';
import { notificationScreens, type ScreenDependencies } from './screen/notification-screens.ts';
import { createWebhookSecrets } from './send/secrets.ts';
import { createSender } from './send/send.ts';

/** Messages that one process addresses at a time: they wait for the database alone, and share what they ask it. */
const ADDRESSED_AT_ONCE = 16;
/** Messages that one process sends at a time, far more than go to one endpoint. */
const CONCURRENCY = 12;
/** Endpoints whose recovery runs at a time, each at its own pace. */
const RECOVERIES = 4;
const BREAKER = { failures: 5, firstMs: 5_000, longestMs: 300_000 };

interface WebhookDependencies extends ScreenDependencies {
  config: Config;
  store: EventStore;
  blobs: BlobStore;
  database: Database;
  queue: WorkQueue;
}

/** Tells external teams by signed messages what the rules found. */
export function webhookDelivery(dependencies: WebhookDependencies): Slice {
  const { config, store, blobs, database, queue } = dependencies;
  const now = () => new Date();
  const leaseMs = config.webhookTimeoutMs + 5_000;
  const health = createHealthBook(database, { ...BREAKER, leaseMs }, askForRelease(queue));
  const secrets = createWebhookSecrets(database, secretKey(config));
  const allowedNetworks = config.webhookAllowedNetworks;
  const send = createSender({ allowedNetworks, timeoutMs: config.webhookTimeoutMs });
  const delivery = {
    store,
    blobs,
    database,
    queue,
    health,
    secrets,
    send,
    now,
    retryDelay: retryDelay.bind(null, config.webhookRetryDelaysMs),
  };
  const queries = createDeliveryQueries(database);
  const resends = createResends(store, queries);
  const parts: WebhookParts = {
    endpoints: createEndpoints({
      store,
      blobs,
      secrets,
      now,
      checkUrl: (url) => refuseUrl(url, allowedNetworks),
      rules: knownRules.map(({ name }) => name),
      failedSince: queries.failedSince,
      recoveriesPerSecond: config.bulkRetriesPerSecond,
    }),
    endpointQueries: createEndpointQueries(database, store),
    deliveries: queries,
    resends,
    health,
    resent: resentBy.bind(null, database),
    store,
    blobs,
    now,
  };
  const shown = notificationScreens(dependencies, parts);
  return {
    name: 'webhook-delivery',
    summary: 'Tells external teams by signed messages what the notification rules found.',
    events: [
      facts.EndpointAdded,
      facts.EndpointChanged,
      facts.EndpointSecretRotated,
      facts.EndpointPaused,
      facts.EndpointResumed,
      facts.EndpointRemoved,
      facts.RecoveryRequested,
      facts.RecoveryFinished,
      facts.NotificationAddressed,
      facts.NotificationAttempted,
      facts.NotificationDelivered,
      facts.NotificationAbandoned,
      facts.NotificationResendRequested,
    ],
    commands,
    reactors: [addressing, deliver, reopen, recover],
    projections: [endpointsProjection, deliveriesProjection],
    work: [
      work(ADDRESSING, ADDRESSED_AT_ONCE, addressingWorker({ store, blobs, database, config })),
      work(DELIVERY, CONCURRENCY, deliveryWorker(delivery)),
      work(REOPENING, 1, reopeningWorker(delivery)),
      work(RELEASE, 1, releaseWorker(delivery)),
      work(RECOVERY, RECOVERIES, recoveryWorker({ store, database, queries, resends })),
    ],
    screens: [
      ...shown.descriptions,
      {
        name: 'Notification endpoints (API)',
        url: '/api/notification-endpoints',
        shows: [endpointsProjection.name, deliveriesProjection.name],
        offers: [...Object.values(commandNames), RESEND],
      },
    ],
    onLive: shown.onLive,
    stop: shown.stop,
    routes(app, runtime) {
      endpointApi(app, parts);
      actionApi(app, parts);
      deliveryApi(app, parts);
      webhookForms(app, parts);
      shown.routes(app, runtime);
    },
  };
}

/** What a queue holds is what its reactor puts into it. */
function work<Data extends object>(
  queue: string,
  concurrency: number,
  handle: JobHandler<Data>,
): QueuedWork {
  return { queue, concurrency, handle: handle as JobHandler<object> };
}

const admin = ['admin'];
const commands: readonly CommandDescription[] = [
  { name: commandNames.add, by: admin, states: [facts.EndpointAdded] },
  { name: commandNames.change, by: admin, states: [facts.EndpointChanged] },
  { name: commandNames.pause, by: admin, states: [facts.EndpointPaused] },
  { name: commandNames.resume, by: admin, states: [facts.EndpointResumed] },
  { name: commandNames.remove, by: admin, states: [facts.EndpointRemoved] },
  { name: commandNames.rotate, by: admin, states: [facts.EndpointSecretRotated] },
  { name: commandNames.test, by: admin, states: [facts.NotificationAddressed] },
  { name: RESEND, by: admin, states: [facts.NotificationResendRequested] },
  { name: commandNames.recover, by: admin, states: [facts.RecoveryRequested] },
  {
    name: 'run recovery',
    by: ['queue'],
    states: [facts.NotificationResendRequested, facts.RecoveryFinished],
  },
  { name: 'address notification', by: ['queue'], states: [facts.NotificationAddressed] },
  {
    name: 'send notification',
    by: ['queue'],
    states: [
      facts.NotificationDelivered,
      facts.NotificationAttempted,
      facts.NotificationAbandoned,
      facts.EndpointPaused,
    ],
  },
];
