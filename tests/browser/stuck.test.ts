import type { Locator, Page } from 'playwright';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { documentStream } from '../../shared/event.ts';
import { countText } from '../../slices/document-board/board-row.contract.ts';
import { breakableSteps, classified, FINDINGS, Stamped } from './breakable-steps.ts';
import { eventually, landing, useSite, watchForReload } from './browser.ts';

// Each wait has a limit of its own; on a busy machine their sum may be longer than a test's usual one.
vi.setConfig({ testTimeout: 60_000 });

const { steps, broken, tear, dispatched } = breakableSteps();
const site = useSite({ steps });

const raw = () => site.app.database.database.sql;
const read = (stream: string) => site.app.cradle.store.read(stream);
const lastRedrive = async () => (await read('redrives')).at(-1);

// A job that throws is given up at once.
beforeAll(async () => {
  await raw()`UPDATE pgboss.queue SET retry_limit = 0 WHERE name = 'dispatch'`;
});

async function received(name: string): Promise<string> {
  const [uploaded] = await site.app.upload({ name, content: `${name} ${crypto.randomUUID()}` });
  return uploaded?.id ?? '';
}

/** One that everything handles, so that what is broken is seen to hold nobody else up. */
async function completed(name: string): Promise<string> {
  const id = await received(name);
  await site.app.untilStatus(id, 'completed');
  return id;
}

/** The tries that come by themselves would be in a race with the test: they are put off. */
const putTriesOff = async () =>
  raw()`UPDATE parked_streams SET next_try_at = doctrail_now() + interval '1 hour'
    WHERE next_try_at IS NOT NULL`;

/** The search folds the same event, and stops at it as the board does. */
async function runSearchAgain(document: string): Promise<void> {
  const { bus } = site.app.cradle.runtime;
  const redriven = () => bus.redrive('document-search', documentStream(document));
  await eventually(redriven).toBe('handled');
}

async function openFailures(options = {}): Promise<Page> {
  const page = await site.openSignedIn(options);
  await page.goto('/failures');
  return page;
}

const delivery = (page: Page, subscription: string, document: string) =>
  page.locator(`#delivery-${subscription}-document-${document}`);

const job = (page: Page, document: string) =>
  page.locator('[aria-labelledby=jobs-title] tbody tr').filter({
    has: page.locator(`a[href="/documents/${document}"]`),
  });

async function fillIn(within: Locator, button: string, reason: string): Promise<Locator> {
  const form = within
    .locator('details.action')
    .filter({ has: within.page().locator('summary', { hasText: button }) });
  await form.locator('summary').click();
  await form.getByLabel('Reason').fill(reason);
  return form.getByRole('button', { name: button });
}

const act = async (within: Locator, button: string, reason: string) =>
  (await fillIn(within, button, reason)).click();

/** As another administrator does. */
async function runJobAgain(id: string): Promise<void> {
  const body = new URLSearchParams({ queue: 'dispatch', id, reason: 'let us see' });
  const init = { as: 'admin', method: 'POST', body, redirect: 'manual' } as const;
  expect((await site.app.ask('/failures/jobs/run-again', init)).status).toBe(303);
}

const stampsOf = async (document: string) =>
  (await read(documentStream(document))).filter(Stamped.is);
const stamps = async (document: string) => (await stampsOf(document)).map(({ data }) => data.on);
const BOTH = ['DocumentReceived', 'DocumentCompleted'];

/** The board's rows as text, without what only says when they were told. */
async function boardRows(): Promise<string[]> {
  const rows = await raw()<{ row: string }[]>`
    SELECT (to_jsonb(b) - 'revision')::text AS row FROM document_board b ORDER BY 1`;
  return rows.map(({ row }) => row);
}

const boardTable = async () =>
  (await raw()`SELECT 'document_board'::regclass::oid AS id`)[0]?.['id'];

async function rebuildBoard(): Promise<void> {
  const before = await boardTable();
  const path = '/system/read-models/document-board/rebuild';
  const answer = await site.app.ask(path, { as: 'admin', method: 'POST', redirect: 'manual' });
  expect(answer.status).toBe(303);
  await eventually(boardTable).not.toBe(before);
}

