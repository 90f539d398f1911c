import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  formOf,
  startTestApp,
  type TestApp,
  type TestDocument,
  type Uploaded,
} from '../../tests/app.ts';

interface List {
  documents: TestDocument[];
  nextCursor: string | null;
}

let app: TestApp;
/** Oldest first. */
const uploaded: Uploaded[] = [];
beforeAll(async () => {
  app = await startTestApp();
  for (let number = 1; number <= 7; number += 1) {
    uploaded.push(
      ...(await app.upload({
        name: `paper ${number}.txt`,
        content: `The paper with the number ${number}.`,
      })),
    );
  }
  // Ids that derive from a key are not in the order of time.
  for (let number = 8; number <= 12; number += 1) {
    const answer = await app.ask('/api/documents', {
      method: 'POST',
      body: formOf([
        { name: `paper ${number}.txt`, content: `The paper with the number ${number}.` },
      ]),
      headers: { 'idempotency-key': `key-${number}` },
    });
    uploaded.push(...((await answer.json()) as { documents: Uploaded[] }).documents);
  }
  await Promise.all(uploaded.map(({ id }) => app.untilStatus(id, 'completed')));
  await vi.waitFor(
    async () => expect((await list('?status=completed')).documents).toHaveLength(12),
    { timeout: 60_000 },
  );
});
afterAll(() => app.stop());

const list = async (query: string): Promise<List> => {
  const answer = await app.ask(`/api/documents${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as List;
};
const idsOf = ({ documents }: List) => documents.map(({ id }) => id);
const newestFirst = () => uploaded.map(({ id }) => id).toReversed();

describe('GET /api/documents', () => {
  it('lists every document, newest first, as GET of one tells it', async () => {
    const { documents, nextCursor } = await list('');
    expect(idsOf({ documents, nextCursor })).toEqual(newestFirst());
    expect(nextCursor).toBeNull();
    for (const document of documents) expect(document).toEqual(await app.document(document.id));
  });

  it.each([1, 5, 6, 11])('gives each document once in pages of %i', async (limit) => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await list(`?limit=${limit}${next}`);
      expect(page.documents.length).toBeLessThanOrEqual(limit);
      seen.push(...idsOf(page));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(newestFirst());
  });

  it('ends where a page ends with the last document', async () => {
    expect((await list('?limit=12')).nextCursor).toBeNull();
    expect((await list('?limit=200')).nextCursor).toBeNull();
  });

  it('goes on where it was although newer documents have come', async () => {
    const first = await list('?limit=3&q=paper');
    const [late] = await app.upload({ name: 'later.txt', content: 'Later' });
    await expect.poll(async () => idsOf(await list('?limit=1'))).toEqual([late?.id]);
    const second = await list(`?limit=3&q=paper&cursor=${first.nextCursor}`);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(newestFirst().slice(0, 6));
  });

  it('filters by status and by search', async () => {
    expect((await list('?status=failed')).documents).toEqual([]);
    expect((await list('?status=')).documents.length).toBeGreaterThanOrEqual(12);
    expect(idsOf(await list('?q=11'))).toEqual([uploaded[10]?.id]);
    expect(idsOf(await list('?q=nothing+like+it'))).toEqual([]);
  });

  it.each([
    ['?cursor=nonsense', /cursor.*nextCursor/],
    ['?cursor=', /cursor/],
    [`?cursor=${'x'.repeat(5_000)}`, /cursor/],
    ['?limit=0', /limit/],
    ['?limit=201', /limit/],
    ['?limit=-1', /limit/],
    ['?limit=1.5', /limit/],
    ['?limit=many', /limit/],
    ['?status=lost', /status/],
    ['?status=completed&status=failed', /status/],
    [`?q=${'x'.repeat(201)}`, /q\b/],
    ['?q=%00', /%00/],
  ])('refuses %s with a reason', async (query, says) => {
    const answer = await app.ask(`/api/documents${query}`);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({
      type: '/problems/bad-request',
      detail: expect.stringMatching(says) as string,
    });
  });

  it.each([
    "'",
    '"',
    '%',
    '_',
    '\\',
    ':*',
    '&|!()',
    '<->',
    '{{7*7}}',
    '🦉',
    "'; drop table events; --",
  ])('searches for %j without harm', async (q) =>
    expect(await list(`?q=${encodeURIComponent(q)}`)).toHaveProperty('documents'),
  );

  it('shows an uploader its own documents only', async () => {
    const answer = await app.ask('/api/documents', {
      method: 'POST',
      body: formOf([{ name: 'mine.txt', content: 'Mine' }]),
      as: 'uploader',
    });
    const { documents } = (await answer.json()) as { documents: Uploaded[] };
    await expect
      .poll(async () => {
        const mine = await app.ask('/api/documents', { as: 'uploader' });
        return idsOf((await mine.json()) as List);
      })
      .toEqual(documents.map(({ id }) => id));
  });

  it('needs a token', async () => {
    for (const authorization of ['', 'Bearer ', 'Bearer wrong', 'Basic eDp5']) {
      const answer = await app.ask('/api/documents', { headers: { authorization }, as: null });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    }
  });
});
