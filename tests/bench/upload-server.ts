import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import multipart from '@fastify/multipart';
import fastify from 'fastify';

/** What only takes files: hashed on the way, fsynced, then removed. `raw` takes the body as it is. */
const [, , kind = 'raw', folder = '.'] = process.argv;
const BUFFER_BYTES = 1 << 20;

async function receive(content: Readable): Promise<void> {
  const hash = createHash('sha256');
  const meter = new Transform({
    highWaterMark: BUFFER_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const path = join(folder, randomUUID());
  const file = createWriteStream(path, { flush: true, highWaterMark: BUFFER_BYTES });
  await pipeline(content, meter, file);
  hash.digest();
  await rm(path);
}

async function listenRaw(): Promise<number> {
  const server = createServer((request, response) => {
    void receive(request).then(() => response.writeHead(202).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function listenMultipart(): Promise<number> {
  const app = fastify();
  await app.register(multipart, { fileHwm: BUFFER_BYTES, limits: { fileSize: Infinity } });
  app.post('/', async (request, reply) => {
    for await (const part of request.files()) await receive(part.file);
    reply.code(202);
    return '';
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
}

process.send?.({ port: await (kind === 'raw' ? listenRaw() : listenMultipart()) });
