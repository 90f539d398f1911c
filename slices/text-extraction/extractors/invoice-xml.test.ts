import { expect, test } from 'vitest';
import { extractInvoiceXml } from './invoice-xml.ts';

const UBL = `<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:c="c">
  <c:ID>R-77</c:ID><c:IssueDate>2024-03-05</c:IssueDate><c:Note>Thank you &amp; goodbye</c:Note>
  <c:DocumentCurrencyCode>EUR</c:DocumentCurrencyCode>
  <c:AdditionalDocumentReference><c:Attachment>
    <c:EmbeddedDocumentBinaryObject filename="times.pdf">JVBERi0xLjQ=</c:EmbeddedDocumentBinaryObject>
  </c:Attachment></c:AdditionalDocumentReference>
  <c:AccountingSupplierParty><c:Party><c:PartyName><c:Name>Müller GmbH</c:Name></c:PartyName>
    <c:PostalAddress><c:StreetName>Am Tor 1</c:StreetName><c:CityName/></c:PostalAddress></c:Party></c:AccountingSupplierParty>
  <c:LegalMonetaryTotal><c:PayableAmount currencyID="EUR">119.5</c:PayableAmount></c:LegalMonetaryTotal>
</Invoice>`;

test('an invoice in XML reads as what matters, then everything that it states', () => {
  expect(extractInvoiceXml(Buffer.from(UBL))).toEqual({
    pages: [
      `Invoice R-77

Date: 2024-03-05
Total: 119.50
Currency: EUR
Seller: Müller GmbH

Invoice
ID: R-77
Issue Date: 2024-03-05
Note: Thank you & goodbye
Document Currency Code: EUR

Attachment
Attachment: times.pdf

Party Name
Name: Müller GmbH

Postal Address
Street Name: Am Tor 1

Legal Monetary Total
Payable Amount: 119.5 EUR`,
    ],
    warnings: [],
  });
});

test('days without dashes are read as days, and a credit note is called one', () => {
  const text = extractInvoiceXml(
    Buffer.from(
      `<a:CrossIndustryInvoice><a:ExchangedDocument><a:ID>G-1</a:ID><a:TypeCode>381</a:TypeCode><a:IssueDateTime>
       <a:DateTimeString format="102">20240305</a:DateTimeString></a:IssueDateTime></a:ExchangedDocument></a:CrossIndustryInvoice>`,
    ),
  ).pages[0];
  expect(text).toContain('Credit note G-1\n\nDate: 2024-03-05');
  expect(text).toContain('Date Time String: 2024-03-05');
});

test.each([
  ['cut off before its number', UBL.slice(0, 90)],
  ['with a document type', `<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>${UBL}`],
])('one that is %s is a permanent failure', (_, xml) => {
  expect(() => extractInvoiceXml(Buffer.from(xml))).toThrow(
    expect.objectContaining({ code: 'corrupt', kind: 'permanent' }),
  );
});
