import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../shared/config.ts';
import { startTestApp, type TestApp } from '../../tests/app.ts';
import { gatedSteps } from '../../tests/browser/gated-steps.ts';
import { silent } from '../../tests/kernel.ts';
import {
  hangUp,
  silence,
  startReceiver,
  type Received,
  type Receiver,
} from '../../tests/receiver.ts';
import { webhookEnvironment, webhooksOf, type TestEndpoint } from '../../tests/webhooks.ts';
import { startDoctrail } from '../doctrail.ts';
import { askForRelease } from './delivery/release.ts';

const gates = gatedSteps();
let app: TestApp;
let hooks: ReturnType<typeof webhooksOf>;
const receivers: Receiver[] = [];
beforeAll(async () => {
  app = await startTestApp({ steps: gates.steps, env: webhookEnvironment });
  hooks = webhooksOf(app);
});
afterAll(() => app.stop());
afterEach(async () => {
  const answer = await app.ask('/api/notification-endpoints', { as: 'admin' });
  const { endpoints } = (await answer.json()) as { endpoints: { id: string }[] };
  for (const { id } of endpoints) await hooks.post(`/${id}`, { reason: 'the end' }, 'DELETE');
  for (const receiver of receivers.splice(0)) await receiver.stop();
});

async function receiver(): Promise<Receiver> {
  const started = await startReceiver();
  receivers.push(started);
  return started;
}

/** A receiver that is known as an endpoint. */
async function endpoint(...rules: string[]): Promise<Receiver & TestEndpoint> {
  const started = await receiver();
  const added = await hooks.add(started.url, rules.length > 0 ? rules : ['completed']);
  return { ...started, ...added };
}

async function received(name = 'a.txt'): Promise<string> {
  const [uploaded] = await app.upload({ name, content: name });
  return uploaded?.id ?? '';
}

const verify = ({ body, headers }: Received, secret: string) =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

/** All requests carry the same id and the same bytes, and a signature of their own. */
function expectSame(requests: readonly Received[], secret: string): void {
  expect(new Set(requests.map(({ id }) => id)).size).toBe(1);
  expect(new Set(requests.map(({ body }) => body.toString('hex'))).size).toBe(1);
  for (const request of requests) expect(verify(request, secret)).toBeTruthy();
}

describe('a document that is completed', () => {
  it('is told to who wants it, once, signed, with every member of the contract', async () => {
    const wants = await endpoint('completed', 'failed-twice');
    const wantsOther = await endpoint('failed-twice');
    const id = await received('Rechnung "1".txt');
    gates.finish(id);
    gates.finish(id);
    await wants.until(1);
    const [request] = wants.received;
    expect(request && verify(request, wants.secret)).toEqual({
      type: 'document.completed',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      data: {
        documentId: id,
        fileName: 'Rechnung "1".txt',
        url: `https://documents.example.org/documents/${id}`,
        step: null,
        error: null,
        occurredAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      },
    });
    const delivery = await hooks.untilState(wants.id, request?.id ?? '', 'delivered');
    expect(delivery).toMatchObject({ attempts: 1, lastStatus: 200, nextTryAt: null });
    expect(delivery.attemptLog).toMatchObject([
      { attempt: 1, status: 200, response: 'answer 200', error: null },
    ]);
    expect(wantsOther.received).toEqual([]);
    const facts = (await hooks.history(id)).map(({ type }) => type);
    expect(facts.filter((type) => type.startsWith('Notification'))).toEqual([
      'NotificationRequested',
      'NotificationAddressed',
      'NotificationDelivered',
    ]);
  });

  it('is not told to an endpoint that was added afterwards, nor to one that was removed', async () => {
    const removed = await endpoint();
    await hooks.post(`/${removed.id}`, { reason: 'no more' }, 'DELETE');
    const id = await received();
    const messageId = await hooks.request(id);
    await hooks.until(async () =>
      (await hooks.history(id)).some(({ type }) => type === 'NotificationAddressed'),
    );
    const late = await endpoint();
    const next = await hooks.request(await received());
    await hooks.untilState(late.id, next, 'delivered');
    expect(late.received.map((each) => each.id)).toEqual([next]);
    expect(removed.received).toEqual([]);
    expect(await hooks.read(late.id, messageId)).toBeNull();
  });
});

