import type { Static } from 'typebox';
import type { StoredEvent } from '../../../shared/event.ts';
import { VersionConflict, type EventStore } from '../../../shared/event-store.ts';
import { newId } from '../../../shared/ids.ts';
import { conflict, notFound } from '../../../shared/web/problem.ts';
import { GroupRetryFinished, GroupRetryRequested, GroupRetryStopped } from '../events.ts';
import { groupStream } from '../failure-group.contract.ts';
import { RETRY_GROUP } from '../read-model.ts';

/** The failures of a group that wait for somebody, as they are now. */
export interface OpenGroup {
  signature: string;
  documents: number;
  /** Position of the newest failure among them. */
  upTo: number;
}

export interface GroupRetries {
  /**
   * Asks for everything in a group to be tried again; a job then does so.
   * @throws Problem 404 when nothing is open in the group, 409 while such a retry runs
   */
  request(group: string, asking: Asking): Promise<StoredEvent>;
  /** @throws Problem 409 when none runs */
  stop(group: string, asking: Asking): Promise<StoredEvent>;
}

interface Asking {
  actor: string;
  reason: string;
}

export type RunningRetry = StoredEvent<Static<typeof GroupRetryRequested.schema>>;

/** The retry that runs, folded from the stream of a group; null when none does. */
export function runningRetry(history: readonly StoredEvent[]): RunningRetry | null {
  const newest = history.findLast(GroupRetryRequested.is);
  const isOver = history.some(
    (event) =>
      (GroupRetryStopped.is(event) || GroupRetryFinished.is(event)) &&
      event.data.retry === newest?.id,
  );
  return newest && !isOver ? newest : null;
}

export function createGroupRetries(options: {
  store: EventStore;
  perSecond: number;
  openGroup(group: string): Promise<OpenGroup | null>;
}): GroupRetries {
  const { store, perSecond } = options;

  async function append(
    group: string,
    { actor }: Asking,
    decide: (history: readonly StoredEvent[]) => Promise<[event: GroupFact, command: string]>,
  ): Promise<StoredEvent> {
    const stream = groupStream(group);
    for (;;) {
      const history = await store.read(stream);
      const [event, command] = await decide(history);
      const metadata = { correlation: newId(), causation: null, actor, command };
      try {
        const write = { stream, expected: history.length, events: [event], metadata };
        const [stored] = await store.append(write);
        if (stored) return stored;
      } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
      }
    }
  }

  return {
    request: (group, asking) =>
      append(group, asking, async (history) => {
        if (runningRetry(history))
          throw conflict(
            'Somebody was faster: this group is being retried already. Watch its progress, or stop it first.',
          );
        const open = await options.openGroup(group);
        if (!open)
          throw notFound(
            'Nothing is left to retry in this group: its documents moved on. The failure screen lists what is open.',
          );
        return [
          GroupRetryRequested({ ...open, perSecond, reason: asking.reason }),
          RETRY_GROUP,
        ] as const;
      }),
    stop: (group, asking) =>
      append(group, asking, async (history) => {
        const running = runningRetry(history);
        if (!running)
          throw conflict('No retry of this group runs: it has finished or was stopped before.');
        return [
          GroupRetryStopped({ retry: running.id, reason: asking.reason }),
          'stop retry of group',
        ] as const;
      }),
  };
}

type GroupFact = ReturnType<typeof GroupRetryRequested> | ReturnType<typeof GroupRetryStopped>;
