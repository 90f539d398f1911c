import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { formOf, startTestApp, type TestApp, type TestDocument } from '../../tests/app.ts';

const invoice = `INVOICE
Acme Trading Ltd
Invoice number: RE-2024/0815
Invoice date: 5 March 2024
Please write to accounts@example.org about the agreements.
IBAN: DE89 3704 0044 0532 0130 00
Net amount: EUR 1,037.39
VAT: EUR 197.11
Total: EUR 1,234.50
Payment within 14 days.`;
const files = {
  'invoice.txt': invoice,
  'Mietvertrag.txt':
    'Mietvertrag zwischen Frau Müller und Herrn Groß über die Wohnung. Die Miete beträgt 850,00 Euro.',
  'tokyo.txt': '東京都庁舎の見学について',
  'long.txt': `${'Filling words of no meaning. '.repeat(1_000)}The needle lies here. <b>needle</b> ${'More of it. '.repeat(1_000)}haystack`,
  'Bericht_Quartal3.txt': 'Kurzer Bericht.',
};

let app: TestApp;
const names = new Map<string, string>();
beforeAll(async () => {
  app = await startTestApp();
  const contents = Object.entries(files).map(([name, content]) => ({ name, content }));
  const answer = await app.ask('/api/documents', {
    method: 'POST',
    body: formOf(contents, { source: 'scanner 2', label: 'spring' }),
  });
  const { documents } = (await answer.json()) as { documents: TestDocument[] };
  for (const { id, fileName } of documents) names.set(id, fileName);
  await Promise.all(documents.map(({ id }) => app.untilStatus(id, 'completed')));
  await app.level('document-search');
}, 240_000);
afterAll(() => app.stop());

async function found(q: string): Promise<string[]> {
  const answer = await app.ask(`/api/documents?q=${encodeURIComponent(q)}`);
  expect(answer.status).toBe(200);
  const { documents } = (await answer.json()) as { documents: TestDocument[] };
  return documents.map(({ id }) => names.get(id) ?? id).toSorted();
}
const board = async (q: string) =>
  (await app.ask(`/?q=${encodeURIComponent(q)}`, { as: 'viewer' })).text();

describe('a document is found', () => {
  it.each<[string, string[]]>([
    ['agreement', ['invoice.txt']],
    ['"about the agreements"', ['invoice.txt']],
    ['"the agreements about"', []],
    ['agreem*', ['invoice.txt']],
    ['RE-2024/0815', ['invoice.txt']],
    ['0815 payment', ['invoice.txt']],
    ['accounts@example.org', ['invoice.txt']],
    ['1.234,50', ['invoice.txt']],
    ['DE89370400440532013000', ['invoice.txt']],
    ['iban:DE89', ['invoice.txt']],
    ['MUELLER', ['Mietvertrag.txt']],
    ['gross miete', ['Mietvertrag.txt']],
    ['Wohnungen', ['Mietvertrag.txt']],
    ['都庁', ['tokyo.txt']],
    ['京', ['tokyo.txt']],
    ['needle haystack', ['long.txt']],
    ['"here b needle"', ['long.txt']],
    ['bericht', ['Bericht_Quartal3.txt']],
    ['quartal', ['Bericht_Quartal3.txt']],
    ['agreement OR mietvertrag', ['Mietvertrag.txt', 'invoice.txt']],
    ['label:spring -agreement -"frau müller" -東京 -needle', ['Bericht_Quartal3.txt']],
    ['source:"scanner 2" agreement', ['invoice.txt']],
    ['name:mietvertrag', ['Mietvertrag.txt']],
    ['name:wohnungseigentum', []],
    ['kind:invoice', ['invoice.txt']],
    ['type:text status:completed needle', ['long.txt']],
    ['status:failed', []],
    ['status:failed OR needle', ['long.txt']],
    ['total:>1000', ['invoice.txt']],
    ['total:100..200', []],
    ['kind:invoice total:>1000 from:2024-01-01', ['invoice.txt']],
    ['kind:invoice to:2024-02', []],
    ['date:2024-03-05', ['invoice.txt']],
    ['language:german miete', ['Mietvertrag.txt']],
    ['received:2020', []],
  ])('by %s: %j', async (q, expected) => {
    expect(await found(q)).toEqual(expected.toSorted());
  });

  it('by a name with a typing error, where nothing has it as it is written', async () => {
    expect(await found('mietvetrag')).toEqual(['Mietvertrag.txt']);
    const html = await board('mietvetrag');
    expect(html).toContain('No document matches “mietvetrag” as it is written');
    expect(html).toContain('Mietvertrag.txt');
    expect(await board('mietvertrag')).not.toContain('as it is written');
  });
});

describe('the board', () => {
  it('shows what was found in its words, escaped', async () => {
    const html = await board('needle');
    expect(html).toContain('<mark>needle</mark> lies here. &lt;b&gt;<mark>needle</mark>&lt;/b&gt;');
  });

  it('says beside the box what it did not understand, and searches all the same', async () => {
    const html = await board('colour:red needle <i>');
    expect(html).toContain('There is no “colour:”');
    expect(html).not.toContain('<i>');
    expect(await board('total:cheap')).toContain('“total:” takes an amount');
  });

  it('counts what a search finds beyond what is shown', async () => {
    const news = async (query: string) =>
      (await (await app.ask(`/documents/news?${query}`, { as: 'viewer' })).json()) as unknown;
    expect(await news('q=needle&status=&after=0')).toEqual({ count: 1 });
    expect(await news('q=needle&status=failed&after=0')).toEqual({ count: 0 });
    expect(await news('q=label:spring&after=0')).toEqual({ count: 5 });
    expect(await news('q=label:spring&after=100000')).toEqual({ count: 0 });
  });
});

it('pages through what was found, similar names too', async () => {
  const page = async (q: string, cursor = '') => {
    const answer = await app.ask(`/api/documents?limit=1&q=${q}${cursor && `&cursor=${cursor}`}`);
    return (await answer.json()) as { documents: TestDocument[]; nextCursor: string | null };
  };
  for (const [q, count] of [
    ['label:spring', 5],
    ['mietvetrag', 1],
    ['needle', 1],
  ] as const) {
    const seen = new Set<string>();
    let cursor: string | null = '';
    while (cursor !== null) {
      const { documents, nextCursor }: Awaited<ReturnType<typeof page>> = await page(q, cursor);
      documents.forEach(({ id }) => seen.add(id));
      cursor = nextCursor;
    }
    expect([q, seen.size]).toEqual([q, count]);
  }
});

it('is folded again to the same rows', async () => {
  const rows = async () =>
    JSON.stringify(
      await app.database.database.sql`SELECT * FROM document_search ORDER BY id, part`,
    );
  const before = await rows();
  const answer = await app.ask('/system/read-models/document-search/rebuild', {
    method: 'POST',
    as: 'admin',
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
  await vi.waitFor(
    async () =>
      expect(
        await app.database.database.sql`SELECT FROM subscriptions WHERE name LIKE '%~rebuild'`,
      ).toHaveLength(0),
    { timeout: 60_000 },
  );
  expect(await rows()).toBe(before);
});
