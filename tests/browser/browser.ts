import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { findChromium } from './chromium.ts';

/** A Doctrail and a browser for the tests of one file. */
export interface Site {
  readonly app: TestApp;
  /** A page in a context of its own, which nobody signed in. */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** A page signed in as administrator through a one-time link, on the board. `at`: another origin. */
  openSignedIn(options?: BrowserContextOptions & { at?: string }): Promise<Page>;
  /** The browser's complaints that match are expected until the test ends; all others fail it. */
  expectComplaints(pattern: RegExp): void;
}

/** Playwright already keeps background traffic off; these are what is left of it. */
const args = ['--no-pings', '--disable-domain-reliability', '--disable-features=OptimizationHints'];

const WAIT_MS = 10_000;

/**
 * Starts both before the tests of a file and ends them after. A test fails when a page of it had an
 * error, wrote one to its console or broke the content policy.
 */
export function useSite(options?: Parameters<typeof startTestApp>[0]): Site {
  let app: TestApp | undefined;
  let browser: Browser | undefined;
  let complaints: string[] = [];
  let expected: RegExp[] = [];

  beforeAll(async () => {
    const { executablePath, env } = await findChromium();
    const own = Object.entries(process.env).filter((pair): pair is [string, string] => !!pair[1]);
    [app, browser] = await Promise.all([
      startTestApp(options),
      chromium.launch({ executablePath, args, env: { ...Object.fromEntries(own), ...env } }),
    ]);
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
    const unexpected = complaints.filter((words) => !expected.some((each) => each.test(words)));
    [complaints, expected] = [[], []];
    expect(unexpected, 'what the browser complained about').toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  function listen(page: Page): void {
    page.on('pageerror', (error) => complaints.push(`${error.name}: ${error.message}`));
    // Violations of the content policy are errors of the console, too.
    page.on('console', (message) => {
      const { url } = message.location();
      if (['error', 'warning'].includes(message.type()))
        complaints.push(`${message.text()} (${url})`);
    });
  }

  const site: Site = {
    get app() {
      if (!app) throw new Error('Doctrail is there within tests only.');
      return app;
    },
    async open(options) {
      if (!browser) throw new Error('The browser is there within tests only.');
      const context = await browser.newContext({ baseURL: site.app.url, ...options });
      context.setDefaultTimeout(WAIT_MS);
      context.on('page', listen);
      return context.newPage();
    },
    async openSignedIn({ at = site.app.url, ...options } = {}) {
      const page = await site.open({ baseURL: at, ...options });
      await page.goto(`/sign-in/${await site.app.cradle.accounts.createSignInLink()}`);
      return page;
    },
    expectComplaints: (pattern) => void expected.push(pattern),
  };
  return site;
}

/** Looks until the expectation holds. */
export const eventually = <Value>(look: () => Value, within = WAIT_MS) =>
  expect.poll(look, { timeout: within, interval: 50 });

/** Gives a check that the page was never loaded anew since. */
export async function watchForReload(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => Object.assign(globalThis, { stayed: true }));
  return async () => {
    expect(await page.evaluate(() => 'stayed' in globalThis), 'the page stayed').toBe(true);
  };
}

/** Does what leads to another page, and waits until that has been loaded, even at the same address. */
export async function landing(page: Page, act: () => Promise<unknown>): Promise<void> {
  const loaded = page.waitForEvent('load');
  await act();
  await loaded;
}
