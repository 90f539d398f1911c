import { describe, expect, it } from 'vitest';
import { partsOf, textOf } from './parts.ts';
import { searchIndex } from './read-model.ts';
import type { Facts } from './table.ts';

const facts: Facts = {
  fileName: 'invoiceACME2024.pdf',
  title: 'Invoices of March',
  language: 'en',
  kind: 'credit-note',
  format: 'pdf',
  source: 'scanner 2',
  label: null,
  receivedAt: '2024-04-01T23:59:59.000Z',
  fields: [
    { name: 'total', value: '1234.50' },
    { name: 'total', value: '1.00' },
    { name: 'date', value: '2024-03-05' },
    { name: 'dueDate', value: 'soon' },
    { name: 'seller', value: 'Müller GmbH' },
    { name: 'iban', value: 'DE89370400440532013000' },
  ],
};
const nothing = { part: 0, words: '', names: null, total: null, net: null, tax: null };
const row = (body: string, changes: Partial<Facts> = {}) => ({
  ...nothing,
  day: null,
  due: null,
  received: null,
  id: 'd',
  body,
  facts: { ...facts, ...changes },
});
const parts = (body: string, changes: Partial<Facts> = {}) => [...partsOf(row(body, changes))];

describe('the first part of a document', () => {
  const [first] = parts('');

  it('is found by its facts', () => {
    for (const lexeme of [
      'invoiceacme2024',
      'name:acme',
      'acme',
      '=invoic',
      'name:march',
      'kind:credit',
      'format:pdf',
      'source:scanner',
      'seller:muller',
      'muller',
      'iban:de89370400440532013000',
      'de89370400440532013000',
      '1234.50',
      'language:en',
    ]) {
      expect(first?.words.split(' ').map((each) => each.split("'")[1])).toContain(lexeme);
    }
    expect(first?.names).toBe('invoiceacme2024 pdf invoices of march muller gmbh');
  });

  it('has the best amount and date of each name', () => {
    expect(first).toMatchObject({ total: '1234.50', net: null, day: '2024-03-05', due: null });
    expect(first).toMatchObject({ received: '2024-04-01' });
  });

  it('goes by the day of receipt where the document has none', () => {
    expect(parts('', { fields: [] })[0]).toMatchObject({ day: '2024-04-01', total: null });
  });
});

describe('the other parts', () => {
  const sentence = 'The quick brown fox jumps. ';
  const text = sentence.repeat(2_000);

  it('hold the whole text, and give it back', () => {
    for (const body of ['', 'short', text, 'x'.repeat(50_000), '🦉'.repeat(13_001)]) {
      const all = parts(body);
      expect(textOf(all)).toBe(body);
      expect(searchIndex.parts?.join(all.toReversed() as never)).toMatchObject({ body, facts });
      expect(all.every((part) => part.body.isWellFormed())).toBe(true);
    }
    expect(parts(text).length).toBeGreaterThan(4);
  });

  it('share the words at their borders, so that a phrase across one is found', () => {
    const [, first, second] = parts(text);
    const [, ...words] = second?.body.split(' ', 4) ?? [];
    expect(words.length).toBeGreaterThan(0);
    expect(first?.body.endsWith(' ')).toBe(true);
    const places = first?.words.match(/'fox':([\d,]+)/)?.[1]?.split(',') ?? [];
    expect(places.length).toBeGreaterThan(first?.body.match(/fox/g)?.length ?? 0);
  });

  it('have no more places than PostgreSQL holds, whatever the text', () => {
    for (const body of ['東'.repeat(40_000), 'a '.repeat(40_000)]) {
      const last = parts(body).flatMap(({ words }) => words.match(/\d+(?=[ ,]|$)/g) ?? []);
      expect(Math.max(...last.map(Number))).toBeLessThanOrEqual(16_383);
    }
  });
});
