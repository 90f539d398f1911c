import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { eventually, landing, useSite, watchForReload } from './browser.ts';
import { gatedSteps } from './gated-steps.ts';

const site = useSite({ steps: gatedSteps().steps });

interface DroppedFile {
  name: string;
  content: string;
}

/** What a browser does when files are dragged over the page and dropped. */
async function drop(page: Page, files: DroppedFile[]): Promise<void> {
  const dataTransfer = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, content } of files) transfer.items.add(new File([content], name));
    return transfer;
  }, files);
  await page.dispatchEvent('body', 'dragover', { dataTransfer });
  await page.getByText('Drop to upload').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer });
}

const buffer = (text: string) => Buffer.from(text);
const file = (name: string, text: string) => ({
  name,
  mimeType: 'text/plain',
  buffer: buffer(text),
});

describe('uploading', () => {
  it('by the file chooser shows each file with its outcome, and its row', async () => {
    const page = await site.openSignedIn();
    const checkStayed = await watchForReload(page);
    const chooser = page.waitForEvent('filechooser');
    await page.getByText('Upload documents').click();
    await (await chooser).setFiles([file('chosen one.txt', 'one'), file('chosen two.txt', 'two')]);

    const tray = page.getByRole('region', { name: '2 uploaded' });
    await tray.waitFor();
    const items = tray.getByRole('listitem');
    expect(await items.count()).toBe(2);
    const receipt = items.filter({ hasText: 'chosen one.txt' }).getByRole('link');
    expect(await receipt.textContent()).toBe('Received');
    await page.locator('#documents').getByRole('link', { name: 'chosen two.txt' }).waitFor();
    await checkStayed();
    await receipt.click();
    await page.getByRole('heading', { name: 'chosen one.txt' }).waitFor();
  });

  it('by drop takes what is good, and says of each other file why not', async () => {
    const page = await site.openSignedIn();
    site.expectComplaints(/status of 422/);
    await drop(page, [
      { name: 'dropped.txt', content: 'dropped' },
      { name: 'empty.txt', content: '' },
      { name: 'again.txt', content: 'dropped' },
    ]);
    await page.getByRole('region', { name: '2 uploaded, 1 failed' }).waitFor();
    const outcome = (name: string) =>
      page.locator('#tray-files li').filter({ hasText: name }).locator('.outcome');
    expect(await outcome('empty.txt').textContent()).toMatch(/^"empty.txt" is empty/);
    // What needs somebody stands first.
    expect(await page.locator('#tray-files .file').allTextContents()).toEqual([
      'empty.txt',
      'dropped.txt',
      'again.txt',
    ]);
    await page.locator('#documents').getByRole('link', { name: 'dropped.txt' }).waitFor();
    await page.locator('#documents').getByRole('link', { name: 'again.txt' }).waitFor();
    expect(await page.locator('#documents tr').filter({ hasText: 'empty.txt' }).count()).toBe(0);
  });

  it('tells that the content was received before, and links to it', async () => {
    await site.app.upload({ name: 'first.txt', content: 'the same words' });
    const page = await site.openSignedIn();
    await page.setInputFiles('#files', file('second.txt', 'the same words'));
    const item = page.locator('#tray-files li').filter({ hasText: 'second.txt' });
    await item.getByText('same content as').waitFor();
    const row = page.locator('#documents tr').filter({ hasText: 'second.txt' });
    await row.getByText('duplicate').waitFor();
    await item.getByRole('link', { name: 'an earlier document' }).click();
    await page.getByRole('heading', { name: 'first.txt' }).waitFor();
  });

  it('shows progress while a file travels, and tries again when the connection is lost', async () => {
    const page = await site.openSignedIn();
    let lost = 0;
    await page.route('**/api/documents', (route) => {
      lost += 1;
      return lost === 1 ? route.abort('connectionreset') : route.continue();
    });
    site.expectComplaints(/ERR_CONNECTION_RESET/);
    await page.setInputFiles('#files', file('travelling.txt', 'far'));
    const item = page.locator('#tray-files li').filter({ hasText: 'travelling.txt' });
    await item.getByText('The connection was lost. Trying again').waitFor();
    await item.getByRole('link', { name: 'Received' }).waitFor();
    expect(await item.locator('progress').evaluate((bar: HTMLProgressElement) => bar.value)).toBe(
      1,
    );
    await page.getByRole('button', { name: 'Close the list of uploads' }).click();
    expect(await page.locator('#tray').isVisible()).toBe(false);
  });

  it('works without JavaScript, and so does the board', async () => {
    const page = await site.openSignedIn({ javaScriptEnabled: false });
    await page.setInputFiles('#files', [file('plain form.txt', 'a form'), file('two.txt', 'b')]);
    const row = page.locator('#documents tr').filter({ hasText: 'plain form.txt' });
    await landing(page, () => page.getByRole('button', { name: 'Upload', exact: true }).click());
    // Such a page is as true as it was when it was asked for; the row may have come a moment later.
    await eventually(async () => {
      await page.reload();
      return row.count();
    }).toBe(1);
    expect(await row.locator('.status .state').textContent()).toMatch(/Received|Processing/);
    expect(await page.locator('#connection noscript').isVisible()).toBe(true);

    await page.getByLabel('Search documents').fill('plain');
    await page.getByRole('button', { name: 'Search' }).click();
    expect(await page.locator('#documents tr').count()).toBe(1);
    await page.getByRole('link', { name: 'plain form.txt' }).click();
    await page.getByRole('heading', { name: 'plain form.txt' }).waitFor();
    expect(await page.getByText('Received plain form.txt').isVisible()).toBe(true);
  });
});
