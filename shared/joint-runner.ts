import type { Logger } from 'pino';
import { handleNext, type Member, type ReadLog } from './batch.ts';
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

  /** Those that have something to do, and do nothing by themselves: who does is told to go on with it. */
  async function waiting(): Promise<Map<SubscriptionRunner, Member>> {
    const found = new Map<SubscriptionRunner, Member>();
    for (const runner of runners) {
      const place = runner.restsAt();
      if (place === null) {
        runner.wake();
        continue;
      }
      const { subscription } = runner;
      const { events } = await readLog.pageAfter(place.passed);
      if (events.some(({ type }) => subscription.types.has(type)))
        found.set(runner, { ...subscription, place });
    }
    return found;
  }

  /** Handles what two or more wait for, until nothing is left; gives those that another process has. */
  async function handleAll(): Promise<Set<SubscriptionRunner>> {
    const elsewhere = new Set<SubscriptionRunner>();
    while (!stopped) {
      const members = await waiting();
      for (const runner of elsewhere) members.delete(runner);
      if (members.size < 2) break;
      const moved = await handleNext(database, [...members.values()], readLog);
      for (const [runner, { name }] of members) {
        const its = moved.get(name);
        if (its) runner.carried(its);
        else elsewhere.add(runner);
      }
    }
    return elsewhere;
  }

  async function run(): Promise<void> {
    while (wanted && !stopped) {
      wanted = false;
      const elsewhere = await handleAll().catch((error: unknown) => {
        log.debug({ err: error }, 'subscriptions failed together, each goes on by itself');
        return new Set<SubscriptionRunner>();
      });
      for (const runner of runners) if (!elsewhere.has(runner)) runner.wake();
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
