import { describe, it } from 'vitest';
import { useSite } from './browser.ts';
import { startReceiver } from '../receiver.ts';
import { webhooksOf, webhookEnvironment } from '../webhooks.ts';
const site = useSite({ env: { ...webhookEnvironment, WEBHOOK_RETRY_DELAYS: '1,300,600' } });
const out = '/tmp/w/shots';
describe('shots', () => {
  it('are taken', { timeout: 120_000 }, async () => {
    site.expectComplaints(/./);
    const hooks = webhooksOf(site.app);
    const page = await site.openSignedIn({ viewport: { width: 1280, height: 900 } });
    const phone = await site.openSignedIn({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    const shot = async (name: string, path?: string) => {
      for (const [which, p] of [['wide', page], ['phone', phone]] as const) {
        if (path) await p.goto(path);
        await p.screenshot({ path: `${out}/${name}-${which}.png`, fullPage: true });
      }
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.screenshot({ path: `${out}/${name}-dark.png`, fullPage: true });
      await page.emulateMedia({ colorScheme: 'light' });
    };
    await shot('empty', '/notifications');
    await page.locator('#act-add summary').click();
    await phone.locator('#act-add summary').click();
    await shot('add');
    const good = await startReceiver();
    const bad = await startReceiver();
    bad.answer((response) => response.writeHead(503, { 'content-type': 'text/plain' }).end('The database is\nbeing moved <b>now</b>. '.repeat(30)));
    const add = async (p: typeof page, url: string, description: string) => {
      await p.goto('/notifications');
      await p.locator('#act-add summary').click();
      await p.getByLabel('URL').fill(url);
      await p.getByLabel('Description').fill(description);
      await p.locator('#act-add button').click();
      await p.getByRole('heading', { name: 'The endpoint was added' }).waitFor();
    };
    await add(page, good.url, 'Archive of the finance team');
    await add(phone, bad.url, '');
    await shot('secret');
    await add(page, `http://127.0.0.1:9/${'unbroken'.repeat(20)}`, 'unbroken'.repeat(12));
    const docs = [];
    for (let i = 0; i < 6; i += 1) docs.push(...(await site.app.upload({ name: `letter ${i} to somebody.txt`, content: `Dear ${i}, it is ${i}.` })));
    for (const { id } of docs) await site.app.untilStatus(id, 'completed');
    await good.until(6); await bad.until(5);
    const [one] = (await (await site.app.ask('/api/notification-endpoints', { as: 'viewer' })).json() as any).endpoints;
    const badId = (await (await site.app.ask('/api/notification-endpoints', { as: 'viewer' })).json() as any).endpoints[1].id;
    await hooks.post(`/${one.id}/test`);
    await good.until(7);
    await new Promise((r) => setTimeout(r, 2500));
    await shot('busy', '/notifications');
    await shot('filtered', `/notifications?state=retrying&endpoint=${badId}`);
    await shot('endpoint', `/notifications/endpoints/${badId}`);
    await page.locator('#act-change summary').click();
    await phone.locator('#act-change summary').click();
    await shot('change');
    await page.goto(`/notifications/endpoints/${badId}`);
    const href = (await page.locator('.deliveries th a').first().getAttribute('href')) ?? '';
    await page.goto(href); await phone.goto(href);
    await page.locator('.answer summary').first().click(); 
    await phone.locator('.answer summary').first().click();
    await shot('delivery');
    await shot('rule', '/notifications/rules/completed?from=2025-01-01T00:00&to=2027-01-01T00:00');
    await shot('rule-empty', '/notifications/rules/failed-twice');
    await good.stop(); await bad.stop();
  });
});
