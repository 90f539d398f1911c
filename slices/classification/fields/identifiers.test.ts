import { describe, expect, it } from 'vitest';
import { fieldsOf, valuesOf } from './reading.fixture.ts';

describe('IBANs', () => {
  it.each([
    ['IBAN: DE89 3704 0044 0532 0130 00', 'DE89370400440532013000'],
    ['IBAN NL91ABNA0417164300 BIC ABNANL2A', 'NL91ABNA0417164300'],
    ['IBAN : FR76 3000 6000 0112 3456 7890 189 - BIC X', 'FR7630006000011234567890189'],
    ['GB29 NWBK 6016 1331 9268 19 Bank of Examples', 'GB29NWBK60161331926819'],
    ['IBAN: DE89370400440532013000BIC: X', 'DE89370400440532013000'],
    ['Account DE89 3704 0044 0532 0130 01', null],
    ['Bank Account: US1234567890', null],
    ['IBAN: DE89 3704', null],
    ['XX12 3456 7890 1234 5678', null],
  ])('given "%s", it is %s', (text, iban) => {
    expect(valuesOf('iban', text)).toEqual(iban === null ? [] : [iban]);
  });

  it('given what is called an IBAN and fails the check, it is a doubtful find', () => {
    expect(fieldsOf('IBAN: DE89 3704 0044 0532 0130 01')).toMatchObject([
      { name: 'iban', value: 'DE89370400440532013001', confidence: 0.5 },
    ]);
  });

  it('given the same one twice, it is told once', () => {
    expect(valuesOf('iban', 'DE89 3704 0044 0532 0130 00\nDE89370400440532013000')).toHaveLength(1);
  });
});

describe('VAT ids', () => {
  it.each([
    ['USt-IdNr.: DE123456789', 'DE123456789'],
    ['UStId DE 232 446 240', 'DE232446240'],
    ['BTW NL810433941B01', 'NL810433941B01'],
    ['BTW nr. NL: NL8204.71.616.B.02 Nederland', 'NL820471616B02'],
    ['TVA intracommunautaire: FR60 421938861', 'FR60421938861'],
    ['VAT No GB 123 4567 89', 'GB123456789'],
    ['UID: ATU12345678', 'ATU12345678'],
    ['MwSt-Nr. CHE-123.456.789 MWST', 'CHE123456789MWST'],
    ['NIP: 774-00-01-454', '7740001454'],
    ['P.IVA 12345678901', 'IT12345678901'],
    ['GSTIN\n06AABCO6063D1ZQ', '06AABCO6063D1ZQ'],
    ['Order DE12345', null],
    ['VAT 20% 120.00', null],
  ])('given "%s", it is %s', (text, id) => {
    expect(valuesOf('vatId', text)).toEqual(id === null ? [] : [id]);
  });
});

describe('e-mail addresses and telephone numbers', () => {
  it.each([
    ['Write to Jane.Doe@Example.org.', 'jane.doe@example.org'],
    ['mailto:<a+b@mail.example.co.uk>', 'a+b@mail.example.co.uk'],
    ['user@localhost and @handle and a@b', null],
  ])('given "%s", the address is %s', (text, address) => {
    expect(valuesOf('email', text)).toEqual(address === null ? [] : [address]);
  });

  it.each([
    ['Tel.: +49 (0) 9831 505-0', '+4998315050'],
    ['Phone: 080 100 444 66', '08010044466'],
    ['Telefon 0049 30 1234567', '+49301234567'],
    ['(870)-931-0505', '8709310505'],
    ['call us at +1 415 555 2671', '+14155552671'],
    ['Fax: +49 30 1234567', null],
    ['(605) 574-2307 fax', null],
    ['(605) 574-2307 Fax: (605) 574-2308', '6055742307'],
    ['Order 4711 0815 12', null],
    ['Tel. 12', null],
  ])('given "%s", the number is %s', (text, phone) => {
    expect(valuesOf('phone', text)).toEqual(phone === null ? [] : [phone]);
  });

  it('given a list of contacts, no more than ten are told', () => {
    const text = Array.from({ length: 30 }, (_, at) => `person${at}@example.org`).join('\n');
    expect(fieldsOf(text)).toHaveLength(10);
  });
});
