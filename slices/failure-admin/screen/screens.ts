import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from 'nunjucks';
import type { Logger } from 'pino';
import { documentOf, type StoredEvent } from '../../../shared/event.ts';
import type { EventStreams } from '../../../shared/live/event-stream.ts';
import { createLivePage } from '../../../shared/live/live-page.ts';
import { PARKED_STREAMS } from '../../../shared/parked-streams.ts';
import type { StepTitles } from '../../document-board/board-row.contract.ts';
import { GROUP_RETRIES } from '../group-retry/read-model.ts';
import { FAILURE_GROUPS } from '../groups/read-model.ts';
import { FAILURES } from '../read-model.ts';
import type { FailedDocumentData } from './document-data.ts';
import { failedDocumentView, type FailedDocumentView } from './document-view.ts';
import type { GroupQuery, OverviewQuery, ScreenReaders } from './readers.ts';

interface DocumentQuery {
  id: string;
  acts: boolean;
}

/** Pages of one kind, each told apart by what was asked for. */
interface LiveScreen<Query> {
  open(query: Query, request: FastifyRequest, reply: FastifyReply): void;
  changed(): void;
}

/** The pages of failures, and who looks at them. */
export interface Screens {
  readers: ScreenReaders;
  readDocument(query: DocumentQuery): Promise<FailedDocumentView>;
  overview: LiveScreen<OverviewQuery>;
  group: LiveScreen<GroupQuery>;
  document: Omit<LiveScreen<DocumentQuery>, 'changed'>;
  onLive(told: string): void;
  onEvents(events: readonly StoredEvent[]): void;
  stop(): void;
}

/** Thousands of changes a second are a few renderings: two pages, four times a second at the most. */
const REST_MS = 400;
/** Failed jobs and the board's columns are not told of; bars move on with the clock. */
const REFRESH_MS = 2_000;

const SHOWN: ReadonlySet<string> = new Set([
  FAILURES,
  FAILURE_GROUPS,
  GROUP_RETRIES,
  PARKED_STREAMS,
]);

export function createScreens(dependencies: {
  readers: ScreenReaders;
  readDocument: (id: string, acts: boolean) => Promise<FailedDocumentData>;
  counts: () => Promise<unknown>;
  titles: StepTitles;
  templates: Environment;
  streams: EventStreams;
  log: Logger;
}): Screens {
  const { readers, titles, templates, streams, log, counts } = dependencies;
  const readDocument = async ({ id, acts }: DocumentQuery) =>
    failedDocumentView(await dependencies.readDocument(id, acts), titles);

  function screen<Query>(restMs: number, render: (query: Query) => Promise<string>) {
    const page = createLivePage({
      render: (key) => render(JSON.parse(key) as Query),
      restMs,
      counts,
      streams,
      log,
    });
    return {
      page,
      open: (query: Query, request: FastifyRequest, reply: FastifyReply) =>
        page.open(JSON.stringify(query), request, reply),
      changed: () => page.keys().forEach(page.changed),
    };
  }

  const overview = screen<OverviewQuery>(REST_MS, async ({ before, ...query }) => {
    // JSON has no dates.
    const cursor = before && { ...before, firstFailedAt: new Date(before.firstFailedAt) };
    const failures = await readers.overview({ ...query, before: cursor });
    return templates.render('slices/failure-admin/screen/overview-body.njk', { failures });
  });
  const group = screen<GroupQuery>(REST_MS, async (query) =>
    templates.render('slices/failure-admin/screen/group-body.njk', {
      group: await readers.group(query),
    }),
  );
  const document = screen<DocumentQuery>(0, async (query) =>
    templates.render('slices/failure-admin/screen/document-body.njk', {
      doc: await readDocument(query),
    }),
  );
  const changed = () => [overview, group].forEach((each) => each.changed());
  const refresh = setInterval(changed, REFRESH_MS).unref();

  return {
    readers,
    readDocument,
    overview,
    group,
    document,
    onLive(told) {
      if (SHOWN.has(told)) changed();
    },
    onEvents(events) {
      const documents = new Set(events.map(({ stream }) => documentOf(stream)));
      for (const key of document.page.keys())
        if (documents.has((JSON.parse(key) as DocumentQuery).id)) document.page.changed(key);
    },
    stop: () => clearInterval(refresh),
  };
}
