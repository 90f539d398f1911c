import type { Environment } from 'nunjucks';
import type { Logger } from 'pino';
import type { BlobStore } from '../../shared/blobs.ts';
import type { EventCatalogue } from '../../shared/event-catalogue.ts';
import type { Database } from '../../shared/database.ts';
import { documentOf } from '../../shared/event.ts';
import type { EventStore } from '../../shared/event-store.ts';
import type { EventStreams } from '../../shared/live/event-stream.ts';
import { createLivePage } from '../../shared/live/live-page.ts';
import type { Slice } from '../../shared/slice.ts';
import { PROGRESS_PREFIX, type ProgressBoard } from '../../shared/steps/progress.ts';
import type { Step } from '../../shared/steps/step.ts';
import type { ActorNames } from '../accounts/actor-names.contract.ts';
import { createPageFacts } from '../document-board/page-facts.contract.ts';
import { createDocumentReader } from './page-data.ts';
import { documentPageView } from './page-view.ts';
import { documentRoutes, pageOf } from './routes.ts';

/** One document: what it is, what was found, what happened, and why. */
export function documentPage(dependencies: {
  steps: readonly Step[];
  store: EventStore;
  catalogue: EventCatalogue;
  blobs: BlobStore;
  progress: ProgressBoard;
  actorNames: ActorNames;
  templates: Environment;
  streams: EventStreams;
  database: Database;
  log: Logger;
}): Slice {
  const reader = createDocumentReader(dependencies);
  const { database, templates, streams, log } = dependencies;
  const live = createLivePage({
    render: async (key) => {
      const doc = documentPageView(await reader.page(pageOf(key)));
      return templates.render('slices/document-page/body.njk', { doc });
    },
    counts: createPageFacts(database),
    streams,
    log,
  });
  const changed = (document: string) => {
    for (const key of live.keys()) if (pageOf(key).id === document) live.changed(key);
  };
  return {
    name: 'document-page',
    summary: 'Shows one document with its whole history, and hands out its files.',
    screens: [
      {
        name: 'Document',
        url: '/documents/:id',
        shows: ['history'],
        offers: [
          'retry step',
          'skip step',
          'give up step',
          'cancel document',
          'reprocess document',
          'erase document',
        ],
      },
      { name: 'Text of a document', url: '/documents/:id/text', shows: ['history'] },
      { name: 'Document (API)', url: '/api/documents/:id', shows: ['history'] },
    ],
    routes: (app) => documentRoutes(app, reader, live),
    onEvents(events) {
      for (const stream of new Set(events.map((event) => event.stream))) {
        changed(documentOf(stream) ?? '');
      }
    },
    onLive(told) {
      if (told.startsWith(PROGRESS_PREFIX)) changed(told.slice(PROGRESS_PREFIX.length));
    },
  };
}
