import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProvider, type TestProvider } from '../../slices/accounts/openid/provider.fixture.ts';
import { landing, useSite } from './browser.ts';
import { gatedSteps } from './gated-steps.ts';

let provider: TestProvider;
const env: Record<string, string> = {};
beforeAll(async () => {
  provider = await startProvider();
  Object.assign(env, provider.env);
  provider.people.set('ada', { name: 'Ada', email: 'ada@example.org', email_verified: true });
});
const site = useSite({ steps: gatedSteps().steps, env });
afterAll(() => provider.stop());

it('single sign-on leads over the provider to where somebody wanted to go', async () => {
  const { accounts } = site.app.cradle;
  const email = 'ada@example.org';
  await accounts.addUser({ name: 'Ada', email, role: 'viewer' }, { actor: 'system:test' });
  const page = await site.open();
  await page.goto('/system');
  await landing(page, () => page.getByRole('link', { name: 'Sign in with Acme' }).click());
  expect(page.url()).toMatch(provider.env['OIDC_ISSUER'] ?? '');
  await page.getByLabel('Login').fill('ada');
  await landing(page, () => page.getByRole('button', { name: 'Go on' }).click());
  await page.getByRole('heading', { name: 'System' }).waitFor();
  expect(page.url()).toBe(`${site.app.url}/system`);

  await landing(page, () => page.getByRole('button', { name: 'Sign out' }).click());
  expect(page.url()).toBe(`${site.app.url}/sign-in`);
});

it('single sign-on that somebody cancels leads back to the sign-in page, which says so', async () => {
  site.expectComplaints(/status of 401/);
  const page = await site.open();
  await page.goto('/sign-in');
  await landing(page, () => page.getByRole('link', { name: 'Sign in with Acme' }).click());
  await landing(page, () => page.getByRole('button', { name: 'Go on' }).click());
  await page.getByRole('alert').getByText('You were not signed in at Acme').waitFor();
  await page.getByLabel('Password').waitFor();
});
