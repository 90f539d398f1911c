import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../crash/random.ts';
import { startServer, type ServerEnvironment } from '../crash/server-process.ts';

/** A second server on the same database, which works beside the one that is talked to. */
export interface Peer {
  readonly kills: number;
  /** Kills it (kill -9) and starts it again at random moments until the signal. */
  killUntil(signal: AbortSignal): Promise<void>;
  /** @throws AssertionError when it does not end in order */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Long enough that some of what a killed one did is taken over by the other. */
const LIVES_MS = { from: 5_000, to: 40_000 };

export async function startPeer(
  environment: ServerEnvironment,
  entry: string,
  random: Random,
): Promise<Peer> {
  const start = () => startServer({ ...environment, ROLE: 'worker' }, entry);
  let server = await start();
  let kills = 0;
  return {
    get kills() {
      return kills;
    },
    async killUntil(signal) {
      while (!signal.aborted) {
        await pause(random.whole(LIVES_MS.from, LIVES_MS.to), null, { signal }).catch(() => null);
        if (signal.aborted) return;
        await server.kill();
        kills += 1;
        server = await start();
      }
    },
    async stop() {
      assert.equal(await server.stop(), 0, `The second server ended badly:\n${server.output()}`);
    },
    kill: () => server.kill(),
  };
}
