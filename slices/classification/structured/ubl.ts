import type { Vocabulary } from './vocabulary.ts';

const SELLER = 'AccountingSupplierParty|SellerSupplierParty/Party';
const BUYER = 'AccountingCustomerParty|BuyerCustomerParty/Party';
const SUMS = 'LegalMonetaryTotal|RequestedMonetaryTotal|AnticipatedMonetaryTotal';
const NAMES = ['PartyLegalEntity/RegistrationName', 'PartyName/Name'];

/** OASIS Universal Business Language 2, as XRechnung and Peppol use it. */
export const ubl: Vocabulary = {
  title: 'UBL',
  roots: ['Invoice', 'CreditNote', 'Order', 'OrderResponse'],
  type: 'InvoiceTypeCode|CreditNoteTypeCode',
  kindOf(root) {
    if (root === 'CreditNote') return 'credit-note';
    return root === 'Invoice' ? 'invoice' : 'other';
  },
  fields: {
    documentNumber: ['ID'],
    date: ['IssueDate'],
    dueDate: ['DueDate', 'PaymentMeans/PaymentDueDate'],
    net: [`${SUMS}/TaxExclusiveAmount`],
    tax: ['TaxTotal/TaxAmount'],
    total: [`${SUMS}/TaxInclusiveAmount`, `${SUMS}/PayableAmount`],
    currency: ['DocumentCurrencyCode'],
    seller: NAMES.map((name) => `${SELLER}/${name}`),
    buyer: NAMES.map((name) => `${BUYER}/${name}`),
    reference: [
      'OrderReference/ID',
      'BuyerReference',
      'PaymentMeans/PaymentID',
      'ContractDocumentReference/ID',
      'BillingReference/InvoiceDocumentReference/ID',
    ],
    iban: [
      'PaymentMeans/PayeeFinancialAccount/ID',
      'PaymentMeans/PaymentMandate/PayerFinancialAccount/ID',
    ],
    vatId: [SELLER, BUYER].map((party) => `${party}/PartyTaxScheme/CompanyID`),
    email: [`${SELLER}/Contact/ElectronicMail`],
    phone: [`${SELLER}/Contact/Telephone`],
  },
};
