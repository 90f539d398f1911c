import { describe, expect, it } from 'vitest';
import { fieldsOf, valuesOf } from './reading.fixture.ts';

function dateOf(text: string, language: string | null = 'en') {
  return fieldsOf(text, { language }).find(({ name }) => name === 'date');
}

describe('dates', () => {
  it.each([
    ['en', 'Invoice date: March 3, 2024', '2024-03-03'],
    ['en', 'Invoice date: 3rd Mar 2024', '2024-03-03'],
    ['en', 'Invoice date: 2024-03-13', '2024-03-13'],
    ['en', 'Invoice date: 13-MAR-24', '2024-03-13'],
    ['de', 'Rechnungsdatum 5. März 2024', '2024-03-05'],
    ['de', 'Rechnungsdatum: 05.03.2024', '2024-03-05'],
    ['de', 'Rechnungsdatum: 5.3.24', '2024-03-05'],
    ['de', 'Rechnung Nr. 4711 vom 05.03.2024', '2024-03-05'],
    ['fr', 'Date de facture : 1er mars 2024', '2024-03-01'],
    ['es', 'Fecha de factura: 3 de marzo de 2024', '2024-03-03'],
    ['it', 'Data fattura: 3 marzo 2024', '2024-03-03'],
    ['nl', 'Factuurdatum: 3 maart 2024', '2024-03-03'],
    ['pl', 'Data wystawienia: 2024-03-03', '2024-03-03'],
    ['ja', 'Invoice date 2024年3月5日', '2024-03-05'],
    ['nl', 'Invoice date: March 3, 2024', '2024-03-03'],
  ])('given (%s) "%s", it is %s', (language, text, iso) => {
    const date = dateOf(text, language);
    expect(date?.value).toBe(iso);
    expect(date?.otherReading).toBeUndefined();
  });

  it('given two dates, the labelled one counts, and not that of the order or delivery', () => {
    const text =
      'Order date: 1 March 2024\nInvoice date: 3 March 2024\nDelivery date: 5 March 2024';
    expect(valuesOf('date', text)).toEqual(['2024-03-03']);
  });

  it('given a date without a label at the top, it is taken, less surely', () => {
    const labelled = dateOf('Date: 3 March 2024');
    const bare = dateOf('London, 3 March 2024');
    expect(bare?.value).toBe('2024-03-03');
    expect(bare?.confidence).toBeLessThan(labelled?.confidence ?? 0);
  });

  it.each([
    'Date: 12 March',
    'Date: next Monday',
    'Date: 31.02.2024',
    'Version 1.2.3',
    'Date: 1234567',
  ])('given "%s", there is no date', (text) => {
    expect(dateOf(text)).toBeUndefined();
  });

  it('given an ambiguous date and nothing else, the other reading is told and it is less sure', () => {
    const date = dateOf('Invoice date: 03/04/2024');
    expect(date).toMatchObject({ value: '2024-03-04', otherReading: '2024-04-03' });
    expect(date?.confidence).toBeLessThan(0.6);
  });

  it.each([
    [
      'another date with a day above 12',
      'en',
      'Invoice date: 03/04/2024\nDue date: 25/04/2024',
      '2024-04-03',
    ],
    [
      'another date with a month first',
      'en',
      'Invoice date: 03/04/2024\nDue date: 04/25/2024',
      '2024-03-04',
    ],
    ['a language that puts the day first', 'fr', 'Date de facture : 03/04/2024', '2024-04-03'],
    ['a price in pounds', 'en', 'Invoice date: 03/04/2024\nTotal £12.00', '2024-04-03'],
    [
      'an address in the United States',
      'en',
      'Invoice date: 03/04/2024\nFremont, CA 94538',
      '2024-03-04',
    ],
  ])('given an ambiguous date and %s, that decides', (_what, language, text, iso) => {
    const date = dateOf(text, language);
    expect(date?.value).toBe(iso);
    expect(date?.otherReading).toBeUndefined();
  });

  it.each([
    ['en', 'Due date: 17 March 2024', '2024-03-17'],
    ['en', 'Please pay by 17 March 2024', '2024-03-17'],
    [
      'de',
      'Zahlbar innerhalb 30 Tagen netto bis 04.04.2024, 3% Skonto bis 15.03.2024',
      '2024-04-04',
    ],
    ['de', 'Bitte überweisen Sie bis zum 04.04.2024.', '2024-04-04'],
    ['fr', 'Date limite de paiement le 05 avril 2024', '2024-04-05'],
    ['nl', 'Vervaldatum: 26-03-2024', '2024-03-26'],
  ])('given (%s) "%s", it is due on %s', (language, text, iso) => {
    expect(valuesOf('dueDate', text, { language })).toEqual([iso]);
  });

  it('given a column of labels beside a column of values, each finds its own', () => {
    const text = 'Jan 1, 2022\nNet 30 days\nJan 31, 2022\nDate:\nPayment Terms:\nDue Date:\nNotes:';
    expect(valuesOf('date', text)).toEqual(['2022-01-01']);
    expect(valuesOf('dueDate', text)).toEqual(['2022-01-31']);
  });

  it('given a date below its label or its column heading, it is found', () => {
    expect(valuesOf('date', 'Invoice Date\nJun 3, 2013')).toEqual(['2013-06-03']);
    expect(
      valuesOf('dueDate', 'Beschreibung Fälligkeit Teilzahlung\n04.04.2018', { language: 'de' }),
    ).toEqual(['2018-04-04']);
  });
});
