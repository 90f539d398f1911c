import { asFunction, asValue, createContainer, type AwilixContainer } from 'awilix';
import type { Environment } from 'nunjucks';
import type { Logger } from 'pino';
import { blobFolder, createFolderBlobStore, type BlobStore } from '../shared/blobs.ts';
import type { Config } from '../shared/config.ts';
import type { Database } from '../shared/database.ts';
import { eventCatalogue, type EventCatalogue } from '../shared/event-catalogue.ts';
import { createEventStore, type EventStore } from '../shared/event-store.ts';
import { createFeed, type Feed } from '../shared/feed.ts';
import { createEventStreams, type EventStreams } from '../shared/live/event-stream.ts';
import { createRecentEvents, type RecentEvents } from '../shared/recent-events.ts';
import { createRuntime, type Runtime } from '../shared/runtime.ts';
import { createSandbox, type Sandbox } from '../shared/sandbox/sandbox.ts';
import { secretKey } from '../shared/secret-key.ts';
import type { Slice, StepSlice } from '../shared/slice.ts';
import { createProgressBoard, type ProgressBoard } from '../shared/steps/progress.ts';
import type { StepGate } from '../shared/steps/step-gate.ts';
import type { Step } from '../shared/steps/step.ts';
import { createTemplates } from '../shared/web/templates.ts';
import { createWorkQueue, type WorkQueue } from '../shared/work-queue.ts';
import { createActorNames, type ActorNames } from './accounts/actor-names.contract.ts';
import { createAccounts, type Accounts } from './accounts/accounts.ts';
import { createRefusalBook, type RefusalBook } from './accounts/audit/refusals.ts';
import { createStepGate } from './pipeline/step-gate.ts';
import { composeSlices, eventsOf } from './slices.ts';

/** Everything that is wired, by the name under which it is asked for. */
export interface Cradle {
  config: Config;
  log: Logger;
  database: Database;
  databaseUrl: string;
  stepSlices: readonly StepSlice[];
  steps: readonly Step[];
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
  templates: Environment;
  accounts: Accounts;
  actorNames: ActorNames;
  refusals: RefusalBook;
  slices: readonly Slice[];
  runtime: Runtime;
}

/** The one place where parts are put together; each is made once, when first asked for. */
export function createDoctrailContainer(
  given: Pick<Cradle, 'config' | 'log' | 'database' | 'databaseUrl' | 'stepSlices'>,
): AwilixContainer<Cradle> {
  const container = createContainer<Cradle>({ strict: true });
  container.register({
    config: asValue(given.config),
    log: asValue(given.log),
    database: asValue(given.database),
    databaseUrl: asValue(given.databaseUrl),
    stepSlices: asValue(given.stepSlices),
    steps: asFunction(({ stepSlices }: Cradle) =>
      stepSlices.map((slice) => slice.step),
    ).singleton(),
    catalogue: asFunction(({ stepSlices }: Cradle) =>
      eventCatalogue(eventsOf(stepSlices)),
    ).singleton(),
    store: asFunction(({ database, catalogue }: Cradle) =>
      createEventStore(database.sql, catalogue),
    ).singleton(),
    feed: asFunction(({ database, catalogue }: Cradle) =>
      createFeed(database.sql, catalogue),
    ).singleton(),
    recent: asFunction(createRecentEvents).singleton(),
    blobs: asFunction(({ config }: Cradle) =>
      createFolderBlobStore(blobFolder(config)),
    ).singleton(),
    queue: asFunction(({ database, databaseUrl, log }: Cradle) =>
      createWorkQueue({ database, url: databaseUrl, log }),
    ).singleton(),
    sandbox: asFunction(({ config, log }: Cradle) =>
      createSandbox({
        workers: config.workers,
        ocrWorkers: config.ocrWorkers,
        limits: {
          memoryBytes: config.parserMemoryBytes,
          wallClockMs: config.parserTimeoutMs,
          cpuSeconds: config.parserCpuMs / 1000,
        },
        log: (message) => log.warn(message),
      }),
    ).singleton(),
    progress: asFunction(({ database }: Cradle) => createProgressBoard(database)).singleton(),
    stepGate: asFunction(({ steps }: Cradle) => createStepGate(steps)).singleton(),
    streams: asFunction(() => createEventStreams()).singleton(),
    templates: asFunction(() => createTemplates()).singleton(),
    accounts: asFunction(({ database, config }: Cradle) =>
      createAccounts(database, undefined, secretKey(config)),
    ).singleton(),
    actorNames: asFunction(({ database }: Cradle) => createActorNames(database)).singleton(),
    refusals: asFunction(({ database, log }: Cradle) =>
      createRefusalBook(database, { log }),
    ).singleton(),
    slices: asFunction((cradle: Cradle) => composeSlices(cradle)).singleton(),
    runtime: asFunction((cradle: Cradle) => createRuntime(cradle)).singleton(),
  });
  return container;
}
