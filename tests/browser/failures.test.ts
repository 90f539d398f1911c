import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { eventually, useSite, watchForReload } from './browser.ts';
import { gatedSteps } from './gated-steps.ts';

const gates = gatedSteps();
const site = useSite({ steps: gates.steps });

async function received(name: string): Promise<string> {
  const [uploaded] = await site.app.upload({ name, content: `${name} ${crypto.randomUUID()}` });
  return uploaded?.id ?? '';
}

async function failed(name: string, message: string): Promise<string> {
  const id = await received(name);
  gates.fail(id, message);
  await site.app.untilStatus(id, 'failed');
  return id;
}

const groupRow = (page: Page, message: string) =>
  page.locator('.groups tbody tr').filter({ has: page.getByRole('link', { name: message }) });

async function act(page: Page, button: string, reason: string): Promise<void> {
  const form = page
    .locator('details.action')
    .filter({ has: page.locator('summary', { hasText: button }) });
  await form.locator('summary').click();
  await form.getByLabel('Reason').fill(reason);
  await form.getByRole('button', { name: button }).click();
}

describe('the failures page', () => {
  it('teaches while nothing has failed', async () => {
    const page = await site.openSignedIn();
    await page.getByRole('link', { name: 'Failures 0' }).click();
    await page.getByRole('heading', { name: 'Nothing has failed' }).waitFor();
  });

  it('shows groups as they come, and counts their documents', async () => {
    const page = await site.openSignedIn();
    await page.goto('/failures');
    const checkStayed = await watchForReload(page);
    const row = groupRow(page, 'The glue has dried.');
    await failed('one.txt', 'The glue has dried.');
    await row.getByText('1 failed').waitFor();
    await failed('two.txt', 'The glue has dried.');
    await row.getByText('2 failed').waitFor();
    await failed('three.txt', 'The paper is torn.');
    await groupRow(page, 'The paper is torn.').getByText('1 failed').waitFor();
    await eventually(() => page.locator('nav [data-count=failed]').textContent()).toBe('3');
    await checkStayed();
  });

  it('brings a resolved group back when it recurs, and says who had marked it and why', async () => {
    await failed('one.txt', 'The lamp is dim.');
    const page = await site.openSignedIn();
    await page.goto('/failures');
    await groupRow(page, 'The lamp is dim.').getByRole('link').click();
    await page.getByRole('heading', { name: 'The lamp is dim.', level: 1 }).waitFor();
    await act(page, 'Resolve', 'a new bulb');
    await page.getByText(/Marked resolved by Administrator .*: a new bulb/).waitFor();
    await page.goto('/failures');
    expect(await groupRow(page, 'The lamp is dim.').count()).toBe(0);
    const resolved = await page.context().newPage();
    await resolved.goto('/failures?tab=resolved');
    await groupRow(resolved, 'The lamp is dim.').waitFor();
    await failed('two.txt', 'The lamp is dim.');
    const back = groupRow(page, 'The lamp is dim.');
    await back.getByText(/Came back: marked resolved by Administrator .*: a new bulb/).waitFor();
    await back.getByText('2 failed').waitFor();
    await groupRow(resolved, 'The lamp is dim.').waitFor({ state: 'detached' });
  });

  it('is reached and worked by keyboard', async () => {
    await failed('keys.txt', 'The keys are lost.');
    const page = await site.openSignedIn();
    await page.goto('/failures');
    await groupRow(page, 'The keys are lost.').getByRole('link').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/failures\/[0-9a-f]{16}$/);
    await page.locator('#act-ignore summary').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('they will turn up');
    await page.keyboard.press('Enter');
    await page.getByText(/Marked ignored by Administrator .*: they will turn up/).waitFor();
  });

  it('keeps an open form and what was typed into it while the page changes', async () => {
    await failed('typed.txt', 'The pen is empty.');
    const page = await site.openSignedIn();
    await page.goto('/failures');
    await groupRow(page, 'The pen is empty.').getByRole('link').click();
    await page.waitForURL(/\/failures\/[0-9a-f]{16}$/);
    await page.getByText('Live', { exact: true }).waitFor();
    const form = page.locator('#act-resolve');
    await form.locator('summary').click();
    await form.getByLabel('Reason').fill('half a sen');
    await failed('typed again.txt', 'The pen is empty.');
    await page.locator('.documents').getByText('typed again.txt').waitFor();
    expect(await form.getAttribute('open')).not.toBeNull();
    expect(await form.getByLabel('Reason').inputValue()).toBe('half a sen');
    await form.getByLabel('Reason').pressSequentially('tence');
    await form.getByRole('button', { name: 'Resolve' }).click();
    await page.getByText(/Marked resolved by Administrator .*: half a sentence/).waitFor();
  });
});

