import { afterAll, beforeAll, describe, it } from 'vitest';
import { pino } from 'pino';
import type { Page } from 'playwright';
import { startDoctrail, type Doctrail } from '../../slices/doctrail.ts';
import { eventually, useSite, watchForReload } from './browser.ts';
import { openFlakyNetwork, type FlakyNetwork } from './flaky-network.ts';
import { gatedSteps } from './gated-steps.ts';
import { receiveMany } from './received.ts';

const gates = gatedSteps();
const site = useSite({ steps: gates.steps });

/** What the contract promises: the board is true again within two seconds. */
const TRUE_AGAIN_MS = 2_000;
const PAUSED = /^Live updates paused since \d\d:\d\d$/;
const BROKEN = /ERR_[A-Z_]+|htmx:(sse:)?error/;

/** The browser looks at a server of its own, so that documents change while that one is away. */
let web: Doctrail;
let network: FlakyNetwork;
const startWeb = (port: number) =>
  startDoctrail(
    { ...site.app.cradle.config, role: 'web', port },
    { steps: gates.steps, log: pino({ level: 'silent' }) },
  );

beforeAll(async () => {
  web = await startWeb(0);
  network = await openFlakyNetwork(web.url ?? '');
});
afterAll(async () => {
  await network.close();
  await web.stop();
});

async function upload(name: string): Promise<string> {
  const [uploaded] = await site.app.upload({ name, content: crypto.randomUUID() });
  return uploaded?.id ?? '';
}

/** A signed-in page on a board of three running documents. */
async function openBoard(at: string, { ownClock = false } = {}) {
  const ids = await Promise.all(['one.txt', 'two.txt', 'three.txt'].map(upload));
  const page = await site.openSignedIn({ at });
  if (ownClock) {
    await page.clock.install();
    await page.goto('/');
  }
  await says(page, /^Live$/);
  for (const id of ids) await page.locator(`#document-${id}`).getByText('Reading').waitFor();
  return { page, ids, checkStayed: await watchForReload(page) };
}

/** New, failed and completed documents. */
async function change([first = '', second = '']: string[]): Promise<void> {
  const added = await upload('meanwhile.txt');
  for (const id of [first, first, added]) gates.finish(id);
  gates.fail(second, 'It broke meanwhile.');
  await site.app.untilStatus(first, 'completed');
  await site.app.untilStatus(second, 'failed');
  await site.app.untilStatus(added, 'processing');
}

/** A message that was under way may say "Live" once more; silence is told after eleven seconds. */
const says = (page: Page, words: RegExp) =>
  eventually(() => page.locator('#connection-text').textContent(), 15_000).toMatch(words);

/** Looks until the page shows what the table holds. */
async function isTrue(page: Page, within = TRUE_AGAIN_MS): Promise<void> {
  await eventually(async () => (await shownRows(page)) === (await storedRows()), within).toBe(true);
  await says(page, /^Live$/);
}

const shownRows = async (page: Page) =>
  (
    await page
      .locator('#documents tr')
      .evaluateAll((rows) => rows.map((row) => `${row.id} ${row.getAttribute('data-status')}`))
  ).join('\n');

async function storedRows(): Promise<string> {
  const answer = await site.app.ask('/api/documents');
  const { documents } = (await answer.json()) as { documents: { id: string; status: string }[] };
  return documents.map(({ id, status }) => `document-${id} ${status}`).join('\n');
}

describe('a board whose connection drops', () => {
  it('says so when the server stops, and is true when it is back', async () => {
    site.expectComplaints(BROKEN);
    const { page, ids, checkStayed } = await openBoard(web.url ?? '');
    await web.stop();
    await says(page, PAUSED);
    await change(ids);
    web = await startWeb(Number(new URL(web.url ?? '').port));
    await isTrue(page);
    await checkStayed();
  });

  it('survives a server that was killed', async () => {
    site.expectComplaints(BROKEN);
    const { page, ids, checkStayed } = await openBoard(network.url);
    await network.cut();
    await says(page, PAUSED);
    await change(ids);
    await network.restore();
    await isTrue(page);
    await checkStayed();
  });

  it('is true again when the machine is back on line', async () => {
    site.expectComplaints(BROKEN);
    const { page, ids, checkStayed } = await openBoard(network.url);
    network.silence();
    await page.context().setOffline(true);
    await says(page, PAUSED);
    await change(ids);
    await page.context().setOffline(false);
    await isTrue(page);
    await checkStayed();
  });

  it('is true again when the machine wakes up', async () => {
    site.expectComplaints(BROKEN);
    const { page, ids, checkStayed } = await openBoard(network.url, { ownClock: true });
    network.silence();
    await change(ids);
    await page.clock.fastForward('30:00');
    await isTrue(page);
    await checkStayed();
  });

  it('is true again when its tab is shown again', async () => {
    const { page, ids, checkStayed } = await openBoard(network.url);
    const streams = web.cradle.streams.count();
    await setHidden(page, true);
    await eventually(() => web.cradle.streams.count()).toBe(streams - 1);
    await change(ids);
    await setHidden(page, false);
    await isTrue(page);
    await checkStayed();
  });

  it('is true again when a frozen page goes on', async () => {
    const { page, ids, checkStayed } = await openBoard(network.url);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await change(ids);
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    await isTrue(page);
    await checkStayed();
  });

  it('notices a connection that went silent without closing', async () => {
    site.expectComplaints(BROKEN);
    const { page, ids, checkStayed } = await openBoard(network.url, { ownClock: true });
    network.silence();
    await change(ids);
    // Heard every 5 s, given up after 10, which is looked at every second.
    await page.clock.runFor(11_000);
    await isTrue(page);
    await checkStayed();
  });

  it('takes itself anew when it has missed more than is sent', async () => {
    const { page, ids, checkStayed } = await openBoard(network.url);
    await setHidden(page, true);
    await change(ids);
    await receiveMany(site.app, 250, (index) => `${index}.txt`);
    await setHidden(page, false);
    await isTrue(page);
    const later = await upload('later.txt');
    await page.locator(`#document-${later}`).getByText('Reading').waitFor();
    await checkStayed();
  });
});

/** No browser hides a page that it drives, so the page is told what a hidden one would be. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}