describe('a receiver', () => {
  const stories: [what: string, answer: Parameters<Receiver['next']>[0], told: object][] = [
    ['answers 500', 500, { status: 500, response: 'answer 500', error: null }],
    ['answers with a redirect, which is not followed', 302, { status: 302 }],
    ['answers 404', 404, { status: 404 }],
    ['never answers', silence, { status: null, error: expect.any(String) as string }],
    ['closes the connection', hangUp, { status: null, error: expect.any(String) as string }],
  ];

  it.each(stories)('that %s gets the same message again', async (_what, answer, told) => {
    const to = await endpoint();
    to.next(answer);
    const messageId = await hooks.request(await received());
    const delivery = await hooks.untilState(to.id, messageId, 'delivered');
    expect(delivery).toMatchObject({ attempts: 2, lastStatus: 200, lastError: null });
    expect(delivery.attemptLog).toMatchObject([
      { attempt: 1, ...told },
      { attempt: 2, status: 200 },
    ]);
    expect(to.received.length).toBe(2);
    expectSame(to.received, to.secret);
  });

  it('that asks for patience is given it', async () => {
    const to = await endpoint();
    to.next((response) => response.writeHead(429, { 'retry-after': '2' }).end());
    const begun = Date.now();
    const messageId = await hooks.request(await received());
    const delivery = await hooks.untilState(to.id, messageId, 'delivered');
    expect(Date.now() - begun).toBeGreaterThanOrEqual(2_000);
    expect(delivery.attemptLog[0]).toMatchObject({ status: 429 });
    expectSame(to.received, to.secret);
  });

  it('that fails every time is given up, until somebody has it sent again', async () => {
    const to = await endpoint();
    to.answer(500);
    const messageId = await hooks.request(await received());
    const lost = await hooks.untilState(to.id, messageId, 'failed');
    expect(lost).toMatchObject({ attempts: 4, lastStatus: 500, nextTryAt: null });
    to.answer(200);
    const resend = () =>
      hooks.post(`/${to.id}/deliveries/${messageId}/resend`, { reason: 'it was repaired' });
    expect((await resend()).status).toBe(202);
    expect(await hooks.untilState(to.id, messageId, 'delivered')).toMatchObject({ attempts: 5 });
    expect((await resend()).status).toBe(202);
    await to.until(6);
    expectSame(to.received, to.secret);
  });

  it('that says that it is gone is paused, and gets what waits when it is resumed', async () => {
    const to = await endpoint();
    to.answer(410);
    const first = await hooks.request(await received());
    await hooks.until(async () => (await hooks.one(to.id))['state'] === 'paused');
    expect(await hooks.one(to.id)).toMatchObject({ paused: { why: 'gone' } });
    const second = await hooks.request(await received());
    await hooks.untilState(to.id, second, 'pending');
    const healthy = await endpoint();
    await hooks.untilState(healthy.id, await hooks.request(await received()), 'delivered');
    expect(new Set(to.received.map(({ id }) => id))).toEqual(new Set([first]));
    to.answer(200);
    expect((await hooks.post(`/${to.id}/resume`, { reason: 'it is back' })).status).toBe(202);
    await hooks.untilState(to.id, first, 'delivered');
    await hooks.untilState(to.id, second, 'delivered');
  });

  it('that is removed has what is open given up', async () => {
    const to = await endpoint();
    await hooks.post(`/${to.id}/pause`, { reason: 'for now' });
    const id = await received();
    await hooks.request(id);
    await hooks.until(async () =>
      (await hooks.history(id)).some(({ type }) => type === 'NotificationAddressed'),
    );
    // Its job has found the endpoint paused.
    await app.level('webhook-delivery');
    await hooks.until(async () => {
      const status = await app.cradle.queue.status();
      const queue = status.find(({ name }) => name === 'webhook-delivery');
      return queue?.waiting === 0 && queue.active === 0;
    });
    await hooks.post(`/${to.id}`, { reason: 'for ever' }, 'DELETE');
    const abandoned = await hooks.until(async () =>
      (await hooks.history(id)).find(({ type }) => type === 'NotificationAbandoned'),
    );
    expect(abandoned.data).toMatchObject({ why: 'endpoint-removed', attempts: 0 });
    expect(to.received).toEqual([]);
  });

  it('gets everything again that was given up since a time', async () => {
    const to = await endpoint();
    to.answer(400);
    const lost: string[] = [];
    for (const document of [await received(), await received()]) {
      const messageId = await hooks.request(document);
      await hooks.untilState(to.id, messageId, 'failed');
      lost.push(messageId);
      // The attempts of both together would open the circuit breaker, and others wait for its probe.
      await app.database.database.sql`
        UPDATE webhook_health SET failures = 1 WHERE endpoint = ${to.id}`;
    }
    to.answer(200);
    const since = (time: Date) =>
      hooks.post(`/${to.id}/recover`, { since: time.toISOString(), reason: 'repaired' });
    expect((await since(new Date(Date.now() + 60_000))).status).toBe(409);
    const answer = await since(new Date(Date.now() - 60_000));
    expect([answer.status, await answer.json()]).toMatchObject([
      202,
      { recovery: { deliveries: 2, perSecond: 50 } },
    ]);
    for (const messageId of lost) await hooks.untilState(to.id, messageId, 'delivered');
    await hooks.until(async () => {
      const { recovery } = (await hooks.one(to.id)) as { recovery: { state: string } };
      return recovery.state === 'finished';
    });
    expect(await hooks.one(to.id)).toMatchObject({ recovery: { resent: 2, left: 0 } });
    expect(to.received.filter(({ id }) => id === lost[0])).toHaveLength(5);
    expectSame(
      to.received.filter(({ id }) => id === lost[0]),
      to.secret,
    );
  });

  it('finds signatures of the new and the old secret after a rotation', async () => {
    const to = await endpoint();
    const answer = await hooks.post(`/${to.id}/rotate-secret`);
    const { secret, oldExpiresAt } = (await answer.json()) as Record<string, string>;
    expect(Date.parse(oldExpiresAt ?? '') - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
    const messageId = await hooks.request(await received());
    await hooks.untilState(to.id, messageId, 'delivered');
    const [request] = to.received;
    if (!request) throw new Error('Nothing came.');
    expect(verify(request, secret ?? '')).toEqual(verify(request, to.secret));
    expect(() => verify(request, `whsec_${Buffer.alloc(32).toString('base64')}`)).toThrow();
  });

  it('gets a test message when somebody asks', async () => {
    const to = await endpoint();
    const answer = await hooks.post(`/${to.id}/test`);
    expect(answer.status).toBe(202);
    const { messageId } = (await answer.json()) as { messageId: string };
    await to.until(1);
    const [request] = to.received;
    expect(request?.id).toBe(messageId);
    expect(request && verify(request, to.secret)).toMatchObject({
      type: 'test',
      data: { endpointId: to.id },
    });
    expect(await hooks.untilState(to.id, messageId, 'delivered')).toMatchObject({
      documentId: null,
      rule: 'test',
    });
  });

  it('that only fails is warned of after half of five days, and then paused', async () => {
    const to = await endpoint();
    to.answer(500);
    const failingFor = async (days: number) => {
      await hooks.untilState(to.id, await hooks.request(await received()), 'failed');
      await app.database.database.sql`
        UPDATE webhook_health SET failures = 1, probe_at = NULL,
          failing_since = now() - ${`${days} days`}::interval WHERE endpoint = ${to.id}`;
    };
    await failingFor(2);
    expect(await hooks.one(to.id)).toMatchObject({ state: 'enabled', health: { pausedAt: null } });
    await failingFor(3);
    expect(await hooks.one(to.id)).toMatchObject({
      state: 'enabled',
      health: { pausedAt: expect.any(String) as string },
    });
    await failingFor(6);
    await hooks.request(await received());
    await hooks.until(async () => (await hooks.one(to.id))['state'] === 'paused');
    expect(await hooks.one(to.id)).toMatchObject({ paused: { why: 'failing' } });
  });

  it('that lets everyone wait delays no other', async () => {
    const dead = await endpoint();
    const alive = await endpoint();
    dead.answer(silence);
    const documents = await Promise.all(Array.from({ length: 12 }, () => received()));
    await Promise.all(documents.map((id) => hooks.request(id)));
    await alive.until(documents.length);
    // Three at a time: those were still waited for when all of the others had come.
    expect(dead.received.length).toBeLessThanOrEqual(3);
    await hooks.until(async () => {
      const health = (await hooks.one(dead.id))['health'] as { failures: number };
      return health.failures >= 5;
    });
    expect(await hooks.one(dead.id)).toMatchObject({
      health: { nextProbeAt: expect.any(String) as string, pausedAt: null },
    });
  });
});

describe('an endpoint that is dead for long', () => {
  const sql = () => app.database.database.sql;
  const waiting = async (id: string) =>
    (await sql()`SELECT FROM webhook_waiting WHERE endpoint = ${id}`).length;
  const jobs = async (queue: string) =>
    (
      await sql()`
        SELECT FROM pgboss.job WHERE name = ${queue} AND state IN ('created', 'retry', 'active')`
    ).length;

  /** It was sent something in vain so often that its next probe is a day off. */
  async function dead(): Promise<Awaited<ReturnType<typeof endpoint>>> {
    const to = await endpoint();
    to.answer(500);
    await hooks.untilState(to.id, await hooks.request(await received()), 'failed');
    await sql()`UPDATE webhook_health SET failures = 9, probe_at = now() + interval '1 day'
      WHERE endpoint = ${to.id}`;
    return to;
  }
  async function requestSeveral(to: TestEndpoint, count: number): Promise<string[]> {
    const documents = await Promise.all(Array.from({ length: count }, () => received()));
    const messages = await Promise.all(documents.map((id) => hooks.request(id)));
    await hooks.until(async () => (await waiting(to.id)) === count);
    return messages;
  }
  /** The day is over: the next attempt is a probe. */
  async function probeIsDue(to: TestEndpoint): Promise<void> {
    await sql()`UPDATE webhook_health SET probe_at = now() WHERE endpoint = ${to.id}`;
    await app.database.database.db.transaction((tx) =>
      askForRelease(app.cradle.queue)(tx, to.id, new Date()),
    );
  }

  it('costs no job for what waits, and gets all of it when a probe goes well', async () => {
    const to = await dead();
    const messages = await requestSeveral(to, 12);
    await hooks.until(async () => (await jobs('webhook-delivery')) === 0);
    to.answer(200);
    await probeIsDue(to);
    for (const messageId of messages)
      expect(await hooks.untilState(to.id, messageId, 'delivered')).toMatchObject({ attempts: 1 });
    expect(await waiting(to.id)).toBe(0);
    expect(await hooks.one(to.id)).toMatchObject({ health: { failures: 0, nextProbeAt: null } });
  });

  it('is sent a single probe while it stays dead, and asked for the next one', async () => {
    const to = await dead();
    await requestSeveral(to, 3);
    const before = to.received.length;
    const releases = await jobs('webhook-release');
    await probeIsDue(to);
    await hooks.until(async () => {
      const { failures } = (await hooks.one(to.id))['health'] as { failures: number };
      return failures === 10;
    });
    expect(to.received).toHaveLength(before + 1);
    expect(await jobs('webhook-release')).toBeGreaterThan(releases);
  });

  it('gets what waits also after a restart', async () => {
    const to = await dead();
    const messages = await requestSeveral(to, 3);
    await app.restart();
    hooks = webhooksOf(app);
    to.answer(200);
    await probeIsDue(to);
    for (const messageId of messages) await hooks.untilState(to.id, messageId, 'delivered');
  });

  it('gets what waits, once, when it is paused and resumed', async () => {
    const to = await dead();
    const [messageId = ''] = await requestSeveral(to, 1);
    await hooks.post(`/${to.id}/pause`, { reason: 'for now' });
    to.answer(200);
    const resumed = await hooks.post(`/${to.id}/resume`, { reason: 'it works again' });
    expect(resumed.status).toBe(202);
    await hooks.untilState(to.id, messageId, 'delivered');
    expect(to.received.filter(({ id }) => id === messageId)).toHaveLength(1);
  });
});

describe('a restart', () => {
  it('in the middle of an attempt sends the same message again', async () => {
    const to = await endpoint();
    to.next(silence);
    const messageId = await hooks.request(await received());
    await to.until(1);
    await app.restart();
    hooks = webhooksOf(app);
    const delivery = await hooks.untilState(to.id, messageId, 'delivered');
    expect(delivery).toMatchObject({ attempts: 1 });
    expect(to.received.length).toBe(2);
    expectSame(to.received, to.secret);
  });
});

describe('work that runs twice', () => {
  const signal = new AbortController().signal;

  it('addresses a message once', async () => {
    const to = await endpoint();
    const id = await received();
    const messageId = await hooks.request(id);
    await hooks.untilState(to.id, messageId, 'delivered');
    const requested = (await hooks.history(id)).find(
      ({ type }) => type === 'NotificationRequested',
    );
    const work = app.cradle.slices.flatMap((slice) => slice.work ?? []);
    const address = work.find(({ queue }) => queue === 'webhook-address');
    const again = () =>
      address?.handle({ document: id, request: requested?.id }, { id: 'again', signal });
    await Promise.all([again(), again()]);
    expect(
      (await hooks.history(id)).filter(({ type }) => type === 'NotificationAddressed'),
    ).toHaveLength(1);
  });

  it('sends nothing again of which the outcome is known', async () => {
    const to = await endpoint();
    const id = await received();
    const messageId = await hooks.request(id);
    await hooks.untilState(to.id, messageId, 'delivered');
    const cause = (await hooks.history(id)).find(({ type }) => type === 'NotificationAddressed');
    const work = app.cradle.slices.flatMap((slice) => slice.work ?? []);
    const send = work.find(({ queue }) => queue === 'webhook-delivery');
    const job = { stream: `document-${id}`, messageId, endpoint: to.id, cause: cause?.id };
    await send?.handle({ ...job, at: cause?.position, round: 0 }, { id: 'again', signal });
    expect(to.received).toHaveLength(1);
  });
});

describe('two processes', () => {
  it('send every message once to every endpoint', async () => {
    const config = loadConfig({
      ...webhookEnvironment,
      DATABASE_URL: app.database.url,
      SECRET_KEY: 'the secret key of a test, long enough',
      DATA_DIR: app.dataDir,
      ROLE: 'worker',
      LOG_LEVEL: 'silent',
    });
    const other = await startDoctrail(config, { steps: gates.steps, log: silent });
    try {
      const to = [await endpoint(), await endpoint()];
      const messages = await Promise.all(
        Array.from({ length: 20 }, async () => hooks.request(await received())),
      );
      for (const { id } of to)
        for (const message of messages) await hooks.untilState(id, message, 'delivered');
      for (const { received } of to)
        expect(received.map(({ id }) => id).toSorted()).toEqual(messages.toSorted());
    } finally {
      await other.stop();
    }
  });
});

describe('a rebuild', () => {
  it.each([
    ['webhook-endpoints', 'webhook_endpoints'],
    ['webhook-deliveries', 'webhook_deliveries'],
  ])('of %s gives every row again as it was', async (name, table) => {
    const { sql } = app.database.database;
    const rows = async () =>
      sql<{ row: string }[]>`
        SELECT (to_jsonb(t) - 'revision')::text AS row FROM ${sql(table)} t ORDER BY 1`;
    await hooks.until(
      async () =>
        (await sql`SELECT FROM webhook_deliveries WHERE state IN ('pending', 'retrying')`)
          .length === 0,
    );
    await app.level(name);
    const live = await rows();
    expect(live.length).toBeGreaterThan(5);
    const id = async () => (await sql`SELECT ${table}::regclass::oid::int AS id`)[0]?.['id'];
    const before = await id();
    const answer = await app.ask(`/system/read-models/${name}/rebuild`, {
      as: 'admin',
      method: 'POST',
      redirect: 'manual',
    });
    expect(answer.status).toBe(303);
    await hooks.until(async () => (await id()) !== before);
    expect([...(await rows())]).toEqual([...live]);
  });
});
