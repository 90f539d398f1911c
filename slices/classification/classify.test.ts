import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../text-extraction/format.contract.ts';
import { KINDS } from './classification.ts';
import { classify } from './classify.ts';
import { LABEL_RULES } from './fields/labels.ts';

const INVOICE = `Muster GmbH · Hauptstr. 1 · 10115 Berlin
Beispiel AG
Nebenweg 2
80333 München

Rechnung Nr. RE-2024/117
Rechnungsdatum: 05.03.2024
Ihre Bestellnummer: B-77

Pos Bezeichnung Menge Einzelpreis Gesamt
1 Beratung 10 142,00 1.420,00

Nettobetrag 1.420,00 €
zzgl. 19 % MwSt. 269,80 €
Gesamtbetrag 1.689,80 €

Zahlbar bis 19.03.2024 ohne Abzug auf das Konto
IBAN DE89 3704 0044 0532 0130 00
USt-IdNr. DE123456789 Tel. +49 30 1234567 info@muster.example
`;

const format = fc.constantFrom(...FORMATS);
/** Fragments that the rules look for, in any order, so that they meet each other's leftovers. */
const fragment = fc.oneof(
  fc.constantFrom(
    ...LABEL_RULES.flatMap(({ phrases }) => phrases.split(',').map((phrase) => phrase.trim())),
  ),
  fc.constantFrom(
    '03/04/2024',
    '1.234,50 €',
    'DE89 3704 0044 0532 0130 00',
    'Acme GmbH',
    '\t',
    ':',
    '#',
    '\n',
    '\f',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const text = fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join(' '));

describe('classify', () => {
  it('given a German invoice, language, title, kind and every field are found', () => {
    const found = classify({ pages: [INVOICE], format: 'pdf', fileName: 'x.pdf' });
    expect(found).toMatchObject({
      language: { code: 'de' },
      title: 'Rechnung Nr. RE-2024/117',
      kind: 'invoice',
    });
    expect(Object.fromEntries(found.fields.map(({ name, value }) => [name, value]))).toEqual({
      documentNumber: 'RE-2024/117',
      date: '2024-03-05',
      dueDate: '2024-03-19',
      net: '1420.00',
      tax: '269.80',
      total: '1689.80',
      currency: 'EUR',
      seller: 'Muster GmbH',
      buyer: 'Beispiel AG',
      reference: 'B-77',
      iban: 'DE89370400440532013000',
      vatId: 'DE123456789',
      email: 'info@muster.example',
      phone: '+49301234567',
    });
  });

  it('given fields on several pages, each names its page and the words it came from', () => {
    const pages = ['Invoice number: 4711', 'Page two', 'Subtotal 100.00\nVAT 20.00\nTotal 120.00'];
    const { fields } = classify({ pages, format: 'pdf', fileName: 'x.pdf' });
    expect(fields.find(({ name }) => name === 'documentNumber')).toMatchObject({
      page: 1,
      source: 'Invoice number 4711',
    });
    expect(fields.find(({ name }) => name === 'total')).toMatchObject({
      page: 3,
      source: 'Total 120.00',
    });
  });

  it('given nothing, it is a document without properties', () => {
    expect(classify({ pages: [], format: 'pdf', fileName: '' })).toMatchObject({
      language: { code: null, confidence: 0 },
      title: null,
      kind: 'other',
      fields: [],
    });
  });

  it('given any text, it never throws and its outcome keeps its form', () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 4 }),
        format,
        fc.string(),
        (pages, ofFormat, fileName) => {
          const found = classify({ pages, format: ofFormat, fileName });
          expect(KINDS).toContain(found.kind);
          expect(found.title?.length ?? 1).toBeGreaterThan(0);
          expect(found.title?.length ?? 1).toBeLessThanOrEqual(200);
          for (const { confidence } of [found, found.language, ...found.fields]) {
            expect(confidence).toBeGreaterThanOrEqual(0);
            expect(confidence).toBeLessThanOrEqual(1);
          }
          for (const { name, value, page } of found.fields) {
            expect(value).not.toBe('');
            expect(page).toBeGreaterThanOrEqual(1);
            expect(page).toBeLessThanOrEqual(pages.length);
            if (name === 'date' || name === 'dueDate') expect(value).toMatch(/^\d{4}-\d\d-\d\d$/);
            if (name === 'net' || name === 'tax' || name === 'total')
              expect(value).toMatch(/^-?\d+\.\d\d$/);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('given the same text twice, the outcome is the same', () => {
    fc.assert(
      fc.property(text, format, (page, ofFormat) => {
        const input = { pages: [page], format: ofFormat, fileName: 'x' };
        expect(classify(input)).toEqual(classify(input));
      }),
    );
  });

  it('given a short text repeated to 64 MiB, it takes little time', () => {
    const size = 64 * 1024 * 1024;
    const piece = fc.oneof(
      fragment,
      fc.constantFrom('a', '1', '1.', '@a.', '(1', ' | a', 'Date:\n', '00 ', 'DE12 '),
    );
    fc.assert(
      fc.property(
        piece.filter((words) => words !== ''),
        (words) => {
          const page = words.repeat(Math.ceil(size / words.length));
          const start = process.threadCpuUsage();
          classify({ pages: [page], format: 'text', fileName: 'x' });
          const { user, system } = process.threadCpuUsage(start);
          // Half a second of its own time; a busy machine doubles that, a slow pattern takes minutes.
          expect((user + system) / 1000).toBeLessThan(1000);
        },
      ),
      { numRuns: 8 },
    );
  });
});
