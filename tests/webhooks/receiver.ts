import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { createRandom } from '../crash/random.ts';
import { accept, pickManner } from './manners.ts';
import { openReceipts, PORT_TAKEN } from './receipts.ts';

// A receiver of webhooks in a process of its own: `receiver.ts FOLDER PORT SEED`. The folder holds
// its secret and what it received; while there is a file `mended` in it, it behaves.

const [, , folder = '', port = '', seed = ''] = process.argv;
const receipts = openReceipts(join(folder, 'receipts'));
const random = createRandom(Number(seed));

const server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    if (body === null) return undefined;
    const mended = existsSync(join(folder, 'mended'));
    const { status, answer } = mended ? accept : pickManner(random);
    const id = String(request.headers['webhook-id']);
    const valid = isValid(body, request);
    receipts.write({ id, valid, body: body.toString('base64'), status });
    return answer(response);
  });
});
server.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE') console.error(error);
  process.exit(error.code === 'EADDRINUSE' ? PORT_TAKEN : 1);
});
server.listen(Number(port), '127.0.0.1', () => console.log('The receiver listens.'));

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

function isValid(body: Buffer, { headers }: IncomingMessage): boolean {
  const secret = readFileSync(join(folder, 'secret'), 'utf8');
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
