import { describe, expect, it } from 'vitest';
import { eventually, useSite, watchForReload } from './browser.ts';

const site = useSite();

describe('an empty board', () => {
  it('teaches, and its sample documents come in live', { timeout: 60_000 }, async () => {
    const page = await site.openSignedIn();
    const rows = page.locator('#documents tr');
    await page.getByRole('heading', { name: 'No documents yet' }).waitFor();
    await page.getByText('Drop files anywhere on this page').waitFor();
    await page.getByRole('button', { name: 'Try it with sample documents' }).click();

    await eventually(() => rows.count()).toBe(6);
    const checkStayed = await watchForReload(page);
    expect(await page.getByText('No documents yet').isVisible()).toBe(false);

    const readable = rows.filter({ hasNotText: 'confidential-annex.pdf' });
    await eventually(() => readable.locator('.status .state').allTextContents(), 50_000).toEqual(
      Array(5).fill('Completed'),
    );
    expect(await readable.locator('.percent').allTextContents()).toEqual(Array(5).fill('100 %'));

    const encrypted = rows.filter({ hasText: 'confidential-annex.pdf' });
    expect(await encrypted.getAttribute('data-status')).toBe('failed');
    const reason = (await encrypted.locator('.error').textContent()) ?? '';
    expect(reason).toMatch(/password/i);
    for (const [status, count] of Object.entries({ completed: '5', failed: '1', all: '6' }))
      await eventually(() => page.locator(`.chips [data-count=${status}]`).textContent()).toBe(
        count,
      );
    await checkStayed();

    await encrypted.getByRole('link').click();
    await page.getByRole('heading', { name: 'Inspection failed' }).waitFor();
    expect(await page.locator('.advice').textContent()).toContain(reason);
  });
});
