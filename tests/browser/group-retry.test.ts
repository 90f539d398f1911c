import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { failMany, groupOfCode } from '../failed.ts';
import { eventually, useSite, watchForReload } from './browser.ts';
import { gatedSteps } from './gated-steps.ts';

const DOCUMENTS = 60;
const gates = gatedSteps();
const site = useSite({ steps: gates.steps, env: { BULK_RETRIES_PER_SECOND: '5' } });

/** Opens the form of an action, and sends it with a reason. */
async function act(page: Page, label: string, reason: string): Promise<void> {
  const form = page.locator('details.action').filter({ hasText: label });
  await form.locator('summary').click();
  await form.getByLabel('Reason').fill(reason);
  await form.getByRole('button', { name: label }).click();
}

describe('the retry of a whole group', () => {
  it('is asked for in one tab, seen and stopped in another, and taken up again', async () => {
    const ids = await failMany(site.app, gates.steps, DOCUMENTS, () => 'smudged');
    const group = groupOfCode(gates.steps, 'smudged');
    const [one, two] = [await site.openSignedIn(), await site.openSignedIn()];
    for (const page of [one, two]) await page.goto(`/failures/${group}`);
    const checkStayed = await watchForReload(two);
    const progress = two.locator(`#bulk-${group}`);

    await act(one, 'Retry all', 'the glass was cleaned');
    await progress.getByText('Running').waitFor();
    await progress.getByText('the glass was cleaned').waitFor();
    await eventually(() =>
      progress.locator('progress').evaluate((bar: HTMLProgressElement) => bar.value),
    ).toBeGreaterThan(1);
    await checkStayed();

    await act(two, 'Stop', 'one was enough');
    for (const page of [one, two])
      await page.locator(`#bulk-${group}`).getByText('Stopped').waitFor();
    const asked = async () => {
      const histories = await site.app.cradle.store.readMany(ids.map((id) => `document-${id}`));
      return [...histories.values()].filter((history) =>
        history.some(({ type }) => type === 'StepRetryRequested'),
      ).length;
    };
    const stoppedAt = await asked();
    expect(stoppedAt).toBeLessThan(DOCUMENTS);

    await act(one, 'Retry all', 'and the rest');
    await eventually(asked, 20_000).toBeGreaterThan(stoppedAt);
  });
});
