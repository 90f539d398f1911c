import { afterEach, describe, expect, it } from 'vitest';
import type { PageFacts } from './page-context.ts';
import type { App } from './server.ts';
import { bearer, createTestServer } from './test-server.ts';

let app: App;
afterEach(() => app.close());

/** The page of an address that leads nowhere: it has the header that every page has. */
async function header(pageFacts: () => Promise<PageFacts>, headers = {}): Promise<string> {
  app = await createTestServer({}, undefined, { pageFacts });
  const url = '/nowhere';
  return (await app.inject({ url, headers: { accept: 'text/html', ...headers } })).body;
}

describe('the header of a page', () => {
  it('tells how many documents failed', async () => {
    const html = await header(async () => ({ failed: 1_204 }), bearer('viewer'));
    expect(html).toContain('<b data-count="failed">1,204</b>');
  });

  it('goes without when that cannot be read', async () => {
    const html = await header(async () => Promise.reject(new Error('away')), bearer('viewer'));
    expect(html).toContain('href="/failures"');
    expect(html).not.toContain('data-count');
  });

  it('asks nothing for somebody who is not signed in', async () => {
    let asked = 0;
    const html = await header(async () => ({ failed: (asked += 1) }));
    expect(html).not.toContain('data-count');
    expect(asked).toBe(0);
  });
});
