import { readFileSync } from 'node:fs';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startReceiver } from '../receiver.ts';
import { webhookEnvironment, webhooksOf } from '../webhooks.ts';
import { StepFailure } from '../../shared/step-failure.ts';
import type { StepSlice } from '../../shared/slice.ts';
import type { Accounts } from '../../slices/accounts/accounts.ts';
import * as accountsEvents from '../../slices/accounts/events.ts';
import { unknownBrowser } from '../../slices/accounts/session/sessions.ts';
import { eventsOf, stepSlices } from '../../slices/slices.ts';
import { composedSlices, currentEventModel } from './current.ts';
import { listenersOf, statersOf } from './render.ts';

const slices = composedSlices();
const events = slices.flatMap((slice) => slice.events ?? []);

describe('event-model.md', () => {
  it('is what the manifests say: run "npm run event-model" when it differs', () => {
    const written = readFileSync(new URL('../../event-model.md', import.meta.url), 'utf8');
    expect(written).toBe(currentEventModel());
  });
});

/** Recorded for whoever asks later who did it and why; nothing follows from it. */
const recordedOnly = new Set(['RedriveRequested', ...Object.keys(accountsEvents)]);

describe('every event', () => {
  it('is known to the store', () => {
    expect(
      eventsOf(stepSlices)
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual(events.map(({ type }) => type).toSorted());
  });

  it.each(events.map(({ type }) => type))(
    '%s has somebody who states it and somebody who listens',
    (type) => {
      expect(statersOf(type, slices)).not.toEqual([]);
      if (!recordedOnly.has(type)) expect(listenersOf(type, slices)).not.toEqual([]);
    },
  );
});

describe('every declared emission', () => {
  let app: TestApp;
  /** The real steps, made to fail or to be interrupted by the name of the file. */
  const steps = stepSlices.map((slice): StepSlice => ({ ...slice, step: obedient(slice) }));

  beforeAll(async () => {
    app = await startTestApp({
      steps,
      env: { BULK_RETRIES_PER_SECOND: '1', ...webhookEnvironment },
    });
  });
  afterAll(() => app.stop());

  it('is seen: documents that complete, fail and are interrupted in each step, and whatever administrators do', async () => {
    const [good] = await app.upload({ name: 'good.txt', content: 'A good document.' });
    await app.untilStatus(good?.id ?? '', 'completed');
    for (const { step } of steps) {
      const [bad] = await app.upload({
        name: `fail-${step.slug}.txt`,
        content: `A bad document: ${step.slug}.`,
      });
      await app.untilStatus(bad?.id ?? '', 'failed');
      const [slow] = await app.upload({
        name: `hang-${step.slug}.txt`,
        content: `A slow document: ${step.slug}.`,
      });
      await untilStated(app, `document-${slow?.id}`, step.events.Started.type);
      await app.restart();
      await app.untilStatus(slow?.id ?? '', 'completed');
    }
    await administer(app);
    await deliver(app);
    await breach(app);
    await manageAccounts(app);
    const rows = await app.database.database.sql<
      { type: string }[]
    >`SELECT DISTINCT type FROM events`;
    const seen = new Set(rows.map(({ type }) => type));
    expect(events.map(({ type }) => type).filter((type) => !seen.has(type))).toEqual([]);
  }, 300_000);
});

function obedient({ step }: StepSlice): StepSlice['step'] {
  return {
    ...step,
    async run(context) {
      const name = String(context.history[0]?.data['fileName']);
      if (name === `fail-${step.slug}.txt`) {
        throw new StepFailure('test-failure', 'permanent', 'This fails on purpose. Do nothing.');
      }
      const attempts = context.history.filter((event) => step.events.Started.is(event)).length;
      if (name === `flaky-${step.slug}.txt` && attempts === 1)
        throw new StepFailure('test-flake', 'transient', 'This passes. Wait.');
      // Deaf to its signal: the worker ends it all the same.
      if (name === `hang-${step.slug}.txt` && attempts === 1) await new Promise(() => {});
      return step.run(context);
    },
  };
}

const erase = (app: TestApp, document: string) =>
  app.ask(`${document}/erase`, {
    as: 'admin',
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ reason: 'a test' }),
  });

