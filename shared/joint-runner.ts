import type { Logger } from 'pino';
import { handleNext, type ReadLog } from './batch.ts';
import type { Database } from './database.ts';
import type { SubscriptionRunner } from './subscription-runner.ts';

export interface JointRunner {
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Carries subscriptions along that are level: new events that two or more of them want are handled in
 * one transaction, since most of what a small batch costs is its transaction. One that fails holds no
 * other up: each then goes on by itself, until it is level again.
 */
export function createJointRunner(options: {
  database: Database;
  runners: readonly SubscriptionRunner[];
  readLog: ReadLog;
  log: Logger;
}): JointRunner {
  const { database, runners, readLog, log } = options;
  let wanted = false;
  let stopped = false;
  let running: Promise<void> | null = null;

  /** Those that have something to do, and do nothing by themselves. */
  async function waiting(): Promise<SubscriptionRunner[]> {
    const found: SubscriptionRunner[] = [];
    for (const runner of runners) {
      const passed = runner.rests();
      if (passed === null) continue;
      const { events } = await readLog.pageAfter(passed);
      if (events.some(({ type }) => runner.subscription.types.has(type))) found.push(runner);
    }
    return found;
  }

  /** Handles what two or more wait for; false when there is nothing. */
  async function step(): Promise<boolean> {
    const members = await waiting();
    if (members.length < 2) return false;
    const moved = await handleNext(
      database,
      members.map(({ subscription }) => subscription),
      readLog,
    );
    for (const runner of members) runner.carried(moved.get(runner.subscription.name));
    return moved.size > 0;
  }

  async function run(): Promise<void> {
    while (wanted && !stopped) {
      wanted = false;
      try {
        while (!stopped && (await step()));
      } catch (error) {
        log.debug({ err: error }, 'subscriptions failed together, each goes on by itself');
      }
      for (const runner of runners) runner.wake();
    }
  }

  return {
    wake() {
      wanted = true;
      running ??= run().finally(() => {
        running = null;
        if (wanted && !stopped) this.wake();
      });
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
