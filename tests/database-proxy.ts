import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A way to the run's PostgreSQL that can be cut, for one application alone. */
export interface DatabaseProxy {
  /** The URL of a database through this proxy. */
  through(url: string): string;
  /** Ends every connection and takes no new one. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  stop(): Promise<void>;
}

const SOCKET = '.s.PGSQL.5432';

/** Listens in a socket folder of its own and hands on to that of the URLs it is given. */
export async function startDatabaseProxy(): Promise<DatabaseProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'doctrail-proxy-'));
  const sockets = new Set<Socket>();
  let target = '';
  const hold = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const server = createServer((near) => {
    const far = connect(target);
    [near, far].forEach(hold);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  const listen = () =>
    new Promise<void>((resolve) => void server.listen(join(folder, SOCKET), resolve));
  const cut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      sockets.forEach((socket) => socket.destroy());
    });
  await listen();
  return {
    through(url) {
      const parsed = new URL(url);
      const real = parsed.searchParams.get('host') ?? decodeURIComponent(parsed.hostname);
      target = join(real, SOCKET);
      return url
        .replace(encodeURIComponent(real), encodeURIComponent(folder))
        .replace(`host=${real}`, `host=${folder}`);
    },
    cut,
    mend: listen,
    async stop() {
      await cut();
      await rm(folder, { recursive: true });
    },
  };
}
