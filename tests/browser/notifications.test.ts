import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../shared/web/principal.ts';
import { startReceiver, type Received, type Receiver } from '../receiver.ts';
import { webhookEnvironment, webhooksOf } from '../webhooks.ts';
import { eventually, landing, useSite, watchForReload } from './browser.ts';

const site = useSite({ env: webhookEnvironment });
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.answer(200));
afterAll(() => receiver.stop());

const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;
const form = (page: Page, id: string) => page.locator(`#${id}`);

async function addEndpoint(page: Page, description: string): Promise<string> {
  await page.goto('/notifications');
  await form(page, 'act-add').locator('summary').click();
  await page.getByLabel('URL').fill(receiver.url);
  await page.getByLabel('Description').fill(description);
  await page.getByLabel('Failed twice').uncheck();
  await form(page, 'act-add').getByRole('button').click();
  await page.getByRole('heading', { name: 'The endpoint was added' }).waitFor();
  return secretOf(page);
}

async function secretOf(page: Page): Promise<string> {
  const secret = (await page.locator('#secret').textContent()) ?? '';
  expect(secret).toMatch(SECRET);
  return secret;
}

/** Goes to the page of the endpoint that was just added, or whose secret was just rotated. */
async function toEndpoint(page: Page): Promise<string> {
  await page.getByRole('link', { name: 'To the endpoint' }).click();
  await page.waitForURL(/\/notifications\/endpoints\/[0-9a-f-]{36}$/);
  return page.url().split('/').at(-1) ?? '';
}

async function act(page: Page, id: string, reason?: string): Promise<void> {
  await form(page, id).locator('summary').click();
  if (reason !== undefined) await form(page, id).getByLabel('Reason').fill(reason);
  await form(page, id).getByRole('button').click();
}

const rows = (page: Page) => page.locator('.deliveries tbody tr');
const health = (page: Page) => page.locator('.heading .health');

function verify({ body, headers }: Received, secret: string): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}

/** Gives what the receiver is sent from now on, the next of all. */
async function sentDuring(what: () => Promise<unknown>): Promise<Received> {
  const before = receiver.received.length;
  await what();
  await receiver.until(before + 1);
  const [first] = receiver.received.slice(before);
  if (!first) throw new Error('Nothing was received.');
  return first;
}

/** Its id. */
async function completedDocument(name: string): Promise<string> {
  const [uploaded] = await site.app.upload({ name, content: `${name} ${crypto.randomUUID()}` });
  const id = uploaded?.id ?? '';
  await site.app.untilStatus(id, 'completed');
  return id;
}

describe('the notifications page', () => {
  it('teaches while there is no endpoint, and says what the rules say', async () => {
    const page = await site.openSignedIn();
    await page.getByRole('link', { name: 'Notifications' }).click();
    await page.getByRole('heading', { name: 'No endpoint yet' }).waitFor();
    await page.locator('.rules').getByText('A document has completed every step').waitFor();
  });

  it('adds an endpoint, shows its secret once, and sends it a test that the secret verifies', async () => {
    const page = await site.openSignedIn();
    const secret = await addEndpoint(page, 'First');
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations).toEqual([]);
    await page.getByText("from 'standardwebhooks'").waitFor();
    await page.getByText('from standardwebhooks.webhooks import').waitFor();
    await toEndpoint(page);
    const sent = await sentDuring(() => act(page, 'act-test'));
    expect(verify(sent, secret)).toMatchObject({ type: 'test' });
    await rows(page).filter({ hasText: 'Test message' }).getByText('Delivered').waitFor();
    await health(page).getByText('Healthy').waitFor();
    expect(await page.content()).not.toContain(secret);
    await page.goto('/notifications');
    expect(await page.content()).not.toContain(secret);
  });

  it('shows deliveries in a second tab as they come, without a reload', async () => {
    const page = await site.openSignedIn();
    await addEndpoint(page, 'Seen twice');
    await toEndpoint(page);
    const tab = await page.context().newPage();
    await tab.goto('/notifications');
    await tab.getByText('Live', { exact: true }).waitFor();
    const checkStayed = await watchForReload(page);
    const checkTabStayed = await watchForReload(tab);
    await completedDocument('seen.txt');
    for (const each of [page, tab])
      await rows(each)
        .filter({ hasText: 'seen.txt' })
        .filter({ hasText: each === tab ? 'Seen twice' : '' })
        .getByText('Delivered')
        .waitFor();
    await checkStayed();
    await checkTabStayed();
    await tab.getByRole('navigation', { name: 'Endpoint' }).getByText('Seen twice').click();
    await tab.waitForURL(/endpoint=/);
    expect(await rows(tab).count()).toBe(1);
  });

  it('keeps what was typed into its form while deliveries come', async () => {
    const page = await site.openSignedIn();
    await addEndpoint(page, 'Typed');
    await page.goto('/notifications');
    await page.getByText('Live', { exact: true }).waitFor();
    await form(page, 'act-add').locator('summary').click();
    await page.getByLabel('URL').fill('https://half');
    await page.getByLabel('Failed twice').uncheck();
    await completedDocument('meanwhile.txt');
    await rows(page).filter({ hasText: 'meanwhile.txt' }).first().waitFor();
    expect(await page.getByLabel('URL').inputValue()).toBe('https://half');
    expect(await page.getByLabel('Failed twice').isChecked()).toBe(false);
  });

  it('says why a URL cannot be that of an endpoint', async () => {
    site.expectComplaints(/status of 422/);
    const page = await site.openSignedIn();
    await page.goto('/notifications');
    await form(page, 'act-add').locator('summary').click();
    await page.getByLabel('URL').fill('https://name:word@example.org/hook');
    await form(page, 'act-add').getByRole('button').click();
    await page.getByText('422', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Back to the page' }).click();
    await page.waitForURL(/\/notifications$/);
  });
});

