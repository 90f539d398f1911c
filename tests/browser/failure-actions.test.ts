import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { documentStream } from '../../shared/event.ts';
import { stepSlices } from '../../slices/slices.ts';
import { nameOf, type Deed } from '../faults/fault.ts';
import { faultySteps } from '../faults/faulty-steps.ts';
import { storyOf } from '../faults/story.ts';
import { eventually, useSite, watchForReload } from './browser.ts';

/** Text extraction waits an hour for its retry, inspection long enough to be seen, all others briefly. */
const exceptions = [
  'text-extraction/fault-transient=3:3600000:3600000',
  'inspection/fault-transient=3:2000:2000',
];
const site = useSite({
  steps: faultySteps(stepSlices),
  env: { RETRY_DELAY_MS: '150', RETRY_EXCEPTIONS: exceptions.join(',') },
});

async function upload(step: string, does: Deed, times = Infinity): Promise<string> {
  const name = `${does} ${nameOf({ step, does, times })}.txt`;
  const [uploaded] = await site.app.upload({ name, content: `A note. ${crypto.randomUUID()}` });
  return uploaded?.id ?? '';
}

/** A signed-in page of an administrator's own. */
async function openAt(path: string, options = {}): Promise<Page> {
  const page = await site.openSignedIn(options);
  await page.goto(path);
  return page;
}

const says = (page: Page, words: string) =>
  page.getByText(words, { exact: false }).first().waitFor();
const status = (page: Page) => page.locator('.heading .line .state').first().textContent();

/** Opens the form of an action. */
async function fillIn(page: Page, action: string, reason: string): Promise<void> {
  const form = page.locator('details.action', { hasText: action });
  await form.locator('summary', { hasText: action }).click();
  await form.getByLabel('Reason').fill(reason);
}

const submit = (page: Page) => page.locator('details.action[open] button[type=submit]').click();

async function act(page: Page, action: string, reason: string): Promise<void> {
  await fillIn(page, action, reason);
  await submit(page);
}

const storyNow = async (id: string) =>
  storyOf(await site.app.cradle.store.read(documentStream(id)));

describe('the failures page', () => {
  const codes = (page: Page) => page.locator('.groups tbody th code').allTextContents();

  it('tells five deeds apart, live', { timeout: 60_000 }, async () => {
    const page = await openAt('/failures');
    await says(page, 'Nothing has failed');
    const checkStayed = await watchForReload(page);
    const recovers = await upload('inspection', 'fail-transient', 2);
    await eventually(() => codes(page)).toEqual(['fault-transient']);
    await says(page, 'The shelf is locked. Wait for the key.');
    const others = await Promise.all(
      (['fail-permanent', 'loop', 'memory', 'kill'] as const).map((does) =>
        upload('publication', does),
      ),
    );
    await site.app.untilStatus(recovers, 'completed');
    await eventually(async () => (await codes(page)).toSorted(), 20_000).toEqual([
      'fault-permanent',
      'parser-crashed',
      'parser-out-of-memory',
      'parser-timeout',
    ]);
    for (const id of others) await site.app.untilStatus(id, 'failed');
    await checkStayed();

    const told: [says: string, attempts: number][] = [
      ['The page is blank. Send another one.', 1],
      ['Reading the document took longer than', 1],
      ['needs more memory than is allowed', 1],
      ['The program that reads this document crashed', 4],
    ];
    for (const [index, [words, attempts]] of told.entries()) {
      await page.goto(`/failures/documents/${others[index]}`);
      expect(await page.locator('.advice').textContent()).toContain(words);
      expect(await page.locator('.attempts .attempt').count()).toBe(attempts);
    }
  });
});

