import type { Page } from 'playwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { formOf } from '../app.ts';
import { webhooksOf } from '../webhooks.ts';
import { eventually, useSite } from './browser.ts';
import { fillEveryPage, realStepsAndOneThatWaits } from './every-page.ts';

// What people write, and what documents say, is text on every page, whatever it looks like. The
// content policy is on: a page that breaks it complains, and fails its test.

const MARKUP = `"'><img src=x data-evil onerror=globalThis.evil=1><b data-evil>{{ 7 * 7 }}`;
const TEXT = `${MARKUP}\n<script data-evil>globalThis.evil = 1</script>\nThe invoice is <i data-evil>due</i>.`;

const { steps, finish } = realStepsAndOneThatWaits();
const site = useSite({ steps });
let pages: Record<string, string> = {};

const post = async (path: string, body: object, method = 'POST') => {
  const answer = await site.app.ask(path, {
    as: 'admin',
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status, await answer.clone().text()).toBeLessThan(400);
};

async function upload(name: string, content: string): Promise<string> {
  const fields = { source: MARKUP, label: MARKUP };
  const answer = await site.app.ask('/api/documents', {
    method: 'POST',
    body: formOf([{ name, content }], fields),
  });
  const { documents } = (await answer.json()) as { documents: { id: string }[] };
  return documents[0]?.id ?? '';
}

/** Has everything that somebody may write say MARKUP, and gives the pages that tell of it. */
async function fillWithMarkup(): Promise<Record<string, string>> {
  const { app } = site;
  const reason = MARKUP;
  const target = { documentMs: 900_000, stepMs: null, steps: {}, calendar: { kind: 'always' } };
  const named = { name: MARKUP, source: MARKUP, label: null, ...target };
  await post('/api/sla/targets', { targets: [named], default: target, reason }, 'PUT');
  const hooks = webhooksOf(app);
  const { id: endpoint } = await hooks.add('https://receiver.invalid/hook');
  const rules = ['completed', 'failed-twice'];
  const url = `https://receiver.invalid/?${encodeURIComponent(MARKUP)}`;
  await hooks.post(`/${endpoint}`, { url, description: MARKUP, rules }, 'PUT');
  const [read, broken, cancelled] = [
    await upload(`${MARKUP}.txt`, TEXT),
    await upload(`${MARKUP}.pdf`, `%PDF-1.7 ${MARKUP}`),
    await upload(`${MARKUP}.htm`, `<title>&lt;img src=x onerror=evil()&gt;</title>${TEXT}`),
  ];
  finish(read);
  await app.untilStatus(read, 'completed');
  await app.untilStatus(broken, 'failed');
  await post(`/api/documents/${cancelled}/cancel`, { reason });
  await app.untilStatus(cancelled, 'cancelled');
  await hooks.post(`/${endpoint}/pause`, { reason });
  await app.level('failures');
  const { groups } = (await (await app.ask('/api/failures', { as: 'admin' })).json()) as {
    groups: { id: string }[];
  };
  for (const { id } of groups) await post(`/api/failures/${id}/resolve`, { reason });
  await app.database.database.sql`
    INSERT INTO parked_streams (subscription, stream, position, error, attempts)
    SELECT 'document-board', stream, position, ${MARKUP}, 4
    FROM events WHERE stream = ${`document-${broken}`} AND type = 'DocumentReceived'`;
  const { accounts } = app.cradle;
  await accounts.createToken({ name: MARKUP, role: 'uploader' });
  const person = { name: MARKUP, email: 'evil@example.org', role: 'viewer' } as const;
  const user = await accounts.addUser(person, { actor: 'system:test' });
  const word = encodeURIComponent(MARKUP);
  return {
    'a document that says it': `/documents/${read}`,
    'a search in it': `/documents/${read}?q=${word}`,
    'its text': `/documents/${read}/text?q=${word}`,
    'one that failed': `/documents/${broken}`,
    'its failure': `/failures/documents/${broken}`,
    'one that was cancelled': `/documents/${cancelled}`,
    'a search for it': `/?q=${word}`,
    'a search by fields': '/?q=invoice',
    'resolved failures': '/failures?tab=resolved',
    ...Object.fromEntries(groups.map(({ id }, at) => [`group ${at + 1}`, `/failures/${id}`])),
    'a stuck delivery': `/failures/deliveries?subscription=document-board&stream=document-${broken}`,
    'an endpoint': `/notifications/endpoints/${endpoint}`,
    'a user': `/settings/users/${user}`,
    'a filter of the audit': `/settings/audit?actor=${word}`,
    'an unknown address': `/${word}`,
    'where a link leads back': `/sign-in?back=${word}`,
  };
}

beforeAll(async () => {
  pages = { ...(await fillEveryPage(site.app, finish)), ...(await fillWithMarkup()) };
}, 120_000);

/** What of MARKUP became markup, or ran. */
const evilOf = (page: Page) =>
  page.evaluate(() => ({
    elements: [...document.querySelectorAll('[data-evil]')].map(({ outerHTML }) => outerHTML),
    ran: 'evil' in globalThis,
  }));
const NOTHING = { elements: [], ran: false };

describe('markup', () => {
  it('is text on every page', { timeout: 120_000 }, async () => {
    site.expectComplaints(/status of 4(00|04|10)/);
    const page = await site.openSignedIn();
    const told: string[] = [];
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(path);
      expect([name, await evilOf(page)]).toEqual([name, NOTHING]);
      if ((await page.locator('body').innerText()).includes('onerror=')) told.push(name);
    }
    // It is there to be seen, so nothing has just left it out.
    expect(told).toEqual(
      expect.arrayContaining([
        'board',
        'failures',
        'notifications',
        'service levels',
        'targets',
        'users',
        'API tokens',
        'audit',
        'a document that says it',
        'its text',
        'its failure',
        'a stuck delivery',
        'an endpoint',
        'a user',
      ]),
    );
  });

  it('is text in rows that come live, and changes in place', async () => {
    const board = await site.openSignedIn();
    await board.getByText('Live', { exact: true }).waitFor();
    const id = await upload(`live ${MARKUP}.txt`, `${TEXT} Live.`);
    const row = board.locator(`#document-${id}`);
    await row.waitFor();
    await eventually(() => row.getAttribute('data-status')).toBe('processing');
    const document = await site.openSignedIn();
    await document.goto(`/documents/${id}`);
    finish(id);
    await board.locator(`#document-${id}[data-status=completed]`).waitFor();
    await document.locator('#document[data-status=completed]').waitFor();
    expect(await row.innerText()).toContain('onerror=');
    for (const page of [board, document]) expect(await evilOf(page)).toEqual(NOTHING);
  });
});
