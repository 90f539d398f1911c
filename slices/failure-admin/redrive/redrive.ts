import type { DeadLetters } from '../../../shared/dead-letters.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import { newId } from '../../../shared/ids.ts';
import { conflict } from '../../../shared/web/problem.ts';
import { RedriveRequested } from '../events.ts';

/** Who asks, and why. */
interface Asking {
  actor: string;
  reason: string;
}

export interface Redrives {
  /**
   * Runs parked streams again: one, all of a subscription, or all. Stated once there was one.
   * @throws Problem 409 when it is not, or no longer, parked
   */
  deliveries(
    what: { subscription: string | null; stream: string | null },
    asking: Asking,
  ): Promise<void>;
  /** The same with jobs that failed: one, or all. @throws Problem 409 when it has not, or no longer, failed */
  jobs(what: { queue: string | null; job: string | null }, asking: Asking): Promise<void>;
}

const STREAM = 'redrives';

export function createRedrives(store: EventStore, deadLetters: DeadLetters): Redrives {
  async function state(
    data: Omit<Parameters<typeof RedriveRequested>[0], 'reason'>,
    { actor, reason }: Asking,
  ): Promise<void> {
    await store.append({
      stream: STREAM,
      expected: null,
      events: [RedriveRequested({ ...data, reason })],
      metadata: { correlation: newId(), causation: null, actor, command: 'run again' },
    });
  }

  return {
    async deliveries({ subscription, stream }, asking) {
      const asked =
        subscription !== null && stream !== null
          ? (await deadLetters.runAgain(subscription, stream)) === 'asked'
          : (await deadLetters.runAllAgain(subscription)) > 0;
      if (!asked) throw nothingStuck();
      await state({ what: 'deliveries', subscription, stream, queue: null, job: null }, asking);
    },
    async jobs({ queue, job }, asking) {
      const asked =
        queue !== null && job !== null
          ? (await deadLetters.retryJob(queue, job)) === 'asked'
          : (await deadLetters.retryAllJobs()) > 0;
      if (!asked) throw nothingStuck();
      await state({ what: 'jobs', subscription: null, stream: null, queue, job }, asking);
    },
  };
}

const nothingStuck = () =>
  conflict('It is not stuck any more: it has run meanwhile, or somebody else had it run again.');
