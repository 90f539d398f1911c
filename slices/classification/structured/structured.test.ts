import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStructured } from './read-structured.ts';
import { CROSS_INDUSTRY, statedIn } from './structured.fixture.ts';

const ZUGFERD_1 = CROSS_INDUSTRY.replaceAll('CrossIndustryInvoice', 'CrossIndustryDocument')
  .replaceAll('ExchangedDocument', 'HeaderExchangedDocument')
  .replaceAll('SupplyChainTradeTransaction', 'SpecifiedSupplyChainTradeTransaction')
  .replaceAll('ApplicableHeaderTrade', 'ApplicableSupplyChainTrade')
  .replaceAll('SettlementHeaderMonetary', 'SettlementMonetary');
const ORDER_X = CROSS_INDUSTRY.replaceAll('CrossIndustryInvoice', 'SCRDMCCBDACIOMessageStructure')
  .replace('>380<', '>220<')
  .replaceAll('InvoiceCurrencyCode', 'OrderCurrencyCode');

const party = (role: string, name: string, vat: string): string =>
  `<cac:${role}><cac:Party><cac:PartyName><cbc:Name>Trade name</cbc:Name></cac:PartyName>
   <cac:PartyTaxScheme><cbc:CompanyID>${vat}</cbc:CompanyID></cac:PartyTaxScheme>
   <cac:PartyLegalEntity><cbc:RegistrationName>${name}</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:${role}>`;
const ubl = (root: string, type: string): string => `<?xml version="1.0"?>
<${root} xmlns="x" xmlns:cac="y" xmlns:cbc="z"><cbc:ID>U 1</cbc:ID><cbc:IssueDate>2024-03-05</cbc:IssueDate><cbc:DueDate>2024-04-04+01:00</cbc:DueDate>
${type}<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cac:OrderReference><cbc:ID>PO-1</cbc:ID></cac:OrderReference>
${party('AccountingSupplierParty', 'Seller Ltd', 'GB123456789')}${party('AccountingCustomerParty', 'Buyer SA', '201/113/40209')}
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">20.0</cbc:TaxAmount><cac:TaxSubtotal><cbc:TaxAmount>20.0</cbc:TaxAmount></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount>100</cbc:TaxExclusiveAmount><cbc:TaxInclusiveAmount>120</cbc:TaxInclusiveAmount><cbc:PayableAmount>0</cbc:PayableAmount></cac:LegalMonetaryTotal></${root}>`;

const VALUES = {
  documentNumber: 'R-2024-77',
  date: '2024-03-05',
  dueDate: '2024-04-04',
  net: '100.00',
  tax: '19.00',
  total: '119.00',
  currency: 'EUR',
  seller: 'Müller & Söhne GmbH',
  buyer: 'Kunde AG',
  reference: 'B-9',
  iban: 'DE89370400440532013000',
  vatId: 'DE123456789',
  email: 'info@mueller.example',
  phone: '+49301234567',
};

describe('an invoice in XML', () => {
  it.each([
    ['Factur-X, ZUGFeRD 2 and XRechnung', CROSS_INDUSTRY, 'invoice'],
    ['ZUGFeRD 1', ZUGFERD_1, 'invoice'],
    ['Order-X', ORDER_X, 'other'],
    ['a credit note', CROSS_INDUSTRY.replace('>380<', '>381<'), 'credit-note'],
  ])('as %s, states its kind and every field', (_, xml, kind) => {
    expect(statedIn(xml)).toEqual({ kind, values: VALUES });
  });

  it.each([
    ['Invoice', '<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>', 'invoice'],
    ['Invoice', '<cbc:InvoiceTypeCode>381</cbc:InvoiceTypeCode>', 'credit-note'],
    ['CreditNote', '<cbc:CreditNoteTypeCode>83</cbc:CreditNoteTypeCode>', 'credit-note'],
    ['CreditNote', '', 'credit-note'],
    ['Order', '', 'other'],
  ])('as UBL %s %s, is of the kind %s', (root, type, kind) => {
    const stated = statedIn(ubl(root, type));
    expect(stated?.kind).toBe(kind);
    expect(stated?.values).toMatchObject({ documentNumber: 'U 1', seller: 'Seller Ltd' });
  });

  it('as UBL, states its fields; a tax number that is none for VAT is left out', () => {
    expect(statedIn(ubl('Invoice', ''))?.values).toEqual({
      documentNumber: 'U 1',
      date: '2024-03-05',
      dueDate: '2024-04-04',
      net: '100.00',
      tax: '20.00',
      total: '120.00',
      currency: 'EUR',
      seller: 'Seller Ltd',
      buyer: 'Buyer SA',
      reference: 'PO-1',
      vatId: 'GB123456789',
    });
  });

  it.each([
    ['an impossible date', '20240305', '20240230', 'date'],
    ['a date in a form of its own', '>20240305<', '>5.3.2024<', 'date'],
    ['an amount that is none', '>119.0000<', '>1 E9<', 'nothing'],
    ['an empty name', '>Kunde AG<', '> <', 'buyer'],
  ])('with %s, leaves that field out and keeps the others', (_, from, to, name) => {
    const values = statedIn(CROSS_INDUSTRY.replace(from, to))?.values;
    expect(values).not.toHaveProperty(name);
    expect(values).toHaveProperty('documentNumber', 'R-2024-77');
  });
});

describe('other XML', () => {
  it.each([
    ['of another format', '<order><ID>1</ID></order>'],
    ['that only looks like one', '<Invoice><Number>1</Number></Invoice>'],
    ['that is none', 'Invoice 4711'],
    ['that is empty', ''],
    ['with a document type', `<!DOCTYPE a [<!ENTITY b "c">]>${CROSS_INDUSTRY}`],
    [
      'that reads a file',
      CROSS_INDUSTRY.replace('?>', '?><!DOCTYPE a SYSTEM "file:///etc/passwd">'),
    ],
  ])('%s, is no invoice', (_, xml) => {
    expect(statedIn(xml)).toBeNull();
  });

  it('an entity that is not of XML itself stays as it is written', () => {
    const xml = CROSS_INDUSTRY.replace('Kunde AG', '&lol; &#75;unde &lt;AG&gt;');
    expect(statedIn(xml)?.values['buyer']).toBe('&lol; Kunde <AG>');
  });
});

it('an invoice that is nothing but XML states all of it, other formats of text nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'structured-'));
  const file = join(folder, 'invoice.xml');
  await writeFile(file, CROSS_INDUSTRY);
  const [stated, ...others] = await readStructured(file, 'invoice-xml');
  expect(stated).toMatchObject({ origin: 'invoice data', kind: 'invoice' });
  expect(stated?.fields).toContainEqual({
    name: 'total',
    value: '119.00',
    source: expect.any(String),
  });
  expect(others).toEqual([]);
  expect(await readStructured(file, 'text')).toEqual([]);
  await rm(folder, { recursive: true });
});
