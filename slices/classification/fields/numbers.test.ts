import { describe, expect, it } from 'vitest';
import { fieldsOf, valuesOf } from './reading.fixture.ts';

describe('number of a document', () => {
  it.each([
    ['Invoice Number: INV-0046', 'INV-0046'],
    ['Invoice INV/2023/03/0008', 'INV/2023/03/0008'],
    ['Invoice No : # BLR_WFLD20151000982590', 'BLR_WFLD20151000982590'],
    ['INVOICE\n# invoice_number_1', 'invoice_number_1'],
    ['Rechnung Nr. 471102 vom 05.03.2018', '471102'],
    ['Handelsrechnung (380) Nr. 471102 vom 05.03.2018', '471102'],
    ['Rechnung des Versicherers Nr. 00.123.456.7-2018-1', '00.123.456.7-2018-1'],
    ['Rechnungsnummer\nRE 2024', 'RE 2024'],
    ['Facture n°562044387 du 02 Juillet 2015', '562044387'],
    ['Factuurnummer: 993548900', '993548900'],
    ['Faktura nr: F 1234K20/1234/12', 'F 1234K20/1234/12'],
    ['Booking ID Payment Mode\nIBZY2087 Cash at Hotel', 'IBZY2087'],
    ['Invoice No Date Customer No\n4711 12.03.2024 1002', '4711'],
  ])('given "%s", it is %s', (text, number) => {
    expect(valuesOf('documentNumber', text)).toEqual([number]);
  });

  it.each([
    'This invoice is payable at once',
    'Invoice 12.03.2024',
    'Net 30 days',
    'Invoice total 120.00',
    'Rechnung Seite 1',
    'Invoice number:',
    'Invoice 12 items',
  ])('given "%s", there is none', (text) => {
    expect(valuesOf('documentNumber', text)).toEqual([]);
  });

  it('given a number with its full label and one without, the first is taken', () => {
    expect(valuesOf('documentNumber', 'Invoice A77\nInvoice number: B88')).toEqual(['B88']);
  });

  it('given the label on the page before the value, the page of the label is told', () => {
    const [field] = fieldsOf('Cover\fInvoice number: B88');
    expect(field).toMatchObject({ page: 2, source: 'Invoice number B88' });
  });
});

describe('references', () => {
  it.each([
    ['PO Number: po_number_123', 'po_number_123'],
    ['Order ID: OD304175096047380001', 'OD304175096047380001'],
    ['Your reference: AB-12', 'AB-12'],
    ['Bestellnummer: B-4711', 'B-4711'],
    ['Votre référence PO445', 'PO445'],
    ['Ordernummer: 12572103', '12572103'],
    ['Ihr Zeichen: XY 12', 'XY 12'],
  ])('given "%s", it is %s', (text, reference) => {
    expect(valuesOf('reference', text, { kind: 'letter' })).toEqual([reference]);
  });

  it('given several, all are told', () => {
    expect(valuesOf('reference', 'Order no: A1\nContract no: B2')).toEqual(['A1', 'B2']);
  });
});
