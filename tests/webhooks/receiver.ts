import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { createRandom } from '../crash/random.ts';
import { accept, gone, isGone, pickManner, PRIVATE_ADDRESS, type Manner } from './manners.ts';
import { openReceipts, PORT_TAKEN } from './receipts.ts';

// A receiver of webhooks in a process of its own: `receiver.ts FOLDER PORT SEED`. The folder holds
// its secrets and what it received; while there is a file `mended` in it, it behaves, and while there
// is a file `staying`, it does not say that it is gone.

const [, , folder = '', port = '', seed = ''] = process.argv;
const receipts = openReceipts(join(folder, 'receipts'));
const random = createRandom(Number(seed));
const is = (state: 'mended' | 'staying') => existsSync(join(folder, state));

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  if (body === null) return;
  const astray = request.url !== '/hook';
  const { status, answer } = astray ? accept : manner();
  const id = String(request.headers['webhook-id']);
  const secrets = readFileSync(join(folder, 'secrets'), 'utf8').trim().split('\n');
  const [first = '', ...newer] = secrets;
  const valid = isValid(first, body, request);
  const rotated = isValid(newer.at(-1), body, request);
  receipts.write({ id, astray, valid, rotated, body: body.toString('base64'), status });
  await answer(response);
}

function manner(): Manner {
  if (is('mended')) return accept;
  return isGone(receipts.count() + 1) && !is('staying') ? gone : pickManner(random);
}

const listen = (address: string) => {
  const server = createServer((request, response) => void receive(request, response));
  return server.listen(Number(port), address);
};

listen('127.0.0.1')
  .on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') console.error(error);
    process.exit(error.code === 'EADDRINUSE' ? PORT_TAKEN : 1);
  })
  .on('listening', () => console.log('The receiver listens.'));
// Systems without this address send nothing there either.
listen(PRIVATE_ADDRESS).on('error', () => undefined);

/** null when its sender went away before the end. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch {
    return null;
  }
}

function isValid(secret: string | undefined, body: Buffer, { headers }: IncomingMessage): boolean {
  if (secret === undefined) return false;
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
