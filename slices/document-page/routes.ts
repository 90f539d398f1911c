import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { LivePage } from '../../shared/live/live-page.ts';
import { withoutOrigin } from '../../shared/origin.ts';
import { bytes } from '../../shared/web/openapi.ts';
import { notFound } from '../../shared/web/problem.ts';
import type { App } from '../../shared/web/server.ts';
import { classificationEvents } from '../classification/events.ts';
import { DocumentJson, toDocumentJson } from '../document-board/document.contract.ts';
import { inspectionEvents } from '../inspection/events.ts';
import { publicationEvents } from '../publication/events.ts';
import { receivedOf } from '../receive-document/received.contract.ts';
import { textExtractionEvents } from '../text-extraction/events.ts';
import type { AskedPage, DocumentReader } from './page-data.ts';
import { documentPageView } from './page-view.ts';
import { textPageView } from './text-view.ts';

const params = Type.Object({ id: Type.String({ format: 'uuid' }) });
/** What was searched for is marked in the text. */
const querystring = Type.Object({ q: Type.Optional(Type.String({ maxLength: 200 })) });
const textQuery = Type.Object({
  ...querystring.properties,
  from: Type.Integer({ minimum: 0, default: 0 }),
});
const Metadata = Type.Object(
  {
    correlation: Type.String(),
    causation: Type.Union([Type.String(), Type.Null()]),
    actor: Type.String(),
    command: Type.String(),
  },
  { additionalProperties: true },
);
const Events = Type.Object({
  events: Type.Array(
    Type.Object({
      id: Type.String({ format: 'uuid' }),
      position: Type.Integer(),
      version: Type.Integer(),
      type: Type.String(),
      data: Type.Record(Type.String(), Type.Unknown()),
      metadata: Metadata,
      storedAt: Type.String({ format: 'date-time' }),
    }),
  ),
});

const Fields = Type.Object({
  fields: Type.Array(
    Type.Object(
      {
        name: Type.String(),
        value: Type.String(),
        page: Type.Union([Type.Integer(), Type.Null()]),
        source: Type.String({ description: 'the words it came from' }),
        confidence: Type.Number({ minimum: 0, maximum: 1 }),
      },
      { additionalProperties: true },
    ),
  ),
});