/** Every command of an administrator, each on a document that failed. */
async function administer(app: TestApp): Promise<void> {
  const post = async (path: string, body: object = {}) => {
    const answer = await app.ask(path, {
      as: 'admin',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'a test', ...body }),
    });
    expect(answer.status, await answer.clone().text()).toBeLessThan(400);
    return answer;
  };
  const failed = async () => {
    const name = 'fail-inspection.txt';
    const [bad] = await app.upload({ name, content: `Bad. ${crypto.randomUUID()}` });
    await app.untilStatus(bad?.id ?? '', 'failed');
    return `/api/documents/${bad?.id}`;
  };
  const [flaky] = await app.upload({ name: 'flaky-inspection.txt', content: 'It passes.' });
  await app.untilStatus(flaky?.id ?? '', 'completed');
  await post(`/api/documents/${flaky?.id}/reprocess`, { fromStep: 'publication' });
  await post(`${await failed()}/steps/inspection/skip`);
  await post(`${await failed()}/cancel`);
  const forgotten = (await failed()).replace('/api', '');
  expect((await erase(app, forgotten)).status).toBe(303);

  const one = await failed();
  await app.level('failures');
  const answer = await app.ask('/api/failures', { as: 'admin' });
  const { groups } = (await answer.json()) as { groups: { id: string; step: string }[] };
  const groupAt = (slug: string) => groups.find(({ step }) => step === slug)?.id ?? '';
  const group = `/api/failures/${groupAt('inspection')}`;
  for (const mark of ['resolve', 'reopen', 'ignore', 'reopen']) await post(`${group}/${mark}`);
  await post(`${group}/retry`);
  await post(`${group}/retry/stop`);
  await post(`/api/failures/${groupAt('publication')}/retry`);
  await untilStated(app, `failure-group-${groupAt('publication')}`, 'GroupRetryFinished');
  await post(`${one}/cancel`);
  await post(`${await failed()}/steps/inspection/retry`);

  const period = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
  await post('/api/notification-rules/completed/send-past', period);
  await untilStated(app, 'notification-rule-completed', 'PastNotificationsFinished');

  const stream = `document-${flaky?.id}`;
  const [newest] = (await app.cradle.store.read(stream)).slice(-1);
  await app.database.database.sql`
    INSERT INTO parked_streams (subscription, stream, position, error)
    VALUES ('document-search', ${stream}, ${newest?.position ?? 0}, 'It was poisoned.')`;
  await post('/failures/deliveries/run-again', { subscription: 'document-search', stream });
}

/** Every command about an endpoint, and a message that is given up, then sent again. */
async function deliver(app: TestApp): Promise<void> {
  const receiver = await startReceiver();
  const { add, post, untilState } = webhooksOf(app);
  const { id } = await add(receiver.url);
  const reason = 'a test';
  receiver.answer(500);
  const { messageId } = (await (await post(`/${id}/test`)).json()) as { messageId: string };
  await untilState(id, messageId, 'failed');
  receiver.answer(200);
  await post(`/${id}/recover`, { since: '2020-01-01T00:00:00Z', reason });
  await untilStated(app, `endpoint-${id}`, 'RecoveryFinished');
  await untilState(id, messageId, 'delivered');
  await post(`/${id}/deliveries/${messageId}/resend`, { reason });
  await post(`/${id}`, { url: receiver.url, rules: ['failed-twice'] }, 'PUT');
  await post(`/${id}/rotate-secret`);
  for (const action of ['pause', 'resume']) await post(`/${id}/${action}`, { reason });
  await post(`/${id}`, { reason }, 'DELETE');
  await receiver.stop();
}

/** A document that can only be late, for want of time. */
async function breach(app: TestApp): Promise<void> {
  const target = { documentMs: 1, stepMs: null, steps: {}, calendar: { kind: 'always' } };
  const answer = await app.ask('/api/sla/targets', {
    as: 'admin',
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ targets: [], default: target, reason: 'a test' }),
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
  const [late] = await app.upload({ name: 'late.txt', content: 'It comes late.' });
  await untilStated(app, `document-${late?.id}`, 'SlaBreached');
}

/** Every command about an account, and about a token. */
async function manageAccounts({ cradle: { accounts } }: TestApp): Promise<void> {
  const why = { actor: 'user:test', reason: 'a test' };
  const person = { name: 'Grace', email: 'grace@example.org', role: 'viewer' } as const;
  const id = await accounts.addUser(person, why);
  const opened = await accounts.redeemSignInLink(await accounts.createLinkFor(id, why));
  const password = { userId: id, current: '', password: 'four words that differ' };
  await accounts.setPassword(opened?.session ?? '', password);
  await setUpSecondFactor(accounts, opened?.session ?? '', id);
  await accounts.changeUser(id, { do: 'reset second factor', ...why }, why);
  const identity = { ...person, issuer: 'https://id.example', subject: '7', values: [] };
  await accounts.signInByProvider(identity, { rules: [], browser: unknownBrowser });
  await accounts.changeUser(id, { do: 'unlink', ...why }, why);
  await accounts.changeUser(id, { do: 'change profile', name: 'G. H.', email: null }, why);
  await accounts.changeUser(id, { do: 'change role', role: 'operator', ...why }, why);
  await accounts.changeUser(id, { do: 'shut out', ...why }, why);
  await accounts.changeUser(id, { do: 'let in', ...why }, why);
  const [token] = await accounts.tokens();
  await accounts.revokeToken(token?.id ?? '', why);
}

/** Sets one up, signs in by a backup code, and makes new ones. */
async function setUpSecondFactor(accounts: Accounts, session: string, userId: string) {
  await accounts.startSecondFactor(userId);
  const secret = (await accounts.startedSecondFactor(userId)) ?? '';
  const proof = { userId, current: '', code: new TOTP({ secret }).generate() };
  const [code = ''] = await accounts.confirmSecondFactor(session, proof);
  const { email } = await accounts.user(userId);
  const entered = { email: email ?? '', password: 'four words that differ' };
  const half = await accounts.signIn(entered, unknownBrowser);
  if ('secondStep' in half)
    await accounts.finishSignIn(half.secondStep ?? '', code, unknownBrowser);
}

async function untilStated(app: TestApp, stream: string, type: string): Promise<void> {
  for (;;) {
    // Before looking: what happens in between is not missed.
    const next = new Promise<void>((resolve) => {
      app.cradle.runtime.bus.listen(() => resolve());
    });
    const history = await app.cradle.store.read(stream);
    if (history.some((event) => event.type === type)) return;
    await next;
  }
}
