import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../shared/ids.ts';
import { startTestApp, type TestApp } from '../../../tests/app.ts';
import { gatedSteps } from '../../../tests/browser/gated-steps.ts';
import { startReceiver, type Receiver } from '../../../tests/receiver.ts';
import { webhookEnvironment, webhooksOf } from '../../../tests/webhooks.ts';
import { endpointStream } from '../endpoint/endpoint.ts';
import {
  NotificationAbandoned,
  NotificationAddressed,
  NotificationAttempted,
  NotificationResendRequested,
} from '../events.ts';

const FAILED = 10;

let app: TestApp;
let hooks: ReturnType<typeof webhooksOf>;
let receiver: Receiver;
beforeAll(async () => {
  const env = { ...webhookEnvironment, BULK_RETRIES_PER_SECOND: '5' };
  app = await startTestApp({ steps: gatedSteps().steps, env });
});
afterAll(() => app.stop());
beforeEach(async () => {
  hooks = webhooksOf(app);
  receiver = await startReceiver();
  return () => receiver.stop();
});

/** An endpoint to which so many messages were given up; its id. */
async function withFailed(): Promise<string> {
  const { id: endpoint } = await hooks.add(receiver.url);
  const { sha256: body } = await app.cradle.blobs.put(endpoint, Buffer.from('{}'));
  const about = { rule: 'test', type: 'test', body, endpoints: [endpoint] };
  const attempt = { attempt: 1, status: 500, error: null, durationMs: 1, response: null };
  for (let number = 0; number < FAILED; number += 1) {
    const messageId = newId();
    const which = { messageId, endpoint };
    await app.cradle.store.append({
      stream: endpointStream(endpoint),
      expected: null,
      events: [
        NotificationAddressed({ messageId, ...about }),
        NotificationAttempted({ ...which, ...attempt, nextTryAt: null }),
        NotificationAbandoned({ ...which, attempts: 1, why: 'attempts-spent' }),
      ],
      metadata: { correlation: endpoint, causation: null, actor: 'system:test', command: 'test' },
    });
  }
  await hooks.until(async () => {
    const path = `/api/notification-endpoints/${endpoint}/deliveries?state=failed`;
    const answer = await app.ask(path, { as: 'viewer' });
    return ((await answer.json()) as { deliveries: object[] }).deliveries.length === FAILED;
  });
  return endpoint;
}

const recover = (endpoint: string) =>
  hooks.post(`/${endpoint}/recover`, { since: '2020-01-01T00:00:00Z', reason: 'it was full' });

interface Recovery {
  state: string;
  resent: number;
  left: number | null;
}
const recovery = async (endpoint: string) =>
  ((await hooks.one(endpoint)) as { recovery: Recovery }).recovery;
const untilFinished = (endpoint: string) =>
  hooks.until(async () => {
    const found = await recovery(endpoint);
    return found.state === 'finished' && found;
  });

/** How often each message was asked for again. */
async function requests(endpoint: string): Promise<number[]> {
  const history = await app.cradle.store.read(endpointStream(endpoint));
  const asked = history.filter(NotificationResendRequested.is);
  return [...Map.groupBy(asked, ({ data }) => data.messageId).values()].map(({ length }) => length);
}

describe('a recovery', () => {
  it('goes on after a restart, and sends nothing twice', { timeout: 60_000 }, async () => {
    const endpoint = await withFailed();
    expect((await recover(endpoint)).status).toBe(202);
    expect((await recover(endpoint)).status).toBe(409);
    await receiver.until(1);
    await app.restart();
    hooks = webhooksOf(app);
    expect(await recovery(endpoint)).toMatchObject({ state: 'running', left: null });
    expect(await untilFinished(endpoint)).toMatchObject({ resent: FAILED, left: 0 });
    expect(await requests(endpoint)).toEqual(Array(FAILED).fill(1));
    // Nothing is left that was given up.
    expect((await recover(endpoint)).status).toBe(409);
  });

  it(
    'ends when the endpoint is paused; what is left stays given up',
    { timeout: 60_000 },
    async () => {
      const endpoint = await withFailed();
      await recover(endpoint);
      await receiver.until(1);
      await hooks.post(`/${endpoint}/pause`, { reason: 'it is full again' });
      const { resent, left } = await untilFinished(endpoint);
      expect(resent).toBeGreaterThan(0);
      expect(left).toBeGreaterThan(0);
      expect(await requests(endpoint)).toEqual(Array(resent).fill(1));
      await hooks.post(`/${endpoint}/resume`, { reason: 'there is room' });
      expect((await recover(endpoint)).status).toBe(202);
      expect(await untilFinished(endpoint)).toMatchObject({ resent: left });
    },
  );
});