describe('the page of a document', () => {
  it('names the endpoints of its messages, and leads to the deliveries', async () => {
    const page = await site.openSignedIn();
    await addEndpoint(page, 'Named');
    const id = await completedDocument('named.txt');
    await page.goto(`/documents/${id}`);
    const line = page.locator('.told').filter({ hasText: 'Named' });
    await line.getByText('Delivered').waitFor();
    await line.getByRole('link', { name: 'Named' }).click();
    await page.locator('#attempt-1').getByText('status 200').waitFor();
    await page.getByRole('heading', { name: 'named.txt' }).waitFor();
  });
});

describe('the page of an endpoint', () => {
  it('shows failures with every answer, and sends again what was given up', async () => {
    const page = await site.openSignedIn();
    const secret = await addEndpoint(page, 'Failing');
    await toEndpoint(page);
    receiver.answer((response) => response.writeHead(500).end('<b>full</b>'));
    const first = await sentDuring(() => act(page, 'act-test'));
    const row = rows(page).filter({ hasText: 'Test message' });
    await row.getByText('Given up').waitFor();
    await health(page).getByText('Failing').waitFor();
    await row.getByRole('link').click();
    await page.locator('#attempt-4').getByText('status 500').waitFor();
    await page.locator('#attempt-4').getByText('Answer').click();
    await page.locator('#attempt-4').getByText('<b>full</b>').waitFor();
    await page.getByText(first.body.toString()).waitFor();
    receiver.answer(200);
    const again = await sentDuring(() => act(page, 'act-resend', 'there is room'));
    await page.locator('#attempt-5').getByText('status 200').waitFor();
    await page.locator('.heading').getByText('Delivered').waitFor();
    expect([again.id, again.body]).toEqual([first.id, first.body]);
    expect(verify(again, secret)).toMatchObject({ type: 'test' });
  });

  it('recovers all that was given up since a time', async () => {
    const page = await site.openSignedIn();
    await addEndpoint(page, 'Recovering');
    await toEndpoint(page);
    receiver.answer(500);
    await act(page, 'act-test');
    const row = rows(page).filter({ hasText: 'Test message' });
    await row.getByText('Given up').waitFor();
    receiver.answer(200);
    await act(page, 'act-recover', 'it was full');
    await row.getByText('Delivered').waitFor();
    await page.locator('.recovery').getByText('1 of 1 delivery sent again').waitFor();
    await page.locator('.recovery').getByText('Administrator: it was full').waitFor();
    await page.locator('.recovery').getByText('Recovered', { exact: true }).waitFor();
    await form(page, 'act-recover').waitFor({ state: 'detached' });
  });

  it('rotates the secret: both sign, and only the new one is shown', async () => {
    const page = await site.openSignedIn();
    const old = await addEndpoint(page, 'Rotating');
    await toEndpoint(page);
    await act(page, 'act-rotate');
    await page.getByRole('heading', { name: 'The secret was rotated' }).waitFor();
    const secret = await secretOf(page);
    expect(secret).not.toBe(old);
    await toEndpoint(page);
    await page.getByText('The secret before the newest still signs beside it.').waitFor();
    const sent = await sentDuring(() => act(page, 'act-test'));
    for (const each of [old, secret]) expect(verify(sent, each)).toMatchObject({ type: 'test' });
  });

  it('pauses and resumes: what comes in between waits', async () => {
    const page = await site.openSignedIn();
    await addEndpoint(page, 'Pausing');
    await toEndpoint(page);
    await act(page, 'act-pause', 'they move house');
    await health(page).getByText('they move house').waitFor();
    await completedDocument('waits.txt');
    const row = rows(page).filter({ hasText: 'waits.txt' });
    await row.getByText('its endpoint is paused').waitFor();
    await act(page, 'act-resume', 'they have moved');
    await row.getByText('Delivered').waitFor();
  });

  it('changes its settings, and is removed', async () => {
    const page = await site.openSignedIn();
    await addEndpoint(page, 'Changing');
    const id = await toEndpoint(page);
    await form(page, 'act-change').locator('summary').click();
    await page.getByLabel('Description').fill('Changed');
    await page.getByLabel('Failed twice').check();
    await form(page, 'act-change').getByRole('button').click();
    await page.getByRole('heading', { name: 'Changed' }).waitFor();
    await page.getByText('Completed, Failed twice').waitFor();
    await act(page, 'act-remove', 'nobody listens');
    await page.waitForURL(/\/notifications$/);
    await page.locator(`#endpoint-${id}`).waitFor({ state: 'detached' });
    await page.goto(`/notifications/endpoints/${id}`);
    await health(page).getByText('nobody listens').waitFor();
    expect(await page.locator('details.action').count()).toBe(0);
  });

  it('is worked by keyboard', async () => {
    const page = await site.openSignedIn();
    await addEndpoint(page, 'Keys');
    await toEndpoint(page);
    await form(page, 'act-pause').locator('summary').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('by hand');
    await page.keyboard.press('Enter');
    await health(page).getByText('by hand').waitFor();
  });
});

