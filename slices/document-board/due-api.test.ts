import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formOf, startTestApp, type TestApp, type TestDocument } from '../../tests/app.ts';
import { gatedSteps } from '../../tests/browser/gated-steps.ts';

interface List {
  documents: (TestDocument & { sla: { state: string } | null })[];
  nextCursor: string | null;
}

/** Minutes that are promised, in the order of receipt; null: nothing is. Two that differ by less than their receipt. */
const PROMISES = [40, 10, null, 30, 10, 20, null];
const gates = gatedSteps();
let app: TestApp;
/** In the order of receipt. */
const ids: string[] = [];

beforeAll(async () => {
  app = await startTestApp({ steps: gates.steps });
  const nothing = { stepMs: null, steps: {}, calendar: { kind: 'always' } };
  const minutes = [10, 20, 30, 40];
  const targets = minutes.map((count) => {
    const label = String(count);
    return { name: label, source: null, label, ...nothing, documentMs: count * 60_000 };
  });
  const body = { targets, default: { ...nothing, documentMs: null }, reason: 'a test' };
  const answer = await app.ask('/api/sla/targets', {
    as: 'admin',
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  for (const [index, label] of PROMISES.entries()) {
    const file = { name: `promise ${index}.txt`, content: `${label}, ${index}` };
    const form = formOf([file], label === null ? {} : { label: String(label) });
    const received = await app.ask('/api/documents', { method: 'POST', body: form });
    const { documents } = (await received.json()) as { documents: { id: string }[] };
    ids.push(documents[0]?.id ?? '');
  }
  for (const id of ids) await app.untilStatus(id, 'received', 'processing');
  await app.level('sla-targets', 'document-board');
});
afterAll(() => app.stop());

async function list(query: string): Promise<List> {
  const answer = await app.ask(`/api/documents${query}`);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as List;
}

/** Which documents, by their place in the order of receipt, page by page. */
async function pages(query: string): Promise<number[][]> {
  const found: number[][] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const next: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await list(`${query}${next}`);
    found.push(page.documents.map(({ id }) => ids.indexOf(id)));
    cursor = page.nextCursor;
  }
  return found;
}

describe('the documents that are due first', () => {
  it.each([1, 2, 3, 4, 7])('come before others, each once, in pages of %i', async (limit) => {
    const found = await pages(`?sort=due&limit=${limit}`);
    expect(found.every((page) => page.length <= limit)).toBe(true);
    // What is never due comes last, the newest first as everywhere.
    expect(found.flat()).toEqual([1, 4, 5, 3, 0, 6, 2]);
  });

  it('are found by how their promise stands', async () => {
    expect((await pages('?sort=due&sla=on-track&limit=2')).flat()).toEqual([1, 4, 5, 3, 0]);
    expect((await pages('?sla=on-track&limit=2')).flat()).toEqual([5, 4, 3, 1, 0]);
    expect((await pages('?sla=breached&limit=2')).flat()).toEqual([]);
    for (const { sla } of (await list('?sla=on-track')).documents)
      expect(sla).toMatchObject({ state: 'on-track' });
  });

  it('are searched in the same order', async () =>
    expect((await pages('?sort=due&q=promise&limit=3')).flat()).toEqual([1, 4, 5, 3, 0, 6, 2]));

  it('are due no more once they have ended', async () => {
    gates.finish(ids[1] ?? '');
    gates.finish(ids[1] ?? '');
    await app.untilStatus(ids[1] ?? '', 'completed');
    await app.level('document-board');
    expect((await pages('?sort=due&limit=4')).flat()).toEqual([4, 5, 3, 0, 6, 2, 1]);
    expect((await pages('?sla=met&limit=4')).flat()).toEqual([1]);
  });

  it('have a cursor of their own', async () => {
    const { nextCursor } = await list('?limit=2');
    const answer = await app.ask(`/api/documents?sort=due&limit=2&cursor=${nextCursor}`);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { detail: expect.stringMatching(/cursor/) as string },
    ]);
  });
});