describe('an event that the board cannot apply', () => {
  it('is told on its row and above, is listed, mended and run again', async () => {
    const board = await site.openSignedIn();
    const failures = await openFailures();
    await failures.getByText('Live', { exact: true }).waitFor();
    const checkStayed = await watchForReload(board);
    broken.findings.add('torn.txt');
    const id = await received('torn.txt');

    const row = board.locator(`#document-${id}`);
    const notice = board.locator('.notice');
    // Otherwise all its events might come at once, and wait together.
    await row.locator('.status').getByText('Classification').waitFor();
    tear();
    await row.locator('.tag.stuck').waitFor();
    await notice.waitFor();
    expect(await notice.locator('b').textContent()).toBe('1');
    const whole = await completed('whole.txt');
    await board.locator(`#document-${whole}[data-status=completed]`).waitFor();
    expect(await board.locator('.tag.stuck').count()).toBe(1);

    const listed = delivery(failures, 'document-board', id);
    await listed.waitFor();
    await putTriesOff();
    await listed.getByText(/next try in (59 min|1 h)/).waitFor();
    const [parked] = await raw()<{ attempts: number }[]>`
      SELECT attempts FROM parked_streams WHERE subscription = 'document-board'`;
    const words = await listed.innerText();
    expect(words).toContain('document-board');
    expect(words).toContain(documentStream(id));
    expect(words).toContain('ClassificationFinished');
    expect(words).toContain('BlobDamaged');
    expect(words).toContain(countText(parked?.attempts ?? 0, 'attempt'));
    // That it is complete, which only the board does not know.
    expect(words).toContain('1 event');
    expect(await failures.getByText('Nothing has failed').count()).toBe(0);

    await listed.getByRole('link', { name: 'Preview' }).click();
    expect(await failures.locator('.history summary').allTextContents()).toEqual([
      'ClassificationFinished',
      'DocumentCompleted',
    ]);
    await failures.getByRole('link', { name: 'Failures', exact: true }).click();

    await site.app.cradle.blobs.put(id, FINDINGS);
    await runSearchAgain(id);
    await act(listed, 'Run again', 'found in the bin');
    await board.locator(`#document-${id}[data-status=completed]`).waitFor();
    await row.locator('.tag.stuck').waitFor({ state: 'detached' });
    await notice.waitFor({ state: 'hidden' });
    expect(await row.innerText()).toContain('A parcel');
    expect((await site.app.document(id)).fields).toHaveLength(1);
    await failures.waitForURL(/\/failures$/);
    await failures.locator('#deliveries-title').waitFor({ state: 'detached' });
    await checkStayed();

    const asked = await lastRedrive();
    expect(asked).toMatchObject({
      type: 'RedriveRequested',
      data: {
        subscription: 'document-board',
        stream: documentStream(id),
        reason: 'found in the bin',
      },
      metadata: { actor: expect.stringMatching(/^user:/) as string },
    });
    const actor = asked?.metadata.actor ?? '';
    expect((await site.app.cradle.actorNames.of([actor])).get(actor)).toBe('Administrator');
    const live = await boardRows();
    await rebuildBoard();
    expect(await boardRows()).toEqual(live);
  });

  it('is told when nothing else changes, and leads to where it is listed', async () => {
    const id = await completed('lost.txt');
    const board = await site.openSignedIn();
    await board.getByText('Live', { exact: true }).waitFor();
    const other = Buffer.from('{"fields":[],"evidence":[]}');
    await site.app.cradle.store.append({
      stream: documentStream(id),
      expected: null,
      events: [classified(other)],
      metadata: { correlation: id, causation: null, actor: 'user:test', command: 'test' },
    });
    await board.locator('.notice').waitFor();
    await board.locator(`#document-${id} .tag.stuck`).click();
    await board.locator('#deliveries:target').waitFor();
    await putTriesOff();
    await site.app.cradle.blobs.put(id, other);
    await runSearchAgain(id);
    await act(delivery(board, 'document-board', id), 'Run again', 'found');
    await board.locator('#deliveries').waitFor({ state: 'detached' });
  });
});

