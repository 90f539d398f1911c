import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server that can fail like real networks do. */
export interface FlakyNetwork {
  readonly url: string;
  /** Breaks every connection and refuses new ones, as when the server's process was killed. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** The connections of now stay open and say nothing more, as when a router forgot them. */
  silence(): void;
  close(): Promise<void>;
}

/** Forwards a port of its own to the server's. */
export async function openFlakyNetwork(server: string): Promise<FlakyNetwork> {
  const target = new URL(server);
  const pairs = new Set<[Socket, Socket]>();

  function forward(client: Socket): void {
    const upstream = connect(Number(target.port), target.hostname);
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    client.pipe(upstream).pipe(client);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        pair.forEach((each) => each.destroy());
      });
    }
  }

  async function listen(port: number): Promise<Server> {
    const listener = createServer(forward);
    await new Promise<void>((resolve) => listener.listen(port, target.hostname, resolve));
    return listener;
  }

  let listener = await listen(0);
  const { port } = listener.address() as AddressInfo;

  async function cut(): Promise<void> {
    const closed = new Promise((resolve) => listener.close(resolve));
    for (const [client, upstream] of pairs) {
      client.resetAndDestroy();
      upstream.destroy();
    }
    await closed;
  }

  return {
    url: `http://${target.hostname}:${port}`,
    cut,
    async restore() {
      listener = await listen(port);
    },
    silence() {
      for (const [client, upstream] of pairs) {
        client.unpipe();
        upstream.unpipe();
      }
    },
    close: cut,
  };
}
