import assert from 'node:assert/strict';
import type { Database } from '../../shared/database.ts';
import { NotificationRequested } from '../../slices/notification-rules/events.ts';
import { NotificationDelivered } from '../../slices/webhook-delivery/events.ts';
import type { Moments } from '../crash/kill-moments.ts';
import {
  unended,
  untilEnded,
  untilNoneIsLeft,
  withLives,
  type Life,
  type Lives,
} from '../crash/lives.ts';
import { createRandom, newSeed, type Random } from '../crash/random.ts';
import { proveReadModels, waitUntilLevel } from '../crash/read-models.ts';
import { smallFile, type SmallFile } from '../crash/small-files.ts';
import { makeUploads } from '../crash/uploader.ts';
import { nameOf, type Deed } from '../faults/fault.ts';
import { createAdministrator } from './administrator.ts';
import { SENDER_WAITS_MS } from './manners.ts';
import { startPeer, type Peer } from './peer.ts';
import { proveMessages, type MessageFigures } from './prove-messages.ts';
import { startReceiver, type Receiver } from './receiver-process.ts';

export interface WebhookFigures extends MessageFigures {
  seed: number;
  kills: number;
  receiverKills: number;
  /** Of the second server. */
  peerKills: number;
  /** Acts of an administrator that came to something. */
  acts: number;
  readModelRows: number;
  seconds: number;
}

const PUBLIC_URL = 'https://documents.example.org';
const environment = {
  PUBLIC_URL,
  RETRIES: '3',
  RETRY_DELAY_MS: '100',
  RETRY_MAX_DELAY_MS: '400',
  WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1/32',
  SECRET_KEY: 'the secret key of a proof, not for more',
  WEBHOOK_TIMEOUT_MS: String(SENDER_WAITS_MS),
  // More than any message needs.
  WEBHOOK_RETRY_DELAYS: ['0', '0', ...Array.from({ length: 60 }, () => '1')].join(),
};

const moments: Moments = [
  null,
  { type: '%Failed', attempt: 2 },
  { type: 'DocumentCompleted' },
  { type: 'NotificationRequested' },
  { type: 'NotificationAddressed' },
  { type: 'NotificationAddressed', laterMs: 20 },
  { type: 'NotificationAttempted' },
  { type: 'NotificationDelivered' },
];

const ENTRY = 'tests/faults/main.ts';

/**
 * Has documents complete, fail and be acted on by an administrator, who also rotates the secret and
 * pauses the endpoint, while two servers on one database and a receiver that often refuses, redirects
 * or says that it is gone are killed (kill -9) and started again, and then compares what the receiver
 * wrote down with what the histories say.
 * @param options `mended`: the receiver accepts everything at the end, so that nobody waits for the
 *   circuit breaker; `peerDies`: the second server is killed, too
 * @throws Error with the seed in its message
 */
export async function proveWebhooks(options: {
  databaseUrl: string;
  kills: number;
  files: number;
  mended?: boolean;
  peerDies?: boolean;
  seed?: number;
}): Promise<WebhookFigures> {
  const { kills, files, mended = false, peerDies = false, seed = newSeed() } = options;
  const random = createRandom(seed);
  const begun = performance.now();
  const receiver = await startReceiver(createRandom(seed + 1));
  const { learn } = receiver;
  const administrator = createAdministrator(createRandom(seed + 2), { learn, most: files / 2 });
  let endpoint: string | undefined;
  const whenAlive = async (life: Life) => {
    endpoint ??= await addEndpoint(life, receiver);
    administrator.begin(life, endpoint);
  };
  const own = { ...environment, DATABASE_URL: options.databaseUrl };
  let peer: Peer | undefined;
  try {
    return await withLives({ seed, entry: ENTRY, environment: own, whenAlive }, async (lives) => {
      peer = await startPeer(lives.environment, ENTRY, createRandom(seed + 3));
      const mortals = peerDies ? [receiver, peer] : [receiver];
      const last = await killAll(lives, mortals, { kills, files, random });
      if (mended) await receiver.mend();
      const acts = await administrator.leave(files / 10);
      await receiver.stay();
      await untilQuiet(last, endpoint ?? '');
      await peer.stop();
      const readModelRows = await proveReadModels(last.database, last.client);
      const { documents, ...figures } = await proveMessages(last.database, receiver.receipts(), {
        endpoint: endpoint ?? '',
        publicUrl: PUBLIC_URL,
      });
      await lives.end(last);
      const seconds = Math.round((performance.now() - begun) / 1000);
      const deaths = { kills, receiverKills: receiver.kills, peerKills: peer.kills };
      const shared = { seed, ...deaths, documents, acts };
      return { ...shared, ...figures, readModelRows, seconds };
    });
  } finally {
    await peer?.kill();
    await receiver.stop();
  }
}

