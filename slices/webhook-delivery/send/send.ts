import { isIP } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { createAddressGuard } from './address-guard.ts';
import { hostOf } from './check-url.ts';
import { exchange, type Post, type Progress } from './exchange.ts';
import { guardedLookup, sharedLookup, systemLookup, type Lookup } from './guarded-lookup.ts';
import { ReceiverError, sentenceFor } from './receiver-error.ts';
import { retryAfter } from './retry-delay.ts';

export interface SenderOptions {
  /** Addresses and CIDRs that may be reached although they are private, and by http. */
  readonly allowedNetworks: readonly string[];
  /** For everything from looking up the name to the last byte of the answer. */
  readonly timeoutMs?: number;
  readonly lookup?: Lookup;
}

export interface Message {
  readonly url: string;
  readonly id: string;
  /** Of this attempt: receivers refuse what is older than five minutes. */
  readonly timestamp: Date;
  /** JSON in UTF-8, the same bytes in every attempt. */
  readonly body: Buffer;
  /** `whsec_…`; each signs. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}

export interface SendResult {
  /** null: no answer. Only 2xx is a success; what `error` says about the rest of an answer changes nothing. */
  readonly status: number | null;
  /** Why there was no answer, or not a whole one: a sentence. */
  readonly error: string | null;
  readonly durationMs: number;
  /** The first 20 kB of the answer. */
  readonly response: Buffer;
  /** What a 429 or 503 asks for. */
  readonly retryAfterMs: number | null;
}

/**
 * Makes one attempt.
 *
 * @throws the signal's reason when it is aborted; on a URL that is not http(s), a secret that is not
 * base64. Never for what a receiver does.
 */
export type Send = (message: Message) => Promise<SendResult>;

/**
 * Sends signed messages as https://www.standardwebhooks.com describes. Every attempt looks its
 * receiver's name up anew and connects only to addresses that are allowed.
 */
export function createSender({
  allowedNetworks,
  timeoutMs = 15_000,
  lookup = systemLookup,
}: SenderOptions): Send {
  const guard = createAddressGuard(allowedNetworks);
  const resolve = sharedLookup(lookup);

  const post = async (message: Post, progress: Progress) => {
    const { url, host } = message;
    // For an address no socket asks the lookup.
    const refusal = isIP(host) === 0 ? null : guard.refusal(host, url.protocol);
    if (refusal !== null) throw new ReceiverError(`Not sent: ${refusal}`);
    await exchange(message, progress);
  };

  return async (message) => {
    const began = performance.now();
    const url = httpUrl(message.url);
    const request = { url, host: hostOf(url), headers: headersOf(message), body: message.body };
    const progress: Progress = { phase: 'connecting', status: null, response: Buffer.alloc(0) };
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    let error: string | null = null;
    try {
      const signal = AbortSignal.any([message.signal, deadline.signal]);
      await post(
        { ...request, lookup: guardedLookup(guard, resolve, url.protocol), signal },
        progress,
      );
    } catch (thrown) {
      message.signal.throwIfAborted();
      const timedOut = deadline.signal.aborted;
      error = sentenceFor(thrown, { url, phase: progress.phase, timedOut, timeoutMs });
    } finally {
      clearTimeout(timer);
    }
    return {
      status: progress.status,
      error,
      durationMs: Math.round(performance.now() - began),
      response: progress.response,
      retryAfterMs: retryAfter(progress.status, progress.retryAfter, new Date()),
    };
  };
}

function httpUrl(text: string): URL {
  const url = new URL(text);
  if (/^https?:$/.test(url.protocol)) return url;
  throw new TypeError(`Webhooks are sent by http and https, not by ${url.protocol}`);
}

function headersOf({ id, timestamp, body, secrets }: Message) {
  return {
    'content-type': 'application/json',
    'user-agent': 'Doctrail',
    'webhook-id': id,
    'webhook-timestamp': Math.floor(timestamp.getTime() / 1_000),
    'webhook-signature': secrets
      .map((secret) => new Webhook(secret).sign(id, timestamp, body))
      .join(' '),
  };
}
