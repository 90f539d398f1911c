import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import multipart from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Config } from '../../shared/config.ts';
import { documentStream } from '../../shared/event.ts';
import type { EventStore } from '../../shared/event-store.ts';
import type { Runtime } from '../../shared/runtime.ts';
import { badRequest } from '../../shared/web/problem.ts';
import type { App } from '../../shared/web/server.ts';
import type { Receiver, StagedFile } from './command.ts';
import { readableDuplicate } from './duplicate.contract.ts';
import { readUpload } from './read-upload.ts';
import type { ReceivedDocument } from './repeated-upload.ts';

const samples = new URL('./samples/', import.meta.url);

const Received = Type.Object({
  documents: Type.Array(
    Type.Object({
      id: Type.String({ format: 'uuid' }),
      url: Type.String({ description: 'the page of the document' }),
      fileName: Type.String(),
      duplicateOf: Type.Union([Type.String(), Type.Null()], {
        description: 'an earlier document with the same bytes that you may read',
      }),
    }),
  ),
});

/** Told to clients only: the parts are read as they come, and refused in words of their own. */
const asRead = () => () => true;
const shortText = (description: string) =>
  Type.Optional(Type.String({ maxLength: 200, description }));
const Upload = (maxFiles: number) =>
  Type.Object({
    file: Type.Array(Type.String({ format: 'binary' }), {
      minItems: 1,
      maxItems: maxFiles,
      description: 'the documents, each with its file name',
    }),
    source: shortText('where they come from'),
    label: shortText('what they are filed under'),
  });
const UploadHeaders = Type.Object({
  'Idempotency-Key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'the same key with the same files is received once, and answered as before',
    }),
  ),
});

export async function receiveRoutes(
  app: App,
  receiver: Receiver,
  config: Config,
  runtime: Runtime,
  store: EventStore,
): Promise<void> {
  /** Without JavaScript nothing would bring the rows later. */
  const showOnBoard = async (reply: FastifyReply, documents: readonly ReceivedDocument[]) => {
    await runtime.untilShown(documents.map(({ id }) => documentStream(id)));
    return reply.redirect('/', 303);
  };

  await app.register(multipart);

  app.post(
    '/api/documents',
    {
      schema: {
        summary: 'Hand over documents: all of them are received, or none',
        description: `One part "file" a document, at most ${config.maxFiles}, and optionally "source" and "label".`,
        headers: UploadHeaders,
        consumes: ['multipart/form-data'],
        body: Upload(config.maxFiles),
        response: { 202: Received },
      },
      validatorCompiler: asRead,
    },
    async (request, reply) => {
      const idempotencyKey = keyOf(request);
      const { files, source, label } = await readUpload(request, receiver, config);
      const documents = await receiver.receive({
        files,
        source,
        label,
        actor: request.actor,
        idempotencyKey,
      });
      const base = config.publicUrl ?? `${request.protocol}://${request.host}`;
      reply.code(202);
      const mayRead = (owner: string) => request.mayRead(owner);
      const told = documents.map(async ({ id, fileName, duplicateOf }) => ({
        id,
        url: `${base}/documents/${id}`,
        fileName,
        duplicateOf: await readableDuplicate(store, duplicateOf, mayRead),
      }));
      return { documents: await Promise.all(told) };
    },
  );

  // The form of the board where there is no JavaScript.
  app.post('/documents', { schema: { hide: true } }, async (request, reply) => {
    const upload = await readUpload(request, receiver, config);
    const { actor } = request;
    return showOnBoard(reply, await receiver.receive({ ...upload, actor, idempotencyKey: null }));
  });

  app.post('/documents/samples', { schema: { hide: true } }, async (request, reply) => {
    const files = await stageSamples(receiver);
    const { actor } = request;
    const upload = { files, source: 'samples', label: null, actor, idempotencyKey: null };
    return showOnBoard(reply, await receiver.receive(upload));
  });
}

function keyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw badRequest(
      'The Idempotency-Key must have 1 to 255 visible ASCII characters, for example a UUID.',
    );
  }
  return key;
}

async function stageSamples(receiver: Receiver): Promise<StagedFile[]> {
  const files: StagedFile[] = [];
  try {
    for (const fileName of (await readdir(samples)).toSorted()) {
      const staged = await receiver.stage(createReadStream(new URL(fileName, samples)));
      files.push({ ...staged, fileName, claimedMediaType: 'application/octet-stream' });
    }
    return files;
  } catch (error) {
    await receiver.discard(files);
    throw error;
  }
}