describe('the page of a rule', () => {
  it('shows what it would have sent, and sends for the past', async () => {
    await completedDocument('judged.txt');
    const page = await site.openSignedIn();
    await page.goto('/notifications');
    await page.locator('.rules').getByRole('link', { name: 'Completed' }).click();
    await page.getByLabel('From').fill('2020-01-01T00:00');
    await page.getByRole('button', { name: 'Show' }).click();
    await page
      .locator('.past tr')
      .filter({ hasText: 'judged.txt' })
      .getByText('Requested')
      .waitFor();
    await act(page, 'act-send-past', 'they asked');
    await page.locator('.asked').getByText('0 messages requested').waitFor();
    await page
      .locator('.asked')
      .getByText(/Administrator: they asked/)
      .waitFor();
  });

  it('refuses a period that ends before it begins', async () => {
    const path = '/notifications/rules/completed?from=2026-01-02T00:00&to=2026-01-01T00:00';
    const answer = await site.app.ask(path, { as: 'viewer' });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('Exchange them.'),
    ]);
  });
});

describe('without JavaScript', () => {
  it('everything is shown and done by plain pages and forms', async () => {
    const page = await site.openSignedIn({ javaScriptEnabled: false });
    const secret = await addEndpoint(page, 'Plain');
    await toEndpoint(page);
    const sent = await sentDuring(() => landing(page, () => act(page, 'act-test')));
    expect(verify(sent, secret)).toMatchObject({ type: 'test' });
    await eventually(async () => {
      await page.reload();
      return rows(page).filter({ hasText: 'Delivered' }).count();
    }).toBe(1);
    await rows(page).getByRole('link').click();
    await page.locator('#attempt-1').getByText('status 200').waitFor();
    await page.locator('.way').getByRole('link', { name: 'Plain' }).click();
    await act(page, 'act-pause', 'no script');
    await health(page).getByText('no script').waitFor();
  });
});

describe('who only reads', () => {
  it('sees everything, but neither an action nor a secret', async () => {
    const hooks = webhooksOf(site.app);
    const { id, secret } = await hooks.add(receiver.url);
    const answer = await hooks.post(`/${id}/test`);
    const { messageId } = (await answer.json()) as { messageId: string };
    await hooks.untilState(id, messageId, 'delivered');
    const pages = {
      [`endpoint-${id}`]: '/notifications',
      [receiver.url]: `/notifications/endpoints/${id}`,
      'status 200': `/notifications/endpoints/${id}/deliveries/${messageId}`,
      'Dry run': '/notifications/rules/completed?from=2020-01-01T00:00&to=2120-01-01T00:00',
    };
    const look = async (path: string, as: Role) => {
      const shown = await site.app.ask(path, { as, headers: { accept: 'text/html' } });
      expect(shown.headers.get('cache-control')).toBe('no-store');
      return shown.text();
    };
    for (const [words, path] of Object.entries(pages)) {
      expect(await look(path, 'admin')).toContain('method="post" action="/notifications');
      for (const role of ['viewer', 'operator'] as const) {
        const html = await look(path, role);
        expect(html).toContain(words);
        expect(html).not.toContain('method="post" action="/notifications');
        expect(html).not.toContain(secret.slice('whsec_'.length));
      }
    }
  });
});