export function documentRoutes(app: App, reader: DocumentReader, live: LivePage): void {
  const { blobs } = reader;

  /** Loads a document that the asker may read; others' documents do not exist for an uploader. */
  async function readable(request: FastifyRequest, id: string) {
    return reader.load(id, (owner) => request.mayRead(owner));
  }

  /** The page that somebody asks for, or its stream. */
  const askedPage = (request: FastifyRequest, id: string, q = ''): AskedPage => ({
    id,
    acts: request.principal.role === 'admin',
    q: q.trim(),
  });

  app.get(
    '/documents/:id',
    { schema: { params, querystring, hide: true } },
    async (request, reply) => {
      const { id } = request.params;
      const doc = documentPageView(await reader.page(askedPage(request, id, request.query.q)));
      reply.header('cache-control', 'no-store');
      return reply.view('slices/document-page/page.njk', {
        title: doc.fileName,
        active: 'board',
        live: true,
        doc,
      });
    },
  );

  app.get(
    '/documents/:id/stream',
    {
      schema: {
        params,
        querystring,
        summary: 'The page of a document as it changes (server-sent events)',
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await reader.load(id);
      live.open(keyOf(askedPage(request, id, request.query.q)), request, reply);
    },
  );

  app.get(
    '/documents/:id/text',
    { schema: { params, querystring: textQuery, hide: true } },
    async (request, reply) => {
      const { id } = request.params;
      const { q = '', from } = request.query;
      const { record, history } = await reader.load(id);
      const text = await reader.textOf(id, history);
      if (text === null) throw notYet('text', 'text extraction');
      reply.header('cache-control', 'no-store');
      return reply.view('slices/document-page/text.njk', {
        title: `Text of ${record.fileName}`,
        active: 'board',
        live: false,
        doc: { id, fileName: record.fileName },
        text: textPageView(id, text, { q: q.trim(), language: record.language }, from),
      });
    },
  );

  app.get(
    '/api/documents/:id',
    { schema: { params, summary: 'One document', response: { 200: DocumentJson } } },
    async (request) => {
      const { record } = await readable(request, request.params.id);
      return toDocumentJson(record, new Date());
    },
  );

  app.get(
    '/api/documents/:id/events',
    {
      schema: {
        params,
        summary: 'Every fact about a document, oldest first',
        response: { 200: Events },
      },
    },
    async (request) => {
      const { history } = await readable(request, request.params.id);
      const told = await reader.told(history, (owner) => request.mayRead(owner));
      return {
        events: told.map(({ id, position, version, type, data, metadata, storedAt }) => ({
          id,
          position,
          version,
          type,
          data,
          metadata: withoutOrigin(metadata),
          storedAt: storedAt.toISOString(),
        })),
      };
    },
  );

  app.get(
    '/api/documents/:id/text',
    {
      schema: {
        params,
        summary: 'The text, a form feed between pages',
        produces: ['text/plain'],
        response: { 200: bytes('UTF-8') },
      },
    },
    async (request, reply) => {
      const { history, record } = await readable(request, request.params.id);
      const found = history.findLast(textExtractionEvents.Finished.is);
      if (!found) throw notYet('text', 'text extraction');
      const { content, bytes } = await blobs.stream(record.id, found.data.text);
      attach(reply, `${record.fileName}.txt`)
        .type('text/plain; charset=utf-8')
        .header('content-length', bytes);
      return reply.send(content);
    },
  );

  app.get(
    '/api/documents/:id/fields',
    {
      schema: {
        params,
        summary: 'The fields that were found, with their confidence',
        response: { 200: Fields },
      },
    },
    async (request, reply) => {
      const { history, record } = await readable(request, request.params.id);
      const found = history.findLast(classificationEvents.Finished.is);
      if (!found) throw notYet('fields', 'classification');
      const { fields } = JSON.parse(
        (await blobs.read(record.id, found.data.findings)).toString('utf8'),
      ) as Static<typeof Fields>;
      return attach(reply, `${record.fileName}.fields.json`)
        .type('application/json')
        .send({ fields });
    },
  );

  app.get(
    '/api/documents/:id/file',
    {
      // As received, byte for byte and with its length.
      compress: false,
      schema: {
        params,
        summary: 'The bytes as they were received, as an attachment',
        produces: ['*/*'],
        response: { 200: bytes('the file; its type as inspection found it') },
      },
    },
    async (request, reply) => {
      const { history, record } = await readable(request, request.params.id);
      const { content, bytes } = await blobs.stream(record.id, receivedOf(history).sha256);
      // Never shown in a browser: what somebody uploaded is not our page.
      const mediaType = history.findLast(inspectionEvents.Finished.is)?.data.mediaType;
      attach(reply, record.fileName)
        .type(mediaType ?? 'application/octet-stream')
        .header('content-length', bytes);
      return reply.send(content);
    },
  );

  app.get(
    '/api/documents/:id/preview.png',
    {
      schema: {
        params,
        summary: 'A picture of the first page',
        produces: ['image/png'],
        response: { 200: bytes('the picture') },
      },
    },
    async (request, reply) => {
      const { history, record } = await readable(request, request.params.id);
      const found = history.findLast(publicationEvents.Finished.is);
      if (!found) throw notYet('preview', 'publication');
      const { content, bytes } = await blobs.stream(record.id, found.data.preview);
      reply
        .type('image/png')
        .header('content-length', bytes)
        .header('cache-control', 'private, no-cache');
      return reply.send(content);
    },
  );
}

/** Readers who see the same share a live page; this is its key. */
const keyOf = ({ id, acts, q }: AskedPage): string => JSON.stringify({ id, acts, q });
export const pageOf = (key: string): AskedPage => JSON.parse(key) as AskedPage;

function notYet(what: string, step: string) {
  return notFound(
    `There is no ${what} of this document: the step ${step} has not finished. Ask again when it has.`,
  );
}

/** Plain ASCII for old clients, the whole name for all others (RFC 6266). */
function attach(reply: FastifyReply, fileName: string): FastifyReply {
  const plain = fileName.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(fileName).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return reply.header(
    'content-disposition',
    `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
  );
}