async function addEndpoint({ client }: Life, receiver: Receiver): Promise<string> {
  const settings = { url: receiver.url, rules: ['completed', 'failed-twice'] };
  const { status, json } = await client.post('/api/notification-endpoints', settings);
  assert.equal(status, 201, JSON.stringify(json));
  const { id, secret } = json as { id: string; secret: string };
  await receiver.learn(secret);
  return id;
}

/** Kills the server until all is handed over, and the others until every document has ended. */
async function killAll(
  lives: Lives,
  others: readonly Pick<Receiver, 'killUntil'>[],
  { kills, files, random }: { kills: number; files: number; random: Random },
): Promise<Life> {
  const over = new AbortController();
  const killing = Promise.all(others.map((each) => each.killUntil(over.signal)));
  // Told below, once the server has done its part.
  killing.catch(() => undefined);
  try {
    const uploads = makeUploads(files, random, faultyFile);
    const last = await lives.killWhileUploading(kills, uploads, random, moments);
    await untilEnded(last);
    return last;
  } finally {
    over.abort();
    await killing;
  }
}

/** Half complete at once; others fail twice or for good, so that somebody's retry lets them complete or fail again. */
function faultyFile(number: number, random: Random): SmallFile {
  const { name, content } = smallFile(number, random);
  const faultOf = (does: Deed, times: number): string =>
    nameOf({ step: random.pick(steps), does, times });
  const none = () => '';
  const faults = random.pick([
    none,
    none,
    none,
    () => faultOf('fail-transient', 2),
    () => `${faultOf('throw', 2)} ${faultOf('fail-transient', 3)}`,
    () => faultOf('fail-transient', random.whole(4, 6)),
    () => faultOf('fail-permanent', random.whole(1, 3)),
  ])();
  return { name: name.replace('.', ` ${faults}.`), content };
}

const steps = ['inspection', 'text-extraction', 'classification', 'publication'] as const;

/** Resolves when every document has ended, every message was delivered and everything knows. */
async function untilQuiet(life: Life, endpoint: string): Promise<void> {
  const { client, database } = life;
  const resume = `/api/notification-endpoints/${endpoint}/resume`;
  do {
    await untilEnded(life);
    await untilNoneIsLeft(
      database,
      async () => {
        // It may have said just now that it is gone, for the last time.
        await client.post(resume, { reason: 'The proof asks for it.' });
        return undelivered(database);
      },
      (left) => new Error(`These messages are not delivered: ${JSON.stringify(left)}`),
    );
    await waitUntilLevel(database);
  } while ([...(await unended(client)), ...(await undelivered(database))].length > 0);
}

function undelivered({ sql }: Database): Promise<{ stream: string; rule: string }[]> {
  return sql<{ stream: string; rule: string }[]>`
    SELECT stream, data ->> 'rule' AS rule FROM events r WHERE type = ${NotificationRequested.type}
      AND NOT EXISTS (SELECT 1 FROM events d WHERE d.stream = r.stream
        AND d.type = ${NotificationDelivered.type}
        AND d.data ->> 'messageId' = r.data ->> 'messageId')`;
}
