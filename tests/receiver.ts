import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSignal } from '../shared/signal.ts';

/** A request as it came. */
export interface Received {
  id: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A receiver of webhooks: a real server that answers what the test says. */
export interface Receiver {
  url: string;
  received: readonly Received[];
  /** What is answered from now on: a status with headers, or whatever the function does. */
  answer(with_: number | Answer, headers?: Record<string, string>): void;
  /** What is answered to the next requests, one each, before that. */
  next(...answers: (number | Answer)[]): void;
  /** Waits for so many requests, of all. */
  until(count: number): Promise<void>;
  stop(): Promise<void>;
}

export type Answer = (response: ServerResponse, request: Received) => void;

/** Never answers. */
export const silence: Answer = () => undefined;
/** Takes the request and closes the connection. */
export const hangUp: Answer = (response) => void response.socket?.destroy();

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const waiting: Answer[] = [];
  const signal = createSignal();
  let usual: Answer = answering(200);

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers } = request;
      const came = { id: String(headers['webhook-id']), headers, body: Buffer.concat(chunks) };
      received.push(came);
      signal.wake();
      (waiting.shift() ?? usual)(response, came);
    });
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer(with_, headers) {
      usual = typeof with_ === 'number' ? answering(with_, headers) : with_;
    },
    next: (...answers) =>
      void waiting.push(
        ...answers.map((each) => (typeof each === 'number' ? answering(each) : each)),
      ),
    async until(count) {
      while (received.length < count) await signal.wait(60_000);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function answering(status: number, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(`answer ${status}`);
}
