import { readFile } from 'node:fs/promises';
import { stepSlices } from '../../slices/slices.ts';
import type { TestApp } from '../app.ts';
import { webhooksOf } from '../webhooks.ts';
import { gatedSteps } from './gated-steps.ts';

/** The real steps and one more that waits, so that there is always something running. */
export function realStepsAndOneThatWaits() {
  const gates = gatedSteps();
  return { ...gates, steps: [...stepSlices, ...gates.steps.slice(0, 1)] };
}

const samples = new URL('../../slices/receive-document/samples/', import.meta.url);
const sample = async (name: string) => ({
  name,
  content: new Uint8Array(await readFile(new URL(name, samples))),
});

/** Has documents in every state, and gives the address of every page, by a name for people. */
export async function fillEveryPage(
  app: TestApp,
  finish: (document: string) => void,
): Promise<Record<string, string>> {
  const { failing, paused } = await endpoints(app);
  const uploaded = await app.upload(
    await sample('invoice-HP-2026-0417.pdf'),
    await sample('confidential-annex.pdf'),
    { name: 'running.txt', content: 'It runs, and waits for its last step.' },
    { name: `${'unbroken'.repeat(20)}.txt`, content: 'A long name.' },
    { name: 'copy of running.txt', content: 'It runs, and waits for its last step.' },
  );
  const [completed = '', failed = '', running = '', long = ''] = uploaded.map(({ id }) => id);
  finish(completed);
  finish(long);
  await app.untilStatus(completed, 'completed');
  await app.untilStatus(long, 'completed');
  await app.untilStatus(failed, 'failed');
  const group = await ignoredGroup(app);
  const message = await failingMessage(app, failing);
  const person = await invited(app);
  return {
    board: '/',
    'failed documents': '/?status=failed',
    'nothing found': '/?q=neverwritten',
    'search results': '/?q=invoice+colour:red',
    'searched document': `/documents/${completed}?q=invoice`,
    'text of a document': `/documents/${completed}/text?q=invoice`,
    'completed document': `/documents/${completed}`,
    'failed document': `/documents/${failed}`,
    'running document': `/documents/${running}`,
    'long name': `/documents/${long}`,
    'erased document': `/documents/${await erased(app)}`,
    failures: '/failures',
    'ignored failures': '/failures?tab=ignored',
    'no resolved failures': '/failures?tab=resolved',
    'group of failures': `/failures/${group}`,
    'settled failures of a group': `/failures/${group}?show=closed`,
    'failure of a document': `/failures/documents/${failed}`,
    'stuck delivery': `/failures/deliveries?subscription=document-search&stream=document-${completed}`,
    notifications: '/notifications',
    'failing endpoint': `/notifications/endpoints/${failing}`,
    'paused endpoint': `/notifications/endpoints/${paused}`,
    delivery: `/notifications/endpoints/${failing}/deliveries/${message}`,
    'dry run of a rule': '/notifications/rules/completed?from=2020-01-01T00:00&to=2120-01-01T00:00',
    'service levels': '/sla',
    targets: '/sla/targets',
    'a target': '/sla/targets/default',
    'what if': '/sla/what-if?from=2020-01-01&to=2100-01-01&minutes=0.001',
    settings: '/settings',
    'what was done in settings': '/settings?done=password',
    users: '/settings/users',
    user: `/settings/users/${person}`,
    'API tokens': '/settings/tokens',
    audit: '/settings/audit',
    refusals: '/settings/audit?show=refused',
    system: '/system',
    'unknown document': '/documents/019aa6b3-1c40-7000-8000-000000000001',
    'unknown page': '/nowhere',
    'wrong filter': '/?status=sideways',
  };
}

async function erased(app: TestApp): Promise<string> {
  const [uploaded] = await app.upload({ name: 'erased.txt', content: 'It is to be forgotten.' });
  const body = new URLSearchParams({ reason: 'Asked for by whom it is about.' });
  const id = uploaded?.id ?? '';
  await app.ask(`/documents/${id}/erase`, { as: 'admin', method: 'POST', body });
  return id;
}

/** One whose name nobody resolves, and a paused one with a long name. */
async function endpoints(app: TestApp): Promise<{ failing: string; paused: string }> {
  const hooks = webhooksOf(app);
  const { id: failing } = await hooks.add('https://receiver.invalid/hook');
  const url = `https://receiver.invalid/${'unbroken'.repeat(20)}`;
  const { id: paused } = await hooks.add(url, ['completed', 'failed-twice']);
  await hooks.post(
    `/${paused}`,
    { url, description: 'unbroken'.repeat(20), rules: ['completed'] },
    'PUT',
  );
  await hooks.post(`/${paused}/pause`, { reason: `It is ${'unbroken'.repeat(20)}.` });
  return { failing, paused };
}

/** Somebody with a long name, and a token with one; both signed in or used nowhere yet. */
async function invited({ cradle: { accounts } }: TestApp): Promise<string> {
  const asking = { actor: 'system:test' };
  const name = 'unbroken'.repeat(12);
  await accounts.createToken({ name, role: 'uploader', expiresAt: new Date(0) });
  return accounts.addUser({ name, email: `${name}@example.org`, role: 'viewer' }, asking);
}

/** The id of a message that could not be sent to an endpoint. */
async function failingMessage(app: TestApp, endpoint: string): Promise<string> {
  const hooks = webhooksOf(app);
  const answer = await hooks.post(`/${endpoint}/test`);
  const { messageId } = (await answer.json()) as { messageId: string };
  await hooks.untilState(endpoint, messageId, 'retrying');
  return messageId;
}

/** Marks one of two groups of failures, has a delivery and a job stuck, and gives the group. */
async function ignoredGroup(app: TestApp): Promise<string> {
  const [unreadable] = await app.upload({
    name: 'broken.pdf',
    content: '%PDF-1.7 and nothing else',
  });
  await app.untilStatus(unreadable?.id ?? '', 'failed');
  const { sql } = app.database.database;
  await app.level('failures');
  await sql`
    INSERT INTO parked_streams (subscription, stream, position, error, attempts)
    SELECT 'document-search', stream, position, ${`TypeError: ${'unbroken'.repeat(20)}\n    at fold`}, 4
    FROM events WHERE type = 'DocumentReceived'`;
  await sql`
    UPDATE pgboss.job SET state = 'failed', output = '{"message": "The parser is gone."}'
    WHERE name = 'step-inspection' AND state = 'completed'`;
  const answer = await app.ask('/api/failures', { as: 'viewer' });
  const { groups } = (await answer.json()) as { groups: { id: string }[] };
  const [first] = groups;
  await app.ask(`/failures/${first?.id}/ignore`, {
    as: 'admin',
    method: 'POST',
    body: new URLSearchParams({ reason: 'Of no interest.' }),
  });
  return first?.id ?? '';
}

/** Addresses that whoever is not signed in sees. */
export const openPages = { 'sign in': '/sign-in', 'used link': '/sign-in/used' };
