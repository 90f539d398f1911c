import type { StoredEvent } from '../../../shared/event.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import { derivedId } from '../../../shared/ids.ts';
import { atPace } from '../../../shared/pace.ts';
import { Problem } from '../../../shared/web/problem.ts';
import type { JobHandler } from '../../../shared/work-queue.ts';
import type { Administration } from '../act.ts';
import { GroupRetryFinished, GroupRetryStopped } from '../events.ts';
import { groupStream } from '../failure-group.contract.ts';
import { RETRY_GROUP } from '../read-model.ts';
import { runningRetry, type RunningRetry } from './command.ts';

/** What the queue holds; `retry`: id of the GroupRetryRequested. */
export interface GroupRetryJob {
  group: string;
  retry: string;
}

/** A failed document of the group; they are taken in the order of `position`, that of its failure. */
export interface FailedDocument {
  id: string;
  step: string;
  position: number;
}

/**
 * Retries what stood in a group, so many a second. A run that was cut off begins anew: what was
 * retried before is no longer in the group, or is refused.
 */
export function groupRetryWorker(options: {
  store: EventStore;
  administration: Administration;
  /** Open failures of the group after a position, up to another. */
  failed(group: string, from: number, upTo: number, limit: number): Promise<FailedDocument[]>;
  /** How many documents a retry has asked for, as the log says. */
  asked(retry: RunningRetry): Promise<number>;
}): { work: JobHandler<GroupRetryJob>; notice(events: readonly StoredEvent[]): void } {
  const { store, administration } = options;
  /** Retries that somebody stopped, as every process reads in the log. */
  const stopped = new Set<string>();

  async function ask(document: FailedDocument, running: RunningRetry) {
    const { id: retry, metadata, data } = running;
    const reason = data.reason ?? 'the whole group is retried';
    const ofGroup = { retry, id: derivedId(retry, document.id) };
    const asking = { actor: metadata.actor, reason, ofGroup };
    try {
      await administration.act(document.id, { do: 'retry', step: document.step }, asking);
    } catch (error) {
      // It moved on by itself, or was retried by this very job before it was cut off.
      if (!(error instanceof Problem)) throw error;
    }
  }

  const work: JobHandler<GroupRetryJob> = async ({ group, retry }, { signal }) => {
    const stream = groupStream(group);
    const running = runningRetry(await store.read(stream));
    if (running?.id !== retry) return;
    const { perSecond, upTo, documents } = running.data;
    let from = 0;
    let isStopped = false;
    await atPace(perSecond, signal, async (most) => {
      isStopped = stopped.delete(retry);
      if (isStopped) return 0;
      const batch = await options.failed(group, from, upTo, most);
      await Promise.all(batch.map((document) => ask(document, running)));
      from = batch.at(-1)?.position ?? from;
      return batch.length;
    });
    if (isStopped) return;
    const retried = await options.asked(running);
    const refused = Math.max(0, documents - retried);
    await store.append({
      stream,
      expected: null,
      events: [GroupRetryFinished({ retry, retried, refused }, derivedId(retry, 'finished'))],
      metadata: {
        correlation: running.metadata.correlation,
        causation: retry,
        actor: 'system:group-retry',
        command: RETRY_GROUP,
      },
    });
  };

  return {
    work,
    notice(events) {
      for (const event of events) if (GroupRetryStopped.is(event)) stopped.add(event.data.retry);
    },
  };
}