describe('a reactor that throws', () => {
  it('holds its document up, alone, until all is run again in order', async () => {
    const page = await openFailures();
    broken.stamp.add('smooth.txt').add('wet.txt');
    const smooth = await completed('smooth.txt');
    await delivery(page, 'stamp', smooth).getByText('No ink for smooth.txt.').first().waitFor();
    await delivery(page, 'stamp', smooth).getByText('1 event').waitFor();
    await fillIn(delivery(page, 'stamp', smooth), 'Run again', 'half a sen');

    // What comes meanwhile leaves the open form alone.
    const wet = await completed('wet.txt');
    await delivery(page, 'stamp', wet).getByText('1 event').waitFor();
    const reason = delivery(page, 'stamp', smooth).getByLabel('Reason');
    expect(await reason.inputValue()).toBe('half a sen');
    expect(await reason.isVisible()).toBe(true);
    await putTriesOff();
    const dry = await completed('dry.txt');
    await eventually(() => stamps(dry)).toEqual(BOTH);
    expect([await stamps(smooth), await stamps(wet)]).toEqual([[], []]);

    broken.stamp.clear();
    await act(page.locator('#deliveries .titled'), 'Run all again', 'new ink');
    await page.locator('#deliveries').waitFor({ state: 'detached' });
    const [first, second] = [await stampsOf(smooth), await stampsOf(wet)];
    expect([first, second].map((each) => each.map(({ data }) => data.on))).toEqual([BOTH, BOTH]);
    expect(first.at(-1)?.position).toBeLessThan(second[0]?.position ?? 0);
    expect(await stamps(dry)).toEqual(BOTH);
    expect((await lastRedrive())?.data).toMatchObject({
      what: 'deliveries',
      subscription: null,
      stream: null,
      reason: 'new ink',
    });
  });

  it('stays parked when it throws again, and says so', async () => {
    const page = await openFailures();
    broken.stamp.add('greasy.txt');
    const id = await completed('greasy.txt');
    const listed = delivery(page, 'stamp', id);
    await listed.waitFor();
    await putTriesOff();
    await listed.getByText('next try').waitFor();
    await act(listed, 'Run again', 'let us see');
    await listed.getByText('next try').waitFor({ state: 'detached' });
    await listed.getByText('No ink for greasy.txt.').first().waitFor();
    broken.stamp.clear();
    await act(listed, 'Run again', 'degreased');
    await listed.waitFor({ state: 'detached' });
    expect(await stamps(id)).toEqual(BOTH);
  });
});

describe('a job that fails', () => {
  it('is listed with what waits behind it, and runs again from the page', async () => {
    const page = await openFailures();
    broken.dispatch.add('heavy.txt');
    const id = await completed('heavy.txt');
    const listed = job(page, id);
    await listed.getByText('No van for heavy.txt.').first().waitFor();
    await listed.getByText('1 attempt').waitFor();
    await listed.getByText('1 job').waitFor();
    // Of an attempt that somebody else asks for the page hears nothing: it looks.
    const checkStayed = await watchForReload(page);
    const [failed] = (await site.app.cradle.queue.failed(1)).jobs;
    await runJobAgain(failed?.id ?? '');
    await listed.getByText('2 attempts').waitFor();
    await checkStayed();
    await completed('light.txt');
    const done = () => dispatched.filter((each) => /^(heavy|light)/.test(each));
    await eventually(done).toEqual(['light.txt, DocumentReceived', 'light.txt, DocumentCompleted']);

    broken.dispatch.clear();
    await act(listed, 'Run again', 'a larger van');
    await listed.waitFor({ state: 'detached' });
    await eventually(() => done().slice(2)).toEqual([
      'heavy.txt, DocumentReceived',
      'heavy.txt, DocumentCompleted',
    ]);
    expect((await lastRedrive())?.data).toMatchObject({
      what: 'jobs',
      queue: 'dispatch',
      reason: 'a larger van',
    });
  });
});

describe('without JavaScript', () => {
  it('both are listed and run again, and who comes too late is told', async () => {
    site.expectComplaints(/status of 409/);
    broken.stamp.add('plain.txt');
    broken.dispatch.add('plain.txt');
    const id = await completed('plain.txt');
    const failedJobs = async () =>
      (await raw()`SELECT FROM pgboss.job WHERE name = 'dispatch' AND state = 'failed'`).length;
    await eventually(failedJobs).toBe(1);
    const parked = async () => (await raw()`SELECT FROM parked_streams`).length;
    await eventually(parked).toBe(1);
    await putTriesOff();
    const page = await openFailures({ javaScriptEnabled: false });
    const late = await openFailures({ javaScriptEnabled: false });

    broken.stamp.clear();
    await delivery(page, 'stamp', id).getByRole('link', { name: 'Preview' }).click();
    await act(page.locator('main'), 'Run again', 'new ink');
    await page.waitForURL(/\/failures$/);
    await eventually(parked).toBe(0);
    await act(delivery(late, 'stamp', id), 'Run again', 'new ink');
    await late.getByText('It is not stuck any more').waitFor();

    broken.dispatch.clear();
    await landing(page, () => act(job(page, id), 'Run again', 'a larger van'));
    await eventually(failedJobs).toBe(0);
    await page.reload();
    await page.getByRole('heading', { name: 'Nothing has failed' }).waitFor();
    expect(await page.locator('.stuck').count()).toBe(0);
    expect(await stamps(id)).toEqual(BOTH);
  });
});
