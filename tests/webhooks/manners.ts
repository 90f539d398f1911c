import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../crash/random.ts';

/** How a receiver treats a request that it has taken. */
export interface Manner {
  /** What its sender learns if all goes well; null: there is no answer. */
  status: number | null;
  answer(response: ServerResponse): Promise<void> | void;
}

/** How long the sender of the proof waits for an answer; a slow one takes half of it. */
export const SENDER_WAITS_MS = 1_000;

const answering = (status: number, headers: Record<string, string> = {}): Manner => ({
  status,
  answer: (response) => void response.writeHead(status, headers).end(`answer ${status}`),
});

/** Accepts at once. */
export const accept = answering(200);
const manners = {
  slow: {
    status: 200,
    async answer(response) {
      await pause(SENDER_WAITS_MS / 2);
      response.writeHead(200).end('at last');
    },
  },
  cutOff: {
    status: 200,
    answer(response) {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('the beginning', () => response.socket?.destroy());
    },
  },
  silent: { status: null, answer: () => undefined },
  hangUp: { status: null, answer: (response) => void response.socket?.destroy() },
  garbage: { status: null, answer: (response) => void response.socket?.end('HTTP/9 ☂ \0\r\n\r\n') },
} satisfies Record<string, Manner>;

/** Where nothing may be sent: an address that is not allowed, and one that is but was not asked for. */
export const PRIVATE_ADDRESS = '127.0.0.2';
const redirecting = (status: number, host: string | null): Manner => ({
  status,
  answer(response) {
    const port = response.req.socket.localPort;
    const location = host === null ? '/astray' : `http://${host}:${port}/astray`;
    response.writeHead(status, { location }).end();
  },
});

/** Has its sender pause it. */
export const gone = answering(410);
/** So often it says so: early, so that a short proof sees it, even when somebody is killed over it. */
export const isGone = (count: number): boolean => count === 3 || count === 5 || count % 70 === 7;

const rude: readonly [Manner, ...Manner[]] = [
  answering(500),
  redirecting(302, PRIVATE_ADDRESS),
  redirecting(307, null),
  redirecting(308, PRIVATE_ADDRESS),
  answering(503, { 'retry-after': '1' }),
  answering(429),
  manners.silent,
  manners.hangUp,
  manners.garbage,
];
const odd: readonly [Manner, ...Manner[]] = [answering(204), manners.slow, manners.cutOff];

/** Three of ten requests are refused in some way, three accepted in an unusual one. */
export function pickManner(random: Random): Manner {
  const chance = random.next();
  if (chance < 0.3) return random.pick(rude);
  return chance < 0.6 ? random.pick(odd) : accept;
}
