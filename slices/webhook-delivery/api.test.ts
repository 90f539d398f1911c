import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../tests/app.ts';
import { gatedSteps } from '../../tests/browser/gated-steps.ts';
import { startReceiver, type Receiver } from '../../tests/receiver.ts';
import { webhookEnvironment, webhooksOf } from '../../tests/webhooks.ts';

let app: TestApp;
let hooks: ReturnType<typeof webhooksOf>;
let receiver: Receiver;
beforeAll(async () => {
  app = await startTestApp({ steps: gatedSteps().steps, env: webhookEnvironment });
  hooks = webhooksOf(app);
  receiver = await startReceiver();
});
afterAll(async () => {
  await app.stop();
  await receiver.stop();
});

const API = '/api/notification-endpoints';
const url = 'https://example.org/hook';
const reason = 'because';

async function listed() {
  const answer = await app.ask(API, { as: 'viewer' });
  return ((await answer.json()) as { endpoints: { id: string }[] }).endpoints;
}

describe('POST /api/notification-endpoints', () => {
  it('answers with the id and the secret, and with nothing else', async () => {
    const answer = await hooks.post('', { url, rules: ['completed', 'failed-twice'] });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const added = (await answer.json()) as { id: string };
    expect(added).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) as string,
    });
    expect(await hooks.one(added.id)).toEqual({
      id: added.id,
      url,
      description: '',
      rules: ['completed', 'failed-twice'],
      state: 'enabled',
      paused: null,
      addedAt: expect.any(String) as string,
      oldSecretExpiresAt: null,
      health: {
        failures: 0,
        failingSince: null,
        lastSuccessAt: null,
        lastFailureAt: null,
        nextProbeAt: null,
        pausedAt: null,
      },
      recovery: null,
    });
  });

  it('keeps no secret where it could be read', async () => {
    const { id, secret } = await hooks.add(url);
    const bare = secret.replace('whsec_', '');
    const { sql } = app.database.database;
    const [found] = await sql<{ count: number }[]>`
      SELECT count(*)::int AS count FROM events WHERE data::text LIKE ${`%${bare}%`}`;
    expect(found?.count).toBe(0);
    expect(JSON.stringify(await hooks.one(id))).not.toContain(bare);
  });

  it.each([
    [{ url, rules: ['nonsense'] }, /no rule “nonsense”/],
    [{ url, rules: [] }, /at least one/],
    [{ url: 'http://10.0.0.1/', rules: ['completed'] }, /./],
    [{ url: 'https://user:word@example.org/', rules: ['completed'] }, /user name or password/],
    [{ url: 'nonsense', rules: ['completed'] }, /no URL/],
    [{ rules: ['completed'] }, /url/],
  ])('refuses %j with a sentence', async (body, says) => {
    const before = await listed();
    const answer = await hooks.post('', body);
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ detail: expect.stringMatching(says) as string });
    expect(await listed()).toEqual(before);
  });
});

describe('an endpoint', () => {
  it('is changed', async () => {
    const { id } = await hooks.add(url);
    const change = { url: 'https://example.org/2', description: 'ERP', rules: ['failed-twice'] };
    const answer = await hooks.post(`/${id}`, change, 'PUT');
    expect([answer.status, await answer.json()]).toMatchObject([200, change]);
    expect((await hooks.post(`/${id}`, { ...change, rules: ['x'] }, 'PUT')).status).toBe(422);
  });

  it('is paused and resumed, each once', async () => {
    const { id } = await hooks.add(url);
    const paused = await hooks.post(`/${id}/pause`, { reason: 'holidays' });
    expect([paused.status, await paused.json()]).toMatchObject([
      202,
      { state: 'paused', paused: { why: 'requested', reason: 'holidays' } },
    ]);
    expect((await hooks.post(`/${id}/pause`, { reason })).status).toBe(409);
    expect((await hooks.post(`/${id}/test`)).status).toBe(409);
    expect((await hooks.post(`/${id}/resume`, { reason })).status).toBe(202);
    expect((await hooks.post(`/${id}/resume`, { reason })).status).toBe(409);
    expect((await hooks.post(`/${id}/resume`, {})).status).toBe(422);
  });

  it('that was removed is gone', async () => {
    const { id } = await hooks.add(url);
    expect((await hooks.post(`/${id}`, { reason }, 'DELETE')).status).toBe(204);
    expect((await app.ask(`${API}/${id}`, { as: 'viewer' })).status).toBe(404);
    expect((await listed()).some((each) => each.id === id)).toBe(false);
    expect((await hooks.post(`/${id}`, { reason }, 'DELETE')).status).toBe(409);
    expect((await hooks.post(`/${id}/rotate-secret`)).status).toBe(409);
    await hooks.until(
      async () =>
        (await app.database.database.sql`SELECT FROM webhook_secrets WHERE endpoint = ${id}`)
          .length === 0,
    );
  });

  it('that there is not is not found', async () => {
    const none = '0190a6c0-0000-7000-8000-000000000009';
    const statuses = [
      await app.ask(`${API}/${none}`, { as: 'viewer' }),
      await app.ask(`${API}/${none}/deliveries`, { as: 'viewer' }),
      await hooks.post(`/${none}/pause`, { reason }),
      await hooks.post(`/${none}/test`),
      await hooks.post(`/${none}/rotate-secret`),
      await hooks.post(`/${none}/recover`, { reason, since: new Date().toISOString() }),
      await hooks.post(`/${none}/deliveries/x/resend`, { reason }),
    ].map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([404]));
  });

  it('is for administrators to change, for readers to read', async () => {
    const { id } = await hooks.add(url);
    expect((await app.ask(`${API}/${id}`, { as: 'uploader' })).status).toBe(403);
    expect((await app.ask(`${API}/${id}/test`, { as: 'operator', method: 'POST' })).status).toBe(
      403,
    );
  });
});

