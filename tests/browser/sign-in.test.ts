import { TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { landing, useSite } from './browser.ts';
import { gatedSteps } from './gated-steps.ts';

const site = useSite({ steps: gatedSteps().steps });

describe('signing in', () => {
  it('by the one-time link opens the board, once', async () => {
    const link = `/sign-in/${await site.app.cradle.accounts.createSignInLink()}`;
    const page = await site.open();
    await page.goto(link);
    await page.getByRole('navigation', { name: 'Screens' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');

    site.expectComplaints(/status of 410/);
    const second = await site.open();
    const answer = await second.goto(link);
    expect(answer?.status()).toBe(410);
    const words = second.getByRole('main');
    await words.getByText('was used already').waitFor();
    await words.getByText('npm run -s sign-in-link').waitFor();
    await second.goto('/');
    expect(new URL(second.url()).pathname).toBe('/sign-in');
  });

  it('is asked of whoever has no session, and leads to where they wanted to go', async () => {
    const page = await site.open();
    await page.goto('/system');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(`/sign-in/${await site.app.cradle.accounts.createSignInLink()}`);
    await page.getByRole('heading', { name: 'System' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/system');
  });

  it('asks for the second factor where one was set up, all of it without JavaScript', async () => {
    const options = { javaScriptEnabled: false };
    const own = await site.openSignedIn(options);
    await own.goto('/settings');
    await own.getByLabel('E-mail address').fill('ada@example.org');
    await landing(own, () => own.getByRole('button', { name: 'Save' }).click());
    await own.getByLabel('New password').fill('four words that differ');
    await landing(own, () => own.getByRole('button', { name: 'Set password' }).click());
    await landing(own, () => own.getByRole('button', { name: 'Set up' }).click());
    const qr = await own.getByRole('img', { name: 'QR code' }).boundingBox();
    expect(qr?.width).toBe(200);
    const secret = ((await own.locator('#secret').textContent()) ?? '').replaceAll(' ', '');
    await own.locator('#code').fill(new TOTP({ secret }).generate());
    await landing(own, () => own.getByRole('button', { name: 'Turn it on' }).click());
    const [code = ''] = ((await own.locator('#secret').textContent()) ?? '').split('\n');

    const page = await site.open(options);
    await page.goto('/system');
    await page.getByLabel('E-mail address').fill('ada@example.org');
    await page.getByLabel('Password').fill('four words that differ');
    await landing(page, () => page.getByRole('button', { name: 'Sign in' }).click());
    await page.locator('#code').fill(code);
    await landing(page, () => page.getByRole('button', { name: 'Sign in' }).click());
    expect(new URL(page.url()).pathname).toBe('/system');
  });

  it('ends with sign out, here and in what is open beside it', async () => {
    const page = await site.openSignedIn();
    const beside = await page.context().newPage();
    await beside.goto('/system');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto('/');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    site.expectComplaints(/status (of )?401/);
    await beside.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});
