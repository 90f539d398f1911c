import type { BlobStore } from '../../shared/blobs.ts';
import type { Config } from '../../shared/config.ts';
import type { Database } from '../../shared/database.ts';
import type { EventStore } from '../../shared/event-store.ts';
import type { Slice } from '../../shared/slice.ts';
import type { Step } from '../../shared/steps/step.ts';
import { createReceiver } from './command.ts';
import { DocumentReceived } from './events.ts';
import { receiveRoutes } from './routes.ts';

/** Takes documents in: by API and by page, never losing one that it has said yes to. */
export function receiveDocument(dependencies: {
  steps: readonly Step[];
  config: Config;
  store: EventStore;
  blobs: BlobStore;
  database: Database;
}): Slice {
  const { config, store } = dependencies;
  const receiver = createReceiver(dependencies);
  return {
    name: 'receive-document',
    summary: 'Takes documents in, by API and by page, and stores them before it says yes.',
    events: [DocumentReceived],
    commands: [
      {
        name: 'receive documents',
        by: ['uploader', 'operator', 'admin'],
        states: [DocumentReceived],
      },
    ],
    screens: [
      {
        name: 'Upload (API)',
        url: 'POST /api/documents',
        shows: [],
        offers: ['receive documents'],
      },
    ],
    routes: (app, runtime) => receiveRoutes(app, receiver, config, runtime, store),
  };
}
