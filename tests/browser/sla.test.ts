import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { eventually, useSite, watchForReload } from './browser.ts';
import { gatedSteps } from './gated-steps.ts';

const { steps, finish } = gatedSteps();
const site = useSite({ steps, env: { SLA_WARNINGS: '50' } });

/** What is promised of every document from now on. */
async function promise(documentMs: number): Promise<void> {
  const answer = await site.app.ask('/api/sla/targets', {
    as: 'admin',
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      targets: [],
      default: { documentMs, stepMs: null, steps: {}, calendar: { kind: 'always' } },
      reason: 'for this test',
    }),
  });
  expect(answer.status).toBe(200);
}

async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    found.push(...violations.map(({ id, nodes }) => `${colorScheme} ${id} ${nodes[0]?.html}`));
  }
  return found;
}

const section = (page: Page, name: string) => page.getByRole('region', { name });
const standing = (page: Page, state: string) => page.locator(`.standing [data-status='${state}']`);

describe('the SLA page', () => {
  it('teaches while there is no document', async () => {
    const page = await site.openSignedIn();
    await page.getByRole('link', { name: 'SLA', exact: true }).click();
    await page.getByRole('heading', { name: 'No document yet' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await shoot(page, 'empty');
  });

  it(
    'shows a document that goes at risk, is late and ends, without a reload',
    { timeout: 120_000 },
    async () => {
      const page = await site.openSignedIn();
      await page.goto('/sla');
      await page.getByText('Live', { exact: true }).waitFor();
      const checkStayed = await watchForReload(page);
      await promise(8_000);
      const [uploaded] = await site.app.upload({ name: 'late.txt', content: 'It takes its time.' });
      await standing(page, 'on-track').getByText('1').waitFor();
      const atRisk = section(page, 'At risk');
      await atRisk.getByRole('link', { name: 'late.txt' }).waitFor();
      await atRisk.getByText(/^in \d s$/).waitFor();
      const late = section(page, 'Late, and still under way');
      await late.getByRole('link', { name: 'late.txt' }).waitFor({ timeout: 60_000 });
      await atRisk.getByText('No document is at risk.').waitFor();
      await section(page, 'Newest breaches').getByText('Whole document within 8 s').waitFor();
      await eventually(() => page.locator('#tile-missed b').textContent()).toBe('1');
      expect(await violations(page)).toEqual([]);
      await shoot(page, 'breached');
      for (const _step of ['reading', 'filing']) finish(uploaded?.id ?? '');
      await eventually(() => page.locator('#tile-completed b').textContent()).toBe('1');
      await late.getByText('No document under way is late.').waitFor();
      await page.locator('#chart-took-document svg[role="img"]').waitFor();
      await checkStayed();
    },
  );
});

async function shoot(page: Page, name: string): Promise<void> {
  const dir = process.env['SHOTS'];
  if (!dir) return;
  for (const [size, width] of [
    ['wide', 1280],
    ['phone', 390],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${dir}/${name}-${size}-${colorScheme}.png`, fullPage: true });
    }
  await page.setViewportSize({ width: 1280, height: 720 });
}
