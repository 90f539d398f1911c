import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A receiver in a test: where it listens, and how many connected to it. */
export interface Receiver {
  readonly port: number;
  /** Connections until now. */
  readonly connections: () => number;
  /** Of these, the ones still open. */
  readonly open: () => number;
  close(): Promise<void>;
}

/** Starts a server (of raw sockets, http or https) on a free port of this machine's IPv4 address. */
export async function listen(server: Server, host = '127.0.0.1'): Promise<Receiver> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A receiver that does what it is told with the socket once the request has arrived. */
export function rudeReceiver(behave: (socket: Socket) => void): Promise<Receiver> {
  return listen(
    createServer((socket) => {
      let request = '';
      socket.on('data', (chunk) => {
        request += chunk.toString('latin1');
        const [head = '', body] = request.split('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
        if (body?.length === length) behave(socket);
      });
    }),
  );
}
