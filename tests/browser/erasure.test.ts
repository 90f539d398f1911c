import { expect, it } from 'vitest';
import { eventually, useSite } from './browser.ts';

const site = useSite({ steps: [] });

it(
  'an administrator erases a document, and whoever looks at it is told',
  { timeout: 60_000 },
  async () => {
    site.expectComplaints(/status of 410/);
    const [uploaded] = await site.app.upload({ name: 'secret.txt', content: 'It is secret.' });
    const path = `/documents/${uploaded?.id}`;
    const [page, other] = await Promise.all([site.openSignedIn(), site.openSignedIn()]);
    const board = await site.openSignedIn();
    await board.getByText('secret.txt').first().waitFor();
    await Promise.all([page.goto(path), other.goto(path)]);

    await page.getByText('Erase document').first().click();
    const form = page.locator('#act-erase form');
    await form.getByLabel('Reason').fill('asked for by whom it is about');
    await form.getByRole('button').click();
    await page.getByText('No documents yet').waitFor();
    expect(new URL(page.url()).pathname).toBe('/');

    await other.getByRole('heading', { name: 'This document was erased' }).waitFor();
    await other.getByText('asked for by whom it is about').waitFor();
    await eventually(() => other.getByText('secret.txt').count()).toBe(0);
    await eventually(() => board.getByText('secret.txt').count()).toBe(0);
  },
);
