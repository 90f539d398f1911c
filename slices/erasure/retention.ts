import type { Logger } from 'pino';
import { Problem } from '../../shared/web/problem.ts';
import type { Erasures } from './command.ts';

/** Documents that one look takes up; the rest is for the next. */
const AT_ONCE = 100;
const LOOK_EVERY_MS = 60_000;

/**
 * Erases documents that ended longer ago than they are to be kept, those that ended first before the
 * others. Several processes may do so at once: the second one to come is told so.
 */
export function createRetention(options: {
  days: number | null;
  erasures: Erasures;
  endedBefore(days: number, limit: number): Promise<string[]>;
  log: Logger;
}) {
  const { days, erasures, endedBefore, log } = options;
  let timer: NodeJS.Timeout | undefined;

  async function erase(document: string, kept: number): Promise<void> {
    const reason = `It ended more than ${kept} ${kept === 1 ? 'day' : 'days'} ago, which is how long documents are kept.`;
    try {
      await erasures.erase(document, { actor: 'system:retention', why: 'retention', reason });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** Erases what is due, at most so many at once; returns how many there were. */
  async function look(): Promise<number> {
    if (days === null) return 0;
    const due = await endedBefore(days, AT_ONCE);
    for (const document of due) await erase(document, days);
    return due.length;
  }

  const looking = () =>
    void look().catch((error: unknown) => log.warn({ err: error }, 'retention is tried again'));

  return {
    look,
    start() {
      if (days === null) return;
      looking();
      timer = setInterval(looking, LOOK_EVERY_MS).unref();
    },
    stop: () => clearInterval(timer),
  };
}
