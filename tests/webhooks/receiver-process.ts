import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../crash/random.ts';
import { PORT_TAKEN, readReceipts, type Receipt } from './receipts.ts';

/** A receiver in a process of its own, which is killed (kill -9) and started again on the same port. */
export interface Receiver {
  readonly url: string;
  readonly kills: number;
  /** Tells it a secret that signs, beside those that it knows. */
  learn(secret: string): Promise<void>;
  /** From now on it does not say any more that it is gone. */
  stay(): Promise<void>;
  /** Kills it and starts it again at random moments until the signal. */
  killUntil(signal: AbortSignal): Promise<void>;
  /** From now on it accepts everything. */
  mend(): Promise<void>;
  receipts(): Receipt[];
  stop(): Promise<void>;
}

/** Below those that systems give away themselves: the port must be free again after a kill. */
const PORTS = { from: 20_000, to: 29_999 };
const LIVES_MS = { from: 300, to: 5_000 };
const DOWN_MS = { from: 0, to: 500 };

export async function startReceiver(random: Random): Promise<Receiver> {
  const folder = await mkdtemp(join(tmpdir(), 'doctrail-receiver-'));
  let port = random.whole(PORTS.from, PORTS.to);
  const start = () => launch(folder, port, random.whole(0, 2 ** 31));
  let child = await start();
  while (child === null) {
    port = random.whole(PORTS.from, PORTS.to);
    child = await start();
  }
  let kills = 0;

  return {
    url: `http://127.0.0.1:${port}/hook`,
    get kills() {
      return kills;
    },
    learn: (secret) => appendFile(join(folder, 'secrets'), `${secret}\n`),
    stay: () => writeFile(join(folder, 'staying'), ''),
    async killUntil(signal) {
      while (!signal.aborted) {
        await pause(random.whole(LIVES_MS.from, LIVES_MS.to), null, { signal }).catch(() => null);
        if (signal.aborted) return;
        await end(child);
        kills += 1;
        await pause(random.whole(DOWN_MS.from, DOWN_MS.to));
        child = await start();
        if (!child) throw new Error(`Somebody has taken the receiver's port ${port}.`);
      }
    },
    mend: () => writeFile(join(folder, 'mended'), ''),
    receipts: () => readReceipts(join(folder, 'receipts')),
    async stop() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** null when another one listens there. @throws Error when it cannot start for another reason */
async function launch(folder: string, port: number, seed: number): Promise<ChildProcess | null> {
  const entry = new URL('./receiver.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [entry, folder, String(port), String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const listens = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    once(child, 'exit').then(() => false),
  ]);
  if (!listens && child.exitCode !== PORT_TAKEN) throw new Error('The receiver does not start.');
  return listens ? child : null;
}

async function end(child: ChildProcess | null): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