describe('the forms of actions', () => {
  it('open one at a time, within the width of a phone', async () => {
    const id = await failed('phone.txt', 'The screen is small.');
    const page = await site.openSignedIn({ viewport: { width: 390, height: 844 } });
    await page.goto(`/failures/documents/${id}`);
    const open = page.locator('details.action[open]');
    for (const summary of await page.locator('details.action > summary').all()) {
      await summary.click();
      await open.getByLabel('Reason').waitFor();
      expect(await open.count()).toBe(1);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    }
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations).toEqual([]);
  });
});

describe('the failure of a document', () => {
  it('is told live: attempts, decisions, and what can be done about it', async () => {
    const id = await failed('story.txt', 'The ink is smudged.');
    const page = await site.openSignedIn();
    await page.goto('/failures');
    await groupRow(page, 'The ink is smudged.').getByRole('link').click();
    await page.locator('.documents').getByRole('link', { name: 'story.txt' }).click();
    await page.getByRole('heading', { name: 'Reading failed' }).waitFor();
    expect(await page.locator('.attempts > li').count()).toBe(2);
    await act(page, 'Retry now', 'dried it');
    await page.getByRole('heading', { name: 'Reading failed and is running again' }).waitFor();
    const checkStayed = await watchForReload(page);
    await page.locator('.attempts').getByText('Attempt 2').waitFor();
    await page
      .locator('.attempts')
      .getByText(/Reading is to be tried again now: dried it/)
      .waitFor();
    gates.finish(id);
    await page.getByRole('heading', { name: 'Reading had failed' }).waitFor();
    await page.locator('#attempt-2').getByText('Finished').waitFor();
    await checkStayed();
    gates.finish(id);
  });

  it('is no place for a document that never failed', async () => {
    site.expectComplaints(/status of 404/);
    const id = await received('well.txt');
    const page = await site.openSignedIn();
    await page.goto(`/failures/documents/${id}`);
    await page.getByText('No step of this document has ever failed.').waitFor();
    gates.finish(id);
    gates.finish(id);
  });
});

describe('without JavaScript', () => {
  it('everything can be read and done', async () => {
    const id = await failed('plain.txt', 'The script is missing.');
    const page = await site.openSignedIn({ javaScriptEnabled: false });
    await page.getByRole('link', { name: /^Failures/ }).click();
    await groupRow(page, 'The script is missing.').getByRole('link').click();
    await act(page, 'Resolve', 'read it aloud');
    await page.getByText(/Marked resolved by Administrator/).waitFor();
    await act(page, 'Reopen', 'nobody listened');
    await page.locator('#act-resolve').waitFor();
    await page.locator('.documents').getByRole('link', { name: 'plain.txt' }).click();
    await act(page, 'Skip reading', 'not worth it');
    await page.getByRole('heading', { name: 'Reading had failed' }).waitFor();
    gates.finish(id);
  });

  it('a viewer reads everything and is offered nothing', async () => {
    const id = await failed('seen.txt', 'The viewer looks.');
    const token = await site.app.token('viewer');
    const page = await site.open({
      javaScriptEnabled: false,
      extraHTTPHeaders: { authorization: `Bearer ${token}` },
    });
    await page.goto('/failures');
    await groupRow(page, 'The viewer looks.').getByRole('link').click();
    await page.locator('.documents').getByRole('link', { name: 'seen.txt' }).waitFor();
    expect(await page.locator('details.action').count()).toBe(0);
    await page.goto(`/failures/documents/${id}`);
    await page.getByRole('heading', { name: 'Reading failed' }).waitFor();
    expect(await page.locator('details.action').count()).toBe(0);
  });
});
