import { describe, expect, it } from 'vitest';
import { valuesOf } from './reading.fixture.ts';

const TOWN = '1 High Street\nFremont, CA 94538';

describe('seller and buyer', () => {
  it.each([
    ['a label', 'Seller: Acme Ltd\nBill to: Jane Doe', 'Acme Ltd', 'Jane Doe'],
    [
      'a label above',
      'Sold By :\nWS Retail Services Pvt. Ltd.\nBilling Address\nAnushrut Singh',
      'WS Retail Services Pvt. Ltd.',
      'Anushrut Singh',
    ],
    [
      'numbers between label and name',
      'Verkäufer\nNummer: 549910\nName: Lieferant GmbH\nKäufer/Leistungsempfänger\nNummer: 1\nName: Kunden AG Mitte',
      'Lieferant GmbH',
      'Kunden AG Mitte',
    ],
    [
      'a salutation',
      'Lieferant: Acme GmbH\nKäufer:\nHerrn\nMax Mustermann',
      'Acme GmbH',
      'Max Mustermann',
    ],
    [
      'a name that starts like a label',
      'Rechnung\nLieferant GmbH\nwww.lieferant.example',
      'Lieferant GmbH',
      undefined,
    ],
    [
      "the sender's line of a letter",
      'Acme GmbH | Europa-Allee 1 | 60486 Frankfurt\nKarl Coyote\nUferstraße 113\n88045 Friedrichshafen',
      'Acme GmbH',
      'Karl Coyote',
    ],
    [
      'a legal form beside a tax number',
      'Factuur\nCoolblue B.V.\nWeena 664\nBTW NL810433941B01',
      'Coolblue B.V.',
      undefined,
    ],
    [
      'a name that is the domain',
      `Invoice\nYour Company\nAzure Interior\n${TOWN}\ninfo@azure-interior.com`,
      'Azure Interior',
      undefined,
    ],
  ])('given %s, they are told', (_what, text, seller, buyer) => {
    expect(valuesOf('seller', text, { language: 'de' })[0]).toBe(seller);
    if (buyer !== undefined) expect(valuesOf('buyer', text, { language: 'de' })[0]).toBe(buyer);
  });

  it.each([
    [
      'a company without a hint whose it is',
      'Invoice\nItems\nWe delivered for Strategic Corp\nBedankt',
    ],
    ['a sentence after the label', 'Facture à régler par virement sur le compte suivant'],
    ['only another label', 'Bill to:\nInvoice date\nDue date'],
    ['a compound', 'Verkäufer-Kontoname : 12'],
    ['plain words', 'Hello world'],
  ])('given %s, nothing is guessed', (_what, text) => {
    expect(valuesOf('seller', text)).toEqual([]);
    expect(valuesOf('buyer', text)).toEqual([]);
  });

  it('given the same name for both, it is not the buyer', () => {
    expect(valuesOf('buyer', 'Seller: Acme Ltd\nCustomer: Acme Ltd')).toEqual([]);
  });
});
