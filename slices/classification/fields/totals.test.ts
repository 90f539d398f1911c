import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOf, valuesOf } from './reading.fixture.ts';

function sums(text: string, language = 'en') {
  const fields = fieldsOf(text, { language });
  return Object.fromEntries(
    fields.flatMap(({ name, value }) =>
      /^(?:net|tax|total|currency)$/.test(name) ? [[name, value]] : [],
    ),
  );
}

function surenessOfTotal(text: string): number {
  return fieldsOf(text).find(({ name }) => name === 'total')?.confidence ?? 0;
}

function plain(cents: number): string {
  return (cents / 100).toFixed(2);
}

describe('net, tax and total', () => {
  it.each([
    [
      'en',
      'Subtotal $ 262.90\nTax 15% on $ 112.90 $ 16.94\nTotal $ 279.84',
      '262.90',
      '16.94',
      '279.84',
      'USD',
    ],
    [
      'en',
      'Net total 1,000.00\nVAT 20% 200.00\nTotal GBP 1,200.00',
      '1000.00',
      '200.00',
      '1200.00',
      'GBP',
    ],
    [
      'de',
      'Nettobetrag 1.420,00 €\nzzgl. 19 % MwSt. 269,80 €\nRechnungsbetrag 1.689,80 €',
      '1420.00',
      '269.80',
      '1689.80',
      'EUR',
    ],
    [
      'fr',
      'Total HT : 1 234,50 €\nTVA 20% : 246,90 €\nTotal TTC : 1 481,40 €',
      '1234.50',
      '246.90',
      '1481.40',
      'EUR',
    ],
    [
      'nl',
      'Exclusief BTW € 593,36 Subtotaal € 717,97\nBTW 21% € 124,61\nTotaal € 717,97',
      '593.36',
      '124.61',
      '717.97',
      'EUR',
    ],
    ['en', 'Net 100.00 CHF\nVAT 7.70 CHF\nTotal 107.70 CHF', '100.00', '7.70', '107.70', 'CHF'],
    [
      'de',
      "Netto 12'000.00\nMwSt 924.00\nTotal CHF 12'924.00",
      '12000.00',
      '924.00',
      '12924.00',
      'CHF',
    ],
    [
      'en',
      'Subtotal Rs 1,00,000.00\nGST 18,000.00\nGrand total Rs 1,18,000.00',
      '100000.00',
      '18000.00',
      '118000.00',
      'INR',
    ],
    [
      'fr',
      'Total HT -218,48 €\nTotal taxes -14,99 €\nTotal TTC -233,47 €',
      '-218.48',
      '-14.99',
      '-233.47',
      'EUR',
    ],
  ])('given (%s) "%s", they are told apart', (language, text, net, tax, total, currency) => {
    expect(sums(text, language)).toEqual({ net, tax, total, currency });
  });

  it('given amounts that add up, they are surer than amounts that do not', () => {
    expect(surenessOfTotal('Net 100.00\nVAT 20.00\nTotal 120.00')).toBeGreaterThan(0.95);
    expect(surenessOfTotal('Net 100.00\nVAT 20.00\nTotal 130.00')).toBeLessThan(0.8);
  });

  it('given several totals, the one that adds up is taken', () => {
    const text =
      'Total hours 12.00\nNet 100.00\nVAT 20.00\nTotal incl. VAT 120.00\nPaid 120.00\nAmount due 0.00';
    expect(sums(text)).toMatchObject({ net: '100.00', tax: '20.00', total: '120.00' });
  });

  it('given a line for each rate, their sum is the tax', () => {
    const text =
      'Summe netto 473,00\nUSt. 7% 275,00 19,25\nUSt. 19% 198,00 37,62\nGesamtbetrag 529,87';
    expect(sums(text, 'de')).toMatchObject({ net: '473.00', tax: '56.87', total: '529.87' });
  });

  it('given only a row of the table of rates, it is read', () => {
    expect(sums('BTW % Grondslag BTW bedrag Totaal\n21 % 41,31 8,68 49,99', 'nl')).toMatchObject({
      net: '41.31',
      tax: '8.68',
      total: '49.99',
    });
    expect(sums('Razem: 257,59 59,24 316,83 VAT', 'pl')).toMatchObject({ total: '316.83' });
  });

  it('given a column of labels after the column of their amounts, each finds its own', () => {
    const text = '$127.50\n$0.00\n$127.50\nSubtotal:\nTax (0%):\nTotal:\nNotes:';
    expect(sums(text)).toEqual({ net: '127.50', tax: '0.00', total: '127.50', currency: 'USD' });
  });

  it('given a total without decimals, it is taken where a currency or nothing else stands with it', () => {
    expect(valuesOf('total', 'Grand Total Rs 1939')).toEqual(['1939.00']);
    expect(valuesOf('total', 'Total: 300')).toEqual(['300.00']);
    expect(valuesOf('total', 'Total of 12 items in 3 boxes')).toEqual([]);
  });

  it('given percentages, dates and numbers of documents, they are no amounts', () => {
    expect(
      valuesOf('total', 'Total discount 12.50 %\nTotal on 12.03.2024\nTotal RE-12.50/3'),
    ).toEqual([]);
  });

  it('given a document that is not about money, sums are left alone', () => {
    expect(fieldsOf('Total 120.00\nNet 100.00\nVAT 20.00', { kind: 'report' })).toEqual([]);
  });

  it('given a currency by name, it is taken', () => {
    expect(valuesOf('currency', 'Währung: EUR\nGesamt 12,00', { language: 'de' })).toEqual(['EUR']);
    expect(valuesOf('currency', 'Kwota 316,83 zł\nRazem 316,83 zł', { language: 'pl' })).toEqual([
      'PLN',
    ]);
  });

  it('given any amounts that add up, in German or English notation, they are found', () => {
    const amount = fc.integer({ min: 100, max: 99_999_999 });
    fc.assert(
      fc.property(amount, fc.integer({ min: 1, max: 25 }), fc.boolean(), (net, rate, german) => {
        const tax = Math.round((net * rate) / 100);
        const show = (cents: number): string =>
          new Intl.NumberFormat(german ? 'de-DE' : 'en-US', { minimumFractionDigits: 2 }).format(
            cents / 100,
          );
        const text = `Netto ${show(net)} EUR\nMwSt ${rate} % ${show(tax)} EUR\nGesamtbetrag ${show(net + tax)} EUR`;
        expect(sums(text, german ? 'de' : 'en')).toEqual({
          net: plain(net),
          tax: plain(tax),
          total: plain(net + tax),
          currency: 'EUR',
        });
      }),
    );
  });
});
