import { AxeBuilder } from '@axe-core/playwright';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { eventually, useSite } from './browser.ts';
import { fillEveryPage, openPages, realStepsAndOneThatWaits } from './every-page.ts';

const { steps, finish } = realStepsAndOneThatWaits();
const site = useSite({ steps });
const REFUSED = /status of 4(00|04|10)/;

/** Everything axe knows, and in the dark what is different there: colours. Without motion, which changes them. */
async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Legacy: without frames of other origins, of which there are none; half as long.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    if (colorScheme === 'dark') axe.withRules('color-contrast');
    for (const { id, nodes } of (await axe.analyze()).violations)
      for (const { html, failureSummary } of nodes)
        found.push(`${colorScheme}, ${id}: ${html} ${failureSummary}`);
  }
  return found;
}

const widthOf = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe('an empty board', () => {
  it('passes axe in both themes, and fits a phone', async () => {
    const page = await site.openSignedIn(phone);
    await page.getByRole('heading', { name: 'No documents yet' }).waitFor();
    expect(await widthOf(page)).toBe(390);
    expect(await violations(page)).toEqual([]);
  });
});

describe('every page', () => {
  let pages: Record<string, string> = {};
  beforeAll(async () => {
    pages = await fillEveryPage(site.app, finish);
  });

  it('passes axe in both themes', { timeout: 240_000 }, async () => {
    site.expectComplaints(REFUSED);
    const page = await site.openSignedIn();
    const found: Record<string, string[]> = {};
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(path);
      found[name] = await violations(page);
    }
    const stranger = await site.open();
    for (const [name, path] of Object.entries(openPages)) {
      await stranger.goto(path);
      found[name] = await violations(stranger);
    }
    expect(Object.fromEntries(Object.entries(found).filter(([, all]) => all.length > 0))).toEqual(
      {},
    );
  });

  it('fits a phone, with its list of uploads too', async () => {
    site.expectComplaints(REFUSED);
    site.expectComplaints(/status of 422/);
    const page = await site.openSignedIn(phone);
    for (const [name, path] of Object.entries({ ...pages, ...openPages })) {
      await page.goto(path);
      expect([name, await widthOf(page)]).toEqual([name, 390]);
    }
    await page.goto('/');
    const empty = {
      name: `${'nothing'.repeat(20)}.txt`,
      mimeType: 'text/plain',
      buffer: Buffer.alloc(0),
    };
    await page.setInputFiles('#files', empty);
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    expect(await widthOf(page)).toBe(390);
    expect(await violations(page)).toEqual([]);
  });

  it('lets the keyboard in by a link that skips the header', async () => {
    const page = await site.openSignedIn();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    const reached: string[] = [];
    for (let count = 0; count < 20; count += 1) {
      await page.keyboard.press('Tab');
      reached.push(await focused(page));
    }
    expect(reached.join('\n')).toMatch(/All \d[^]*Failed \d[^]*copy of running\.txt/);
  });

  it('keeps the focus in a row that changes, and glows where motion is welcome', async () => {
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      const [uploaded] = await site.app.upload({
        name: `${reducedMotion}.txt`,
        content: reducedMotion,
      });
      const page = await site.openSignedIn({ reducedMotion });
      await page.evaluate(() => {
        const glow = Element.prototype.animate;
        Element.prototype.animate = function animate(...how) {
          document.body.dataset['glowed'] = 'true';
          return glow.apply(this, how);
        };
      });
      const row = page.locator(`#document-${uploaded?.id}`);
      await row.getByText('Reading').waitFor();
      await row.getByRole('link').focus();
      finish(uploaded?.id ?? '');
      await row.getByText('Completed').waitFor();
      expect(await focused(page)).toBe(`${reducedMotion}.txt`);
      await eventually(() => page.evaluate(() => document.body.dataset['glowed'])).toBe(
        reducedMotion === 'reduce' ? undefined : 'true',
      );
    }
  });

  it('is light or dark as one chooses, on every page', async () => {
    const page = await site.openSignedIn({ colorScheme: 'light' });
    const canvas = () =>
      page.evaluate(
        () => getComputedStyle(document.body.parentElement ?? document.body).backgroundColor,
      );
    const light = await canvas();
    await page.getByRole('button', { name: 'Theme: automatic' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).click();
    await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
    const dark = await canvas();
    expect(dark).not.toBe(light);
    await page.goto('/system');
    expect(await canvas()).toBe(dark);
  });
});

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.textContent.trim().replaceAll(/\s+/g, ' ') ?? '');
