import type { BlobStore } from '../../../shared/blobs.ts';
import type { NewEvent } from '../../../shared/event.ts';
import { VersionConflict, type EventStore } from '../../../shared/event-store.ts';
import type { JobContext, JobHandler } from '../../../shared/work-queue.ts';
import { endpointOf, endpointStream } from '../endpoint/endpoint.ts';
import type { Clock, RetryDelay } from '../ports.ts';
import type { WebhookSecrets } from '../send/secrets.ts';
import type { Send } from '../send/send.ts';
import { deliveriesOf, findDelivery, isOpen, subjectOf } from './deliveries.ts';
import type { HealthBook } from './health.ts';
import { ACTOR, DELIVERY, type DeliveryJob } from './jobs.ts';
import { createJudge } from './judge.ts';
import { abandoned, decideOutcome } from './outcome.ts';
import type { DeliveryRecord } from './table.ts';

/**
 * A receiver that has not answered after this long is waited for, but keeps nobody else from being
 * sent to meanwhile: those that hang would otherwise take every place there is.
 */
const PATIENCE_MS = 500;

export interface DeliveryDependencies {
  store: EventStore;
  blobs: BlobStore;
  health: HealthBook;
  secrets: WebhookSecrets;
  send: Send;
  retryDelay: RetryDelay;
  now: Clock;
}

/**
 * Sends a message to an endpoint once and states what came of it. A host that dies in between has it
 * sent again: receivers tell the second one by its id.
 */
export function deliveryWorker(dependencies: DeliveryDependencies): JobHandler<DeliveryJob> {
  const { store, blobs, health, secrets, send, retryDelay, now } = dependencies;
  const judge = createJudge(dependencies);

  const find = async ({ stream, messageId, endpoint }: DeliveryJob) => {
    const history = await store.read(stream);
    return { history, delivery: findDelivery(deliveriesOf(history), messageId, endpoint) };
  };

  /** States facts of an attempt, unless the same attempt was stated by another run. */
  async function state(
    job: DeliveryJob,
    attempts: number,
    decide: (delivery: DeliveryRecord) => NewEvent[],
  ): Promise<void> {
    for (;;) {
      const { history, delivery } = await find(job);
      if (delivery?.attempts !== attempts) return;
      const events = decide(delivery);
      if (events.length === 0) return;
      const asked = history.find(({ id }) => id === job.cause);
      const correlation = asked?.metadata.correlation ?? job.cause;
      try {
        await store.append({
          stream: job.stream,
          expected: history.length,
          events,
          metadata: { correlation, causation: job.cause, actor: ACTOR, command: DELIVERY },
        });
        return;
      } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
      }
    }
  }

  /** @throws when the process stops before there is an answer: that says nothing about the receiver */
  async function sendOnce(
    { endpoint, messageId: id }: DeliveryJob,
    delivery: DeliveryRecord,
    url: string,
    { signal, lendPlace }: JobContext,
  ) {
    const lending = setTimeout(() => lendPlace?.(), PATIENCE_MS);
    try {
      const signing = await secrets.active(endpoint, now());
      if (signing.length === 0)
        throw new Error(`Endpoint ${endpoint} has no secret. Remove it, and add it again.`);
      const body = await blobs.read(delivery.id, delivery.body);
      return await send({ url, id, timestamp: now(), body, secrets: signing, signal });
    } catch (error) {
      await health.cutOff(endpoint);
      throw error;
    } finally {
      clearTimeout(lending);
    }
  }

  async function attempt(
    job: DeliveryJob,
    delivery: DeliveryRecord,
    url: string,
    context: JobContext,
  ): Promise<void> {
    if (!(await health.admit(job))) return;
    const result = await sendOnce(job, delivery, url, context);
    const { response } = result;
    const subject = subjectOf(job.stream) ?? '';
    const kept = response.length > 0 ? (await blobs.put(subject, response)).sha256 : null;
    await state(job, delivery.attempts, (newest) =>
      decideOutcome(newest, result, kept, retryDelay, now()),
    );
    await judge(job.endpoint, result.status);
  }

  return async (job, context) => {
    const { delivery } = await find(job);
    if (!delivery || !isWanted(delivery, job.cause)) return;
    const endpoint = endpointOf(await store.read(endpointStream(job.endpoint)));
    // What waits is enqueued again when it is resumed.
    if (endpoint?.state === 'paused') return;
    const url = endpoint?.state === 'enabled' ? endpoint.url : null;
    if (url !== null) return attempt(job, delivery, url, context);
    await state(job, delivery.attempts, (newest) =>
      isOpen(newest) ? [abandoned(newest, 'endpoint-removed')] : [],
    );
  };
}

/** Whether nothing newer asked for the try or ended it. */
function isWanted(delivery: DeliveryRecord, cause: string): boolean {
  return isOpen(delivery) && delivery.cause === cause;
}
