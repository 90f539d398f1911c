import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { hasCode } from '../../shared/query-error.ts';

/** What clamd could not say of some bytes. `reason`: `limit` when there are more than it is set to take. */
export class ClamdError extends Error {
  override readonly name = 'ClamdError';
  readonly reason: 'away' | 'limit';

  constructor(reason: 'away' | 'limit', message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** How clamd is reached. */
export interface Clamd {
  readonly address: NetConnectOpts;
  /** Milliseconds without a byte in either direction, after which it is given up. */
  readonly timeoutMs: number;
}

/**
 * Has clamd look at bytes, which are streamed to it (`INSTREAM`, man page clamd(8)): it needs neither
 * the file system nor the rights of this process, and may run on another machine.
 *
 * @returns the name of what was found; null for nothing
 * @throws ClamdError, or the reason of `signal`
 */
export async function scan(
  clamd: Clamd,
  content: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<string | null> {
  const { answer, error } = await ask(clamd, signal, (socket) => send(socket, content));
  if (answer !== '') return judge(answer);
  // When it has had enough it answers and hangs up; the answer is lost on whoever still sends. Bytes
  // that nobody read are what resets a connection.
  if (hasCode(error, ['ECONNRESET', 'EPIPE']) && (await isAlive(clamd, signal)))
    throw new ClamdError('limit', 'It hung up before it had all of it, and is alive.');
  throw new ClamdError('away', error?.message ?? 'It hung up without an answer.', { cause: error });
}

const isAlive = async (clamd: Clamd, signal: AbortSignal): Promise<boolean> => {
  const { answer } = await ask(clamd, signal, async (socket) => {
    socket.write('zPING\0');
  });
  return answer === 'PONG';
};

/** One connection: what was said on it, and the error that ended it, if any. */
async function ask(
  { address, timeoutMs }: Clamd,
  signal: AbortSignal,
  talk: (socket: Socket) => Promise<void>,
) {
  const socket = connect({ ...address, timeout: timeoutMs });
  socket.on('timeout', () =>
    socket.destroy(new Error(`It neither took nor sent a byte for ${timeoutMs} ms.`)),
  );
  const stop = () => socket.destroy();
  signal.addEventListener('abort', stop);
  try {
    let answer = '';
    socket.setEncoding('utf8').on('data', (words) => (answer += String(words)));
    const ended = once(socket, 'close').then(
      () => null,
      (error: Error) => error,
    );
    const [error] = await Promise.all([ended, talk(socket)]);
    signal.throwIfAborted();
    return { answer: answer.replace(/\0$/, '').trim(), error };
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

/** Each piece behind its length (32 bits, network order), and a length of zero behind the last. */
async function send(socket: Socket, content: AsyncIterable<Buffer>): Promise<void> {
  const closed = once(socket, 'close').catch(() => undefined);
  socket.write('zINSTREAM\0');
  for await (const piece of content) {
    if (!socket.writable) return;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(piece.length);
    socket.write(length);
    if (socket.write(piece)) continue;
    // While clamd is slower than the disk, so that no file is ever held whole.
    await Promise.race([once(socket, 'drain').catch(() => undefined), closed]);
  }
  socket.write(Buffer.alloc(4));
}

/** `stream: OK`, `stream: NAME FOUND`, or `WORDS ERROR`. */
function judge(answer: string): string | null {
  if (answer === 'stream: OK') return null;
  const [, found] = /^stream: (.+) FOUND$/.exec(answer) ?? [];
  if (/size limit exceeded/i.test(answer) || found?.startsWith('Heuristics.Limits.Exceeded'))
    throw new ClamdError('limit', answer);
  if (found === undefined) throw new ClamdError('away', answer);
  return found;
}
