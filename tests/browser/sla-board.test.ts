import { beforeAll, describe, expect, it } from 'vitest';
import { formOf } from '../app.ts';
import { eventually, useSite, watchForReload } from './browser.ts';
import { gatedSteps } from './gated-steps.ts';

const gates = gatedSteps();
const site = useSite({ steps: gates.steps, env: { SLA_WARNINGS: '50' } });

const calendar = { kind: 'always' };
const within = (documentMs: number) => ({ documentMs, stepMs: null, steps: {}, calendar });

beforeAll(async () => {
  const targets = [
    { name: 'Urgent', source: 'urgent', label: null, ...within(600_000) },
    { name: 'Soon', source: 'soon', label: null, ...within(2_700_000) },
  ];
  const answer = await site.app.ask('/api/sla/targets', {
    as: 'admin',
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ targets, default: within(86_400_000), reason: 'a test' }),
  });
  expect(answer.status).toBe(200);
});

async function upload(name: string, source = ''): Promise<string> {
  const body = formOf([{ name, content: name }], source ? { source } : {});
  const answer = await site.app.ask('/api/documents', { method: 'POST', body });
  const { documents } = (await answer.json()) as { documents: { id: string }[] };
  return documents[0]?.id ?? '';
}

/** Moves the clock that stamps events and fires timers. */
async function pass(minutes: number): Promise<void> {
  await site.app.database.database.sql.unsafe(`
    CREATE OR REPLACE FUNCTION doctrail_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    $$ SELECT date_trunc('milliseconds', clock_timestamp()) + interval '${minutes} minutes' $$`);
}

async function finish(id: string): Promise<void> {
  gates.finish(id);
  gates.finish(id);
  await site.app.untilStatus(id, 'completed');
}

describe('the board', () => {
  it('shows a document go at risk and breach before the reader’s eyes', async () => {
    const page = await site.openSignedIn();
    const checkStayed = await watchForReload(page);
    const id = await upload('urgent.txt', 'urgent');
    const cell = page.locator(`#document-${id} .sla`);
    await cell.getByText('On track').waitFor();
    await pass(6);
    await cell.getByText('At risk').waitFor();
    await pass(11);
    await cell.getByText('Breached').waitFor();
    await eventually(() => page.locator('[data-count=breached]').textContent()).toBe('1');
    expect(await site.app.document(id)).toMatchObject({ sla: { state: 'breached' } });
    await finish(id);
    await cell.getByText('Met late').waitFor();
    await eventually(() => page.locator('[data-count=breached]').textContent()).toBe('0');
    await checkStayed();
  });

  it('ticks the time that is left', async () => {
    const id = await upload('ticking.txt', 'soon');
    const page = await site.openSignedIn();
    const left = page.locator(`#document-${id} .sla time`);
    await eventually(() => left.textContent()).toMatch(/^\d+ min \d\d s left$/);
    const before = await left.textContent();
    await eventually(() => left.textContent()).not.toBe(before);
    await finish(id);
    await page.locator(`#document-${id} .sla`).getByText('Met', { exact: true }).waitFor();
  });

  it('is filtered by the promise, and sorted by what is due first without moving a row', async () => {
    const later = await upload('later.txt');
    const soon = await upload('soon.txt', 'soon');
    const last = await upload('last.txt');
    const page = await site.openSignedIn();
    const names = page.locator('#documents .name a');
    const three = async () => (await names.allTextContents()).slice(0, 3);
    await page.getByRole('link', { name: 'Due first' }).click();
    await eventually(three).toEqual(['soon.txt', 'later.txt', 'last.txt']);
    const checkStayed = await watchForReload(page);
    await finish(soon);
    await page.locator(`#document-${soon} .sla`).getByText('Met', { exact: true }).waitFor();
    expect(await three()).toEqual(['soon.txt', 'later.txt', 'last.txt']);
    const urgent = await upload('most urgent.txt', 'urgent');
    await pass(22);
    await page.getByRole('link', { name: '1 new' }).waitFor();
    await checkStayed();
    await page.getByRole('link', { name: '1 new' }).click();
    await eventually(three).toEqual(['most urgent.txt', 'later.txt', 'last.txt']);
    await page.getByRole('link', { name: /^Breached/ }).click();
    await eventually(() => names.allTextContents()).toEqual(['most urgent.txt']);
    expect(new URL(page.url()).search).toBe('?sla=breached&sort=due');
    for (const id of [later, last, urgent]) await finish(id);
  });
});