describe('of two administrators', () => {
  const reason = 'The key was found.';

  /** A document that waits for its retry; its page in one tab, its failure in the other. */
  async function openBoth(does: Deed = 'fail-transient', step = 'text-extraction', times = 1) {
    const id = await upload(step, does, times);
    await site.app.untilStatus(id, 'retrying', 'failed');
    const page = await openAt(`/documents/${id}`);
    const failure = await openAt(`/failures/documents/${id}`);
    return { id, page, failure };
  }

  it('one retries during the countdown, the other sees it', async () => {
    const { id, page, failure } = await openBoth();
    for (const tab of [page, failure])
      expect(await tab.locator('.advice [data-countdown]').textContent()).toMatch(
        /^in (?:\d+ min|1 h)/,
      );
    const checkStayed = await watchForReload(failure);
    await act(page, 'Retry now', reason);
    for (const tab of [page, failure]) await eventually(() => status(tab)).toBe('Completed');
    await says(failure, `Text extraction is to be tried again now: ${reason}`);
    await checkStayed();
    expect(await storyNow(id)).toContain('TextExtractionFinished 2');
  });

  it('one skips a step on the failure’s page, the other sees it', async () => {
    const { id, page, failure } = await openBoth('fail-permanent', 'classification', Infinity);
    await eventually(() => status(page)).toBe('Failed');
    const checkStayed = await watchForReload(page);
    await act(failure, 'Skip classification', 'Nobody asks what it is.');
    for (const tab of [page, failure]) await eventually(() => status(tab)).toBe('Completed');
    expect(await page.locator('#step-classification').textContent()).toMatch(/skipped/i);
    await says(page, 'Classification was skipped: Nobody asks what it is.');
    await checkStayed();
    expect((await storyNow(id)).at(-1)).toBe('DocumentCompleted');
  });

  it('one gives up, and the countdown of the other ends', async () => {
    const { id, page, failure } = await openBoth();
    const checkStayed = await watchForReload(failure);
    await act(page, 'Give up', 'The key is lost.');
    for (const tab of [page, failure]) {
      await eventually(() => status(tab)).toBe('Failed');
      await eventually(() => tab.locator('.advice [data-countdown]').count()).toBe(0);
    }
    await says(failure, 'Text extraction was given up: The key is lost.');
    await checkStayed();
    expect((await storyNow(id)).at(-1)).toBe('given up text-extraction: requested');
  });

  it('one cancels the document, the other sees it', async () => {
    const { id, page, failure } = await openBoth();
    const checkStayed = await watchForReload(page);
    await act(failure, 'Cancel document', 'It is not needed.');
    for (const tab of [page, failure]) await eventually(() => status(tab)).toBe('Cancelled');
    await says(page, 'The document was cancelled: It is not needed.');
    // All that is left to do about it.
    expect(await page.locator('details.action summary').allInnerTexts()).toEqual([
      'Erase document',
    ]);
    await checkStayed();
    expect((await storyNow(id)).at(-1)).toBe('DocumentCancelled');
  });

  it('the one who comes too late is told so', async () => {
    site.expectComplaints(/status of 409/);
    const { id, page } = await openBoth();
    // Without scripts the page stays as it was.
    const late = await openAt(`/failures/documents/${id}`, { javaScriptEnabled: false });
    await act(page, 'Retry now', reason);
    await site.app.untilStatus(id, 'completed');
    await act(late, 'Skip text extraction', reason);
    await says(
      late,
      'Text extraction has finished. Reprocess the document from it to run it once more.',
    );
    expect(await storyNow(id)).not.toContain('StepSkipped');
  });

  it('who retry at the same moment one is refused, and it is retried once', async () => {
    site.expectComplaints(/status of 409/);
    const { id } = await openBoth();
    const path = `/failures/documents/${id}`;
    const tabs = await Promise.all([1, 2].map(() => openAt(path, { javaScriptEnabled: false })));
    for (const tab of tabs) await fillIn(tab, 'Retry now', reason);
    const answers = tabs.map((tab) =>
      tab.waitForResponse((answer) => answer.request().method() === 'POST'),
    );
    await Promise.all(tabs.map(submit));
    const statuses = (await Promise.all(answers)).map((answer) => answer.status());
    expect(statuses.toSorted((one, other) => one - other)).toEqual([303, 409]);
    // How far the other's retry has come by then, nobody knows.
    const refusal = /Somebody was faster|is running now|Text extraction has finished/;
    const refused = tabs[statuses.indexOf(409)]?.locator('main');
    await eventually(() => refused?.textContent()).toMatch(refusal);
    await site.app.untilStatus(id, 'completed');
    const asked = (await storyNow(id)).filter((told) => told === 'StepRetryRequested');
    expect(asked).toHaveLength(1);
  });
});
