import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { unavailable } from '../../../shared/web/problem.ts';

const derive = promisify(argon2);

/**
 * argon2id with 19 MiB, 2 passes, 1 lane: the first choice of OWASP's Password Storage Cheat Sheet
 * (RFC 9106 asks for more memory than a server that anybody may ask to hash can spare). Node's own
 * implementation runs it in OpenSSL, off the main thread.
 */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };

/** Hashes at a time, and those that may wait: each takes memory, and a thread that files need too. */
const AT_ONCE = 2;
const WAITING = 40;

let running = 0;
const waiting: (() => void)[] = [];

/** One after another as far as there are threads to spare. @throws Problem 503 when too many wait */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < AT_ONCE) running += 1;
  else if (waiting.length >= WAITING) throw unavailable('Too many sign in now. Try again.', 2);
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    // Whoever waits next takes the place over.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

const tagOf = (password: string, nonce: Buffer, how = cost): Promise<Buffer> =>
  inTurn(() => derive('argon2id', { message: password.normalize('NFKC'), nonce, ...how }));

const text = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** A password as it is stored: a PHC string, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await tagOf(password, nonce);
  const { memory, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${text(nonce)}$${text(tag)}`;
}

const shape =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]{22,64})\$([\w+/]{43})$/;

/** In place of the hash of somebody unknown: no password has it, and it takes as long. */
const nobody = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/**
 * Whether a password is the one that was stored; never for null (somebody without a password, or
 * nobody), which takes the same time.
 *
 * @throws Error for what no `hashPassword` wrote
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const [, memory, passes, parallelism, nonce, tag] = shape.exec(stored ?? nobody) ?? [];
  if (tag === undefined) throw new Error('A stored password is damaged. Restore it from a backup.');
  const how = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const salt = Buffer.from(nonce ?? '', 'base64');
  const found = await tagOf(password, salt, { ...how, tagLength: cost.tagLength });
  return timingSafeEqual(found, Buffer.from(tag, 'base64')) && stored !== null;
}