describe('the deliveries of an endpoint', () => {
  it('are listed by state and page by page, newest first', async () => {
    const { id } = await hooks.add(receiver.url);
    const messages: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const answer = await hooks.post(`/${id}/test`);
      messages.unshift(((await answer.json()) as { messageId: string }).messageId);
    }
    for (const messageId of messages) await hooks.untilState(id, messageId, 'delivered');
    const page = async (query: string) => {
      const answer = await app.ask(`${API}/${id}/deliveries?${query}`, { as: 'viewer' });
      const { deliveries, nextCursor } = (await answer.json()) as {
        deliveries: { messageId: string }[];
        nextCursor: string | null;
      };
      return [deliveries.map(({ messageId }) => messageId), nextCursor] as const;
    };
    const [first, cursor] = await page('limit=3');
    const [second, end] = await page(`limit=3&cursor=${cursor}`);
    expect([...first, ...second]).toEqual(messages);
    expect(end).toBeNull();
    expect((await page('state=delivered'))[0]).toEqual(messages);
    expect((await page('state=failed'))[0]).toEqual([]);
    expect((await app.ask(`${API}/${id}/deliveries?cursor=x`, { as: 'viewer' })).status).toBe(400);
    expect((await app.ask(`${API}/${id}/deliveries?state=x`, { as: 'viewer' })).status).toBe(400);
    expect((await app.ask(`${API}/${id}/deliveries/none`, { as: 'viewer' })).status).toBe(404);
  });
});

describe('a form', () => {
  async function send(path: string, fields: Record<string, string>) {
    const answer = await fetch(`${app.url}/notifications/endpoints${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: await app.session(), origin: app.url, accept: 'text/html' },
      body: new URLSearchParams({ ...fields, back: '/system' }),
    });
    return [answer.status, answer.headers.get('location'), answer] as const;
  }

  it('does all that the API does, and leads back', async () => {
    const fields = { url: receiver.url, description: 'by form', 'rule-completed': 'on' };
    const [status, , answer] = await send('', fields);
    expect([status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const page = await answer.text();
    expect(page).toMatch(/whsec_[A-Za-z0-9+/]{43}=/);
    const id = /endpoints\/([0-9a-f-]{36})"/.exec(page)?.[1] ?? '';
    expect(await hooks.one(id)).toMatchObject({ description: 'by form', rules: ['completed'] });
    const changed = { url: receiver.url, description: 'changed', 'rule-failed-twice': 'on' };
    const since = new Date().toISOString();
    const leadsBack = async (path: string, form: Record<string, string>) =>
      expect((await send(`/${id}${path}`, form)).slice(0, 2)).toEqual([303, '/system']);
    await leadsBack('', changed);
    await leadsBack('/pause', { reason });
    await leadsBack('/resume', { reason });
    receiver.answer(500);
    const before = receiver.received.length;
    await leadsBack('/test', {});
    await receiver.until(before + 1);
    const messageId = receiver.received.at(-1)?.id ?? '';
    await hooks.untilState(id, messageId, 'failed');
    receiver.answer(200);
    await leadsBack('/recover', { reason, since });
    await hooks.untilState(id, messageId, 'delivered');
    const [, , rotated] = await send(`/${id}/rotate-secret`, {});
    expect(await rotated.text()).toMatch(/whsec_[A-Za-z0-9+/]{43}=/);
    expect(await hooks.one(id)).toMatchObject({
      description: 'changed',
      rules: ['failed-twice'],
      oldSecretExpiresAt: expect.any(String) as string,
    });
    await leadsBack(`/deliveries/${messageId}/resend`, { reason });
    await leadsBack('/remove', { reason });
    expect((await send(`/${id}/remove`, { reason }))[0]).toBe(409);
    expect((await send('', { url: receiver.url }))[0]).toBe(422);
  });
});
