import type { Logger } from 'pino';
import type { BlobStore } from '../../shared/blobs.ts';
import type { Config } from '../../shared/config.ts';
import type { Database } from '../../shared/database.ts';
import { createEraser } from '../../shared/eraser.ts';
import type { EventCatalogue } from '../../shared/event-catalogue.ts';
import type { EventStore } from '../../shared/event-store.ts';
import type { Slice } from '../../shared/slice.ts';
import type { JobHandler, WorkQueue } from '../../shared/work-queue.ts';
import type { ActorNames } from '../accounts/actor-names.contract.ts';
import { createEndedDocuments } from '../document-board/ended.contract.ts';
import { createErasures, ERASE } from './command.ts';
import { erasing, ERASURE, erasureWorker } from './erasing.ts';
import { DocumentErased } from './events.ts';
import { createRetention } from './retention.ts';
import { erasureRoutes } from './routes.ts';

/** Takes a document out of the system, because somebody may ask for it or because its time is over. */
export function erasure(dependencies: {
  config: Config;
  store: EventStore;
  catalogue: EventCatalogue;
  blobs: BlobStore;
  database: Database;
  queue: WorkQueue;
  actorNames: ActorNames;
  log: Logger;
}): Slice {
  const { config, store, database, queue, actorNames, log } = dependencies;
  const erasures = createErasures(store, actorNames);
  const erase = createEraser(dependencies);
  const retention = createRetention({
    days: config.role === 'web' ? null : config.retentionDays,
    erasures,
    endedBefore: createEndedDocuments(database),
    log,
  });
  return {
    name: 'erasure',
    summary: 'Removes a document and every word of it, and keeps that it was there.',
    events: [DocumentErased],
    commands: [{ name: ERASE, by: ['admin', 'retention'], states: [DocumentErased] }],
    reactors: [erasing],
    work: [
      {
        queue: ERASURE,
        concurrency: 1,
        handle: erasureWorker({ erase, database, queue, config }) as JobHandler<object>,
      },
    ],
    screens: [
      { name: 'Erasure (API)', url: 'DELETE /api/documents/:id', shows: [], offers: [ERASE] },
    ],
    routes: (app, runtime) => erasureRoutes(app, erasures, runtime),
    start: async () => retention.start(),
    stop: async () => retention.stop(),
  };
}
