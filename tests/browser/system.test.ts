import { describe, expect, it } from 'vitest';
import { eventually, useSite, watchForReload } from './browser.ts';
import { gatedSteps } from './gated-steps.ts';
import { receiveMany } from './received.ts';

const gates = gatedSteps();
const site = useSite({ steps: gates.steps });

/** Holds a subscription's checkpoint, as another process would that works on it. */
async function holding(subscription: string, work: () => Promise<void>): Promise<void> {
  await site.app.database.database.sql.begin(async (sql) => {
    await sql`SELECT FROM subscriptions WHERE name = ${subscription} FOR UPDATE`;
    await work();
  });
}

/** How many events the search has not passed. */
async function behind(): Promise<number> {
  const [row] = await site.app.database.database.sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM events
    WHERE position > (SELECT position FROM subscriptions WHERE name = 'document-search')`;
  return row?.count ?? 0;
}

describe('the system page', () => {
  it('shows lag, queues and browsers live', async () => {
    const page = await site.openSignedIn();
    await page.goto('/system');
    const checkStayed = await watchForReload(page);
    const cell = (row: string, label: string) =>
      page
        .getByRole('row')
        .filter({ has: page.getByRole('rowheader', { name: row, exact: true }) })
        .locator(`[data-label="${label}"]`)
        .textContent();
    await eventually(() => cell('document-search', 'Lag')).toBe('0');
    await holding('document-search', async () => {
      const [uploaded] = await site.app.upload({ name: 'lagging.txt', content: 'lagging' });
      await eventually(() => cell('step-reading', 'Active')).toBe('1');
      await eventually(() => cell('document-search', 'Lag')).toBe(String(await behind()));
      await eventually(() => cell('document-board', 'Lag')).toBe('0');
      gates.finish(uploaded?.id ?? '');
    });
    await eventually(() => cell('document-search', 'Lag')).toBe('0');
    await eventually(() => cell('step-filing', 'Active')).toBe('1');
    await page.getByText('Connected browsers 1').waitFor();
    const beside = await page.context().newPage();
    await beside.goto('/');
    await page.getByText('Connected browsers 2').waitFor();
    await checkStayed();
  });

  it('rebuilds a read model under a page that shows it', async () => {
    await receiveMany(site.app, 100, (index) => `${index}.txt`);
    const page = await site.openSignedIn();
    const checkStayed = await watchForReload(page);
    const system = await page.context().newPage();
    await system.goto('/system');
    const button = system.getByRole('button', { name: 'Rebuild document-board' });
    await holding('document-board', async () => {
      await button.click();
      await system.getByRole('progressbar', { name: 'Rebuild of document-board' }).waitFor();
      await system.getByText(/\d+ of \d+ events/).waitFor();
    });
    await button.waitFor();
    // The board is taken anew, without losing a row or its connection.
    const [uploaded] = await site.app.upload({ name: 'after.txt', content: 'after' });
    await page.locator(`#document-${uploaded?.id}`).getByText('Reading').waitFor();
    expect(await page.locator('#documents tr').count()).toBeGreaterThan(50);
    await checkStayed();
  });
});
