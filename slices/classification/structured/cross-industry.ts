import type { Vocabulary } from './vocabulary.ts';

const DEAL = 'SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction';
const AGREEMENT = `${DEAL}/ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement`;
const SETTLEMENT = `${DEAL}/ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement`;
const SUMS = `${SETTLEMENT}/SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation`;
const DOCUMENT = 'ExchangedDocument|HeaderExchangedDocument';
const PARTIES = ['SellerTradeParty', 'BuyerTradeParty'].map((party) => `${AGREEMENT}/${party}`);
const CONTACT = `${AGREEMENT}/SellerTradeParty/DefinedTradeContact`;

/**
 * UN/CEFACT's invoice and order, as Factur-X, ZUGFeRD 1 and 2, XRechnung and Order-X use them.
 * ZUGFeRD 1 has names of its own for some elements.
 */
export const crossIndustry: Vocabulary = {
  title: 'Cross Industry Invoice',
  roots: ['CrossIndustryInvoice', 'CrossIndustryDocument', 'SCRDMCCBDACIOMessageStructure'],
  type: `${DOCUMENT}/TypeCode`,
  kindOf: (root) => (root === 'SCRDMCCBDACIOMessageStructure' ? 'other' : 'invoice'),
  fields: {
    documentNumber: [`${DOCUMENT}/ID`],
    date: [`${DOCUMENT}/IssueDateTime/DateTimeString`],
    dueDate: [`${SETTLEMENT}/SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString`],
    net: [`${SUMS}/TaxBasisTotalAmount`],
    tax: [`${SUMS}/TaxTotalAmount`],
    total: [`${SUMS}/GrandTotalAmount`, `${SUMS}/DuePayableAmount`],
    currency: [`${SETTLEMENT}/InvoiceCurrencyCode|OrderCurrencyCode`],
    seller: [`${AGREEMENT}/SellerTradeParty/Name`],
    buyer: [`${AGREEMENT}/BuyerTradeParty/Name`],
    reference: [
      `${AGREEMENT}/BuyerOrderReferencedDocument/IssuerAssignedID|ID`,
      `${AGREEMENT}/BuyerReference`,
      `${SETTLEMENT}/PaymentReference`,
      `${AGREEMENT}/ContractReferencedDocument/IssuerAssignedID|ID`,
      `${SETTLEMENT}/InvoiceReferencedDocument/IssuerAssignedID`,
    ],
    iban: [
      `${SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID`,
      `${SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans/PayerPartyDebtorFinancialAccount/IBANID`,
    ],
    vatId: PARTIES.map((party) => `${party}/SpecifiedTaxRegistration/ID@VA`),
    email: [`${CONTACT}/EmailURIUniversalCommunication/URIID`],
    phone: [`${CONTACT}/TelephoneUniversalCommunication/CompleteNumber`],
  },
};
