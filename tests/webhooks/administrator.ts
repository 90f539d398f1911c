import { setTimeout as pause } from 'node:timers/promises';
import { documentOf, type StoredEvent } from '../../shared/event.ts';
import { DocumentCompleted } from '../../slices/pipeline/events.ts';
import { StepGivenUp, StepRetryScheduled } from '../../slices/retry-policy/events.ts';
import type { Life } from '../crash/lives.ts';
import type { Random } from '../crash/random.ts';

/** Acts at random on documents, whatever happened to them, and on the endpoint of their messages. */
export interface Administrator {
  /** Acts from now on in this life of the server, no more in the one before; rests once it has acted so often. */
  begin(life: Life, endpoint: string): void;
  /**
   * Acts so many times more, and last has the endpoint resumed; resolves with how often something
   * came of it, in all.
   */
  leave(times: number): Promise<number>;
}

type Answered = Pick<StoredEvent, 'type' | 'data' | 'stream'>;

/** All secrets of the last 24 hours sign. */
const MOST_ROTATIONS = 8;
const EVERY_MS = { from: 50, to: 400 };
const steps = ['inspection', 'text-extraction', 'classification', 'publication'] as const;
const reason = 'The proof asks for it.';

/**
 * @param options `learn`: is told every new secret of the endpoint; `most`: how often it acts in all
 *   lives, so that what it asks for does not grow with the time that a slow machine takes
 */
export function createAdministrator(
  random: Random,
  { learn, most }: { learn: (secret: string) => Promise<void>; most: number },
): Administrator {
  let over = new AbortController();
  let working = Promise.resolve();
  let present: { life: Life; endpoint: string } | undefined;
  let acts = 0;
  let rotations = 0;

  /** Adds what came of it: often it no longer applies. */
  async function ask({ client }: Life, address: string, body: object = {}): Promise<void> {
    const { status } = await client.post(`/api/${address}`, { ...body, reason });
    if (status === 202) acts += 1;
  }

  async function act({ life, endpoint }: NonNullable<typeof present>): Promise<void> {
    const chance = random.next();
    if (chance < 0.2) return pauseAndResume(life, endpoint);
    if (chance < 0.25) return rotate(life, endpoint);
    const [event] = await life.database.sql<Answered[]>`
      SELECT type, data, stream FROM events
      WHERE type IN (${StepGivenUp.type}, ${StepRetryScheduled.type}, ${DocumentCompleted.type})
      ORDER BY random() LIMIT 1`;
    if (!event) return;
    const { path, ...body } = answerTo(event, random);
    await ask(life, `documents/${documentOf(event.stream)}${path}`, body);
  }

  /** Messages wait in between, and its circuit breaker is closed afterwards. */
  async function pauseAndResume(life: Life, endpoint: string): Promise<void> {
    await ask(life, `notification-endpoints/${endpoint}/pause`);
    await ask(life, `notification-endpoints/${endpoint}/resume`);
  }

  async function rotate({ client }: Life, endpoint: string): Promise<void> {
    if (rotations === MOST_ROTATIONS) return;
    const { status, json } = await client.post(
      `/api/notification-endpoints/${endpoint}/rotate-secret`,
      {},
    );
    if (status !== 200) return;
    rotations += 1;
    await learn((json as { secret: string }).secret);
  }

  async function actUntil(where: NonNullable<typeof present>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && acts < most) {
      const rest = random.whole(EVERY_MS.from, EVERY_MS.to);
      await pause(rest, null, { signal }).catch(() => undefined);
      // A server that is being killed gives no answer.
      if (!signal.aborted) await act(where).catch(() => undefined);
    }
  }

  return {
    begin(life, endpoint) {
      over.abort();
      over = new AbortController();
      const where = { life, endpoint };
      present = where;
      const { signal } = over;
      working = working.then(() => actUntil(where, signal));
    },
    async leave(times) {
      over.abort();
      await working;
      if (!present) throw new Error('The administrator never began.');
      for (let time = 0; time < times; time += 1) await act(present);
      await pauseAndResume(present.life, present.endpoint);
      return acts;
    },
  };
}

function answerTo({ type, data }: Answered, random: Random): { path: string; fromStep?: string } {
  if (type === DocumentCompleted.type) return { path: '/reprocess', fromStep: random.pick(steps) };
  const act = random.pick(['retry', 'retry', 'retry', 'skip', 'give-up', 'cancel']);
  return { path: act === 'cancel' ? '/cancel' : `/steps/${String(data['step'])}/${act}` };
}
