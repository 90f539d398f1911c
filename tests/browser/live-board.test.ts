import { describe, expect, it } from 'vitest';
import { eventually, useSite, watchForReload } from './browser.ts';
import { gatedSteps } from './gated-steps.ts';
import { receiveMany } from './received.ts';

const gates = gatedSteps();
const site = useSite({ steps: gates.steps });

async function upload(name: string): Promise<string> {
  const [uploaded] = await site.app.upload({ name, content: name });
  return uploaded?.id ?? '';
}

describe('a board that nobody reloads', () => {
  it('shows what another tab uploads, step by step, with counts', async () => {
    const page = await site.openSignedIn();
    const checkStayed = await watchForReload(page);
    const other = await page.context().newPage();
    await other.goto('/');
    await other.setInputFiles('#files', {
      name: 'shared.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('shared'),
    });

    const row = page.locator('#documents tr').filter({ hasText: 'shared.txt' });
    await row.getByText('Reading').waitFor();
    const id = ((await row.getAttribute('id')) ?? '').slice('document-'.length);
    expect(await row.locator('.percent').textContent()).toBe('0 %');
    await eventually(() => count('processing')).toBe('1');

    gates.progress(id, 2, 7);
    await row.getByText('page 3 of 7').waitFor();
    gates.finish(id);
    await row.getByText('Filing').waitFor();
    expect(await row.locator('.percent').textContent()).toBe('50 %');
    gates.finish(id);
    await row.getByText('Completed').waitFor();
    await eventually(() => Promise.all([count('processing'), count('completed')])).toEqual([
      '0',
      '1',
    ]);
    expect(await count('all')).toBe('1');
    await checkStayed();

    function count(status: string) {
      return page.locator(`[data-count=${status}]`).textContent();
    }
  });

  it('puts new documents on top, and an error on its row', async () => {
    const page = await site.openSignedIn();
    const checkStayed = await watchForReload(page);
    await upload('older.txt');
    const newer = await upload('newer.txt');
    const names = page.locator('#documents .name a');
    await eventually(async () => (await names.allTextContents()).slice(0, 2)).toEqual([
      'newer.txt',
      'older.txt',
    ]);
    gates.fail(newer, 'The shelf is full. Make room.');
    const row = page.locator(`#document-${newer}`);
    await row.getByText('The shelf is full. Make room.').waitFor();
    await eventually(() => row.getAttribute('data-status')).toBe('failed');
    await checkStayed();
  });

  it('counts what belongs to a filter without moving it, and shows it on demand', async () => {
    const id = await upload('filtered.txt');
    const page = await site.openSignedIn();
    await page.goto('/?status=completed');
    const checkStayed = await watchForReload(page);
    const shown = await page.locator('#documents tr').count();
    gates.finish(id);
    gates.finish(id);
    const pill = page.getByRole('link', { name: '1 new' });
    await pill.waitFor();
    expect(await page.locator('#documents tr').count()).toBe(shown);
    await checkStayed();
    await pill.click();
    await page.locator('#documents').getByRole('link', { name: 'filtered.txt' }).waitFor();
    expect(new URL(page.url()).search).toBe('?status=completed');
    expect(await page.locator('#news').isVisible()).toBe(false);
  });

  it('keeps a document that no longer fits the filter in its place until the next visit', async () => {
    const id = await upload('leaving.txt');
    const page = await site.openSignedIn();
    await page.goto('/?status=processing');
    const row = page.locator(`#document-${id}`);
    await row.getByText('Reading').waitFor();
    gates.finish(id);
    gates.finish(id);
    await row.getByText('Completed').waitFor();
  });

  it('searches as one types, and counts new finds', async () => {
    await upload('quarterly report.txt');
    const page = await site.openSignedIn();
    const checkStayed = await watchForReload(page);
    await page.getByLabel('Search documents').pressSequentially('quarterly');
    await eventually(() => page.locator('#documents .name a').allTextContents()).toEqual([
      'quarterly report.txt',
    ]);
    expect(new URL(page.url()).search).toBe('?q=quarterly');
    expect(
      await page.getByLabel('Search documents').evaluate((q) => q === document.activeElement),
    ).toBe(true);
    await upload('another matter.txt');
    await upload('quarterly letter.txt');
    await page.getByRole('link', { name: '1 new' }).waitFor();
    await checkStayed();
    await page.getByRole('link', { name: '1 new' }).click();
    await page.getByRole('link', { name: 'quarterly letter.txt' }).waitFor();
    expect(await page.locator('#documents tr').count()).toBe(2);
  });

  it('on an older page changes rows in place and counts the new ones', async () => {
    await receiveMany(site.app, 60, (index) => `${index}.txt`);
    const oldest = await upload('the last before the page is full.txt');
    await receiveMany(site.app, 50, (index) => `${60 + index}.txt`);
    const page = await site.openSignedIn();
    await page.getByRole('link', { name: 'Older' }).click();
    const row = page.locator(`#document-${oldest}`);
    await row.getByText('Reading').waitFor();
    const checkStayed = await watchForReload(page);
    gates.finish(oldest);
    await row.getByText('Filing').waitFor();
    await upload('above.txt');
    await page.getByRole('link', { name: '1 new' }).waitFor();
    expect(await page.locator('#documents tr').count()).toBe(50);
    await checkStayed();
    await page.getByRole('link', { name: '1 new' }).click();
    await page.getByRole('link', { name: 'above.txt' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
  });
});
