import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually, useSite } from './browser.ts';
import { receiveMany } from './received.ts';

const site = useSite();
const COUNT = 1_000;
const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

let ids: string[] = [];
beforeAll(async () => {
  ids = await receiveMany(site.app, COUNT, (index) => `delivery note ${index} of Ostermann.pdf`);
});

describe(`a board of ${COUNT} documents`, () => {
  it('answers every kind of question quickly', { timeout: 90_000 }, async () => {
    const headers = { cookie: await site.app.session() };
    const times: Record<string, number> = {};
    for (const path of [
      '/',
      '/?status=completed',
      '/?q=ostermann',
      '/?q=note+77',
      '/?before=600',
      '/?sort=due',
      '/?sla=at-risk&sort=due',
    ]) {
      const taken: number[] = [];
      for (let round = 0; round < 40; round += 1) {
        const begun = performance.now();
        const answer = await fetch(`${site.app.url}${path}`, { headers });
        await answer.text();
        taken.push(performance.now() - begun);
        expect(answer.status).toBe(200);
      }
      times[path] = Math.round(taken.toSorted((one, other) => one - other)[37] ?? Infinity);
    }
    console.log('p95 in ms:', times);
    expect(Math.max(...Object.values(times))).toBeLessThan(500);
  });

  it('leads through its pages to every document exactly once, and back', async () => {
    const page = await site.openSignedIn();
    const rows = page.locator('#documents tr');
    const shown = () =>
      rows.evaluateAll((all) => all.map((row) => row.id.slice('document-'.length)));
    const pages: string[][] = [];
    for (;;) {
      pages.push(await shown());
      const older = page.getByRole('link', { name: 'Older' });
      if (!(await older.isVisible())) break;
      await older.click();
      await eventually(shown).not.toEqual(pages.at(-1));
    }
    expect(pages.flat()).toEqual(ids.toReversed());
    await page.getByRole('link', { name: 'Newer' }).click();
    await eventually(shown).toEqual(pages.at(-2));
  });

  it('is searched by words and their beginnings, and filtered', async () => {
    const page = await site.openSignedIn();
    await page.getByLabel('Search documents').fill('note 77');
    const names = page.locator('#documents .name a');
    await eventually(() => names.count()).toBe(11);
    expect(await names.first().textContent()).toBe('delivery note 779 of Ostermann.pdf');
    await page.getByRole('link', { name: /^Failed/ }).click();
    await page.getByText('No document matches “note 77” with the status “failed”').waitFor();
    expect(await page.locator('[data-count=all]').textContent()).toBe('1,000');
  });

  it('loads within its budget', async () => {
    const page = await site.openSignedIn();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
    let transferred = 0;
    devtools.on('Network.loadingFinished', (loaded) => (transferred += loaded.encodedDataLength));
    const bodies = new Map<string, Promise<Buffer>>();
    page.on('response', (response) => {
      if (!response.url().includes('/stream')) bodies.set(response.url(), response.body());
    });
    await page.goto('/');
    await page.getByText('Live', { exact: true }).waitFor();

    const files = await Promise.all(
      [...bodies].map(async ([url, body]) => ({ url, body: await body })),
    );
    const bytes = (some: typeof files) => some.reduce((sum, { body }) => sum + body.length, 0);
    const scripts = files.filter(({ url }) => new URL(url).pathname.endsWith('.js'));
    const zipped = scripts.reduce((sum, { body }) => sum + gzipSync(body).length, 0);
    console.log(
      `first load: ${kB(transferred)} transferred, ${kB(bytes(files))} uncompressed;`,
      `scripts: ${kB(zipped)} gzipped, ${kB(bytes(scripts))} uncompressed`,
    );
    expect(scripts.length).toBeGreaterThan(5);
    expect(transferred).toBeLessThan(100_000);
    expect(zipped).toBeLessThan(30_000);
  });
});
