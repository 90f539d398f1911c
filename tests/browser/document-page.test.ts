import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Locator, Page } from 'playwright';
import { eventually, useSite, watchForReload } from './browser.ts';
import { gatedSteps } from './gated-steps.ts';

const samples = new URL('../../slices/receive-document/samples/', import.meta.url);
const MARKUP = '<script>alert(1)</script>';

describe('the page of a document', () => {
  const site = useSite();

  async function open(name: string, content: string | Uint8Array<ArrayBuffer>): Promise<Page> {
    const [uploaded] = await site.app.upload({ name, content });
    await site.app.untilStatus(uploaded?.id ?? '', 'completed', 'failed');
    const page = await site.openSignedIn();
    await page.goto(`/documents/${uploaded?.id}`);
    return page;
  }

  it('tells what happened, why, and the stored facts', async () => {
    const page = await open('note.txt', 'A note about the delivery of 14 May 2026.');
    const told = page.locator('.history .told > p:first-child');
    const sentences = await told.allTextContents();
    expect(sentences[0]).toBe('Received note.txt');
    expect(sentences).toContain('Inspection started');
    expect(sentences).toContain('Classification finished');
    expect(sentences).toContain('Every step is done');

    const last = page.locator('.history > li').filter({ hasText: 'Every step is done' });
    await last.getByRole('link', { name: /because of no\. \d+/ }).click();
    const target = page.locator(`[id="${new URL(page.url()).hash.slice(1)}"]`);
    expect(await target.textContent()).toContain('Publication finished');
    expect(await isInView(target)).toBe(true);

    await page.locator('.history summary').first().click();
    const json = await page.locator('.history details[open] pre').textContent();
    expect(JSON.parse(json ?? '')).toMatchObject({ type: 'DocumentReceived', version: 1 });
  });

  it('shows preview, fields and text, and hands out files as downloads', async () => {
    const file = await readFile(new URL('invoice-HP-2026-0417.pdf', samples));
    const page = await open('invoice.pdf', new Uint8Array(file));
    const preview = page.getByRole('img', { name: 'First page of invoice.pdf' });
    await eventually(() =>
      preview.evaluate((img: HTMLImageElement) => img.naturalWidth),
    ).toBeGreaterThan(100);
    const fields = page.getByRole('region', { name: 'Fields' });
    expect(await fields.textContent()).toContain('HP-2026-0417');
    expect(await page.getByRole('region', { name: 'Text' }).textContent()).toContain(
      'HP-2026-0417',
    );

    const names: string[] = [];
    for (const link of await page.locator('.downloads a').all()) {
      const download = page.waitForEvent('download');
      await link.click();
      names.push((await download).suggestedFilename());
      const answer = await page.request.get((await link.getAttribute('href')) ?? '');
      expect(answer.headers()['content-disposition']).toMatch(/^attachment;/);
      expect(answer.headers()['x-content-type-options']).toBe('nosniff');
    }
    expect(names).toEqual(['invoice.pdf', 'invoice.pdf.txt', 'invoice.pdf.fields.json']);
  });

  it('shows markup in names and texts as text', async () => {
    const name = '<img src=x onerror=alert(2)>.html';
    const escaped = MARKUP.replaceAll('<', '&lt;');
    const page = await open(
      name,
      `<html><body><h1>${escaped}</h1>${MARKUP}<p>${escaped}</p></body></html>`,
    );
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(name);
    expect(await page.locator('.text').textContent()).toContain(MARKUP);
    await page.goto('/');
    await page.setInputFiles('#files', {
      name,
      mimeType: 'text/html',
      buffer: Buffer.from(MARKUP),
    });
    await page.locator('#tray-files').getByText(name).waitFor();
    await eventually(() => page.locator('#documents').getByRole('link', { name }).count()).toBe(2);
    expect(await page.locator('img[src=x]').count()).toBe(0);
    expect(dialogs).toEqual([]);
  });

  it('shows the whole of a long text on a page of its own, and searches it', async () => {
    const page = await open(
      'long.txt',
      `${'A line of a long text.\n'.repeat(2_000)}${MARKUP} The end.`,
    );
    const text = page.getByRole('region', { name: 'Text' });
    expect(await text.textContent()).not.toContain('The end.');
    await text.getByRole('link', { name: /^Show all/ }).click();
    await page.getByText(`${MARKUP} The end.`).waitFor();
    await page.getByLabel('Search this text').fill('"the end"');
    await page.keyboard.press('Enter');
    await page.getByText('1 place found').waitFor();
    expect(await page.locator('mark').allTextContents()).toEqual(['The end']);
  });

  it('marks what was searched for, also after it has changed', async () => {
    const page = await open('pages.txt', 'A needle here.');
    await page.goto(`${page.url()}?q=needle`);
    const marks = () => page.locator('.document mark').allTextContents();
    expect(await marks()).toEqual(['needle', 'needle']);
    await page.getByText('Live', { exact: true }).waitFor();
    await eventually(marks).toEqual(['needle', 'needle']);
    await page.locator('.passages a').click();
    expect(new URL(page.url()).search).toBe('?q=needle');
    expect(await page.locator('mark').allTextContents()).toEqual(['needle']);
  });

  it('says what it does not know', async () => {
    const page = await site.openSignedIn();
    site.expectComplaints(/status of 404/);
    await page.goto('/documents/019aa6b3-1c40-7000-8000-000000000001');
    await page.getByText('There is no document with this id').waitFor();
    await page.getByRole('link', { name: 'Back to the board' }).click();
    await page.getByRole('navigation', { name: 'Filter by status' }).waitFor();
  });
});

describe('the page of a running document', () => {
  const gates = gatedSteps();
  const site = useSite({ steps: gates.steps });

  it('follows it live, and keeps what is open and where one reads', async () => {
    const [uploaded] = await site.app.upload({ name: 'running.txt', content: 'It runs.' });
    const id = uploaded?.id ?? '';
    const page = await site.openSignedIn({ viewport: { width: 1280, height: 400 } });
    await page.goto(`/documents/${id}`);
    const checkStayed = await watchForReload(page);
    const step = (slug: string) => page.locator(`#step-${slug}`);
    await step('reading').getByText('Running').waitFor();
    gates.progress(id, 3, 8);
    await step('reading').getByText('3 of 8 pages').waitFor();

    const details = page.locator('.history details').first();
    await details.locator('summary').click();
    await page.evaluate(() => scrollTo(0, 300));
    await details.locator('summary').focus();
    const top = await topOf(details);

    gates.finish(id);
    await step('reading').getByText('Done').waitFor();
    await page.getByText('Filing started').waitFor();
    gates.fail(id, 'The shelf is full.');
    await page.getByRole('heading', { name: 'Filing failed' }).waitFor();
    expect(await page.locator('#document > .heading .state').textContent()).toBe('Failed');

    expect(await details.getAttribute('open')).not.toBeNull();
    expect(await details.locator('summary').evaluate((it) => it === document.activeElement)).toBe(
      true,
    );
    // The failure stands above what is read, and pushes it nowhere.
    expect(await topOf(details)).toBeCloseTo(top, 0);
    await checkStayed();
  });
});

const topOf = (locator: Locator) =>
  locator.evaluate((element) => element.getBoundingClientRect().top);

const isInView = (locator: Locator) =>
  locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
