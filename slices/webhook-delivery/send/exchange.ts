import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction, TcpSocketConnectOpts } from 'node:net';
import { ReceiverError, type Phase } from './receiver-error.ts';

/** Bytes of an answer that are kept, and after which it counts as endless. */
const KEPT_BYTES = 20_000;
const MOST_BYTES = 1_000_000;

/** Until the next of several addresses is tried; Node's own quarter of a second is too short across oceans. */
const NEXT_ADDRESS_MS = 2_500;

/** What is known about an exchange, at any moment of it. */
export interface Progress {
  phase: Phase;
  status: number | null;
  retryAfter?: string | undefined;
  response: Buffer;
}

export interface Post {
  readonly url: URL;
  readonly host: string;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body: Buffer;
  readonly lookup: LookupFunction;
  readonly signal: AbortSignal;
}

/**
 * Sends one request over a connection of its own, follows no redirect, and notes in `progress` how
 * far it came. The connection is closed in any case.
 *
 * @throws ReceiverError or what Node says when there is no whole answer, or the signal is aborted.
 */
export async function exchange(post: Post, progress: Progress): Promise<void> {
  const request = open(post);
  try {
    const response = await answerTo(request, post, progress);
    progress.phase = 'answered';
    progress.status = response.statusCode ?? null;
    progress.retryAfter = response.headers['retry-after'];
    await read(response, progress);
    // An answer without a length ends with its connection, so also when that is cut here.
    post.signal.throwIfAborted();
  } finally {
    request.destroy();
  }
}

function open({ url, host, headers, body, lookup, signal }: Post): http.ClientRequest {
  const { request } = url.protocol === 'https:' ? https : http;
  const options: https.RequestOptions &
    Pick<TcpSocketConnectOpts, 'autoSelectFamily' | 'autoSelectFamilyAttemptTimeout'> = {
    method: 'POST',
    hostname: host,
    port: url.port,
    path: url.pathname + url.search,
    headers: { ...headers, 'content-length': body.length },
    // No connection and no TLS session is kept, and no proxy of the environment gets between.
    agent: false,
    lookup,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED and --insecure-http-parser say.
    rejectUnauthorized: true,
    insecureHTTPParser: false,
    signal,
  };
  return request(options);
}

function answerTo(
  request: http.ClientRequest,
  { url, body }: Post,
  progress: Progress,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('socket', (socket) => {
      socket.once('connect', () => {
        progress.phase = url.protocol === 'https:' ? 'connected' : 'sent';
      });
      socket.once('secureConnect', () => {
        progress.phase = 'sent';
      });
    });
    request.once('response', resolve);
    // Stays: an answer may arrive before the request is written, which then fails.
    request.on('error', reject);
    // A receiver that wants to switch protocols is closed without an error.
    request.once('close', () =>
      reject(new ReceiverError(`${url.host} closed the connection without an answer.`)),
    );
    request.end(body);
  });
}

async function read(response: http.IncomingMessage, progress: Progress): Promise<void> {
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    const room = KEPT_BYTES - progress.response.length;
    if (room > 0) progress.response = Buffer.concat([progress.response, chunk.subarray(0, room)]);
    if (bytes > MOST_BYTES) {
      throw new ReceiverError(`The answer was cut off: it has more than ${MOST_BYTES} bytes.`);
    }
  }
}
