import { createServer, type Socket } from 'node:net';
import type { AddressInfo, NetConnectOpts } from 'node:net';

/** What the fake says to bytes that came whole; a function does whatever it does with the connection. */
export type Answer = string | ((socket: Socket) => void);

export interface FakeClamd {
  readonly address: NetConnectOpts;
  /** `HOST:PORT`, or a path. */
  readonly host: string;
  /** Of each connection, the bytes that came whole. */
  readonly received: Buffer[];
  answer: (content: Buffer) => Answer;
  /** What it says to too many. */
  hadEnough: Answer;
  /** Whether it takes no byte of whoever comes. */
  deaf: boolean;
  stop(): Promise<void>;
}

/**
 * A daemon that speaks `INSTREAM` as clamd does, on a port of its own or a socket at `path`. When more
 * than `most` bytes come it hangs up, with the answer that clamd gives unless told otherwise.
 */
export async function startFakeClamd({ path, most = Infinity }: { path?: string; most?: number }) {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    if (fake.deaf) {
      socket.pause();
      return;
    }
    let came = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      came = Buffer.concat([came, bytes]);
      const words = answerTo(came);
      if (typeof words === 'string') socket.end(`${words}\0`);
      else words?.(socket);
    });
  });

  /** Null: more has to come. */
  function answerTo(came: Buffer): Answer | null {
    if (came.toString('latin1', 0, 6) === 'zPING\0') return 'PONG';
    const { content, announced, isWhole } = streamed(came);
    if (announced > most) return fake.hadEnough;
    if (!isWhole) return null;
    fake.received.push(content);
    return fake.answer(content);
  }

  await new Promise<void>((listening) =>
    path === undefined ? server.listen(0, '127.0.0.1', listening) : server.listen(path, listening),
  );
  const { port } = typeof path === 'string' ? { port: 0 } : (server.address() as AddressInfo);
  const fake: FakeClamd = {
    address: path === undefined ? { host: '127.0.0.1', port } : { path },
    host: path ?? `127.0.0.1:${port}`,
    received: [],
    answer: () => 'stream: OK',
    hadEnough: 'INSTREAM size limit exceeded. ERROR',
    deaf: false,
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((stopped) => server.close(stopped));
    },
  };
  return fake;
}

/** What came of a stream behind its greeting, and how many bytes it has told of. */
function streamed(came: Buffer): { content: Buffer; announced: number; isWhole: boolean } {
  const pieces: Buffer[] = [];
  let announced = 0;
  for (let at = 'zINSTREAM\0'.length; at + 4 <= came.length;) {
    const length = came.readUInt32BE(at);
    if (length === 0) return { content: Buffer.concat(pieces), announced, isWhole: true };
    pieces.push(came.subarray(at + 4, at + 4 + length));
    announced += length;
    at += 4 + length;
  }
  return { content: Buffer.alloc(0), announced, isWhole: false };
}
