import type { KindRule } from './rule.ts';

export const invoiceRules: KindRule[] = [
  {
    place: 'heading',
    weight: 3,
    phrases: {
      en: `
        invoice, tax invoice, vat invoice, commercial invoice, proforma invoice, invoices,
        bill of sale, invoice summary`,
      de: `
        rechnung, kostenrechnung, warenrechnung, handelsrechnung, schlussrechnung,
        abschlagsrechnung, teilrechnung, proformarechnung, honorarrechnung, sammelrechnung,
        beitragsrechnung, mietrechnung, rechnungskopie, anzahlungsrechnung, vorausrechnung,
        vorauszahlungsrechnung, monatsrechnung, stromrechnung, gasrechnung, telefonrechnung,
        mobilfunkrechnung, dauerrechnung, endrechnung, reparaturrechnung, werkstattrechnung,
        arztrechnung, hotelrechnung, barrechnung, ausgangsrechnung, einzelrechnung,
        lieferantenrechnung, verkaufsrechnung, kostennote, liquidation, jahresabrechnung,
        verbrauchsabrechnung, betriebskostenabrechnung, gebuhrenrechnung,
        pramienrechnung, internetrechnung, wasserrechnung, faktura, ihre rechnung`,
      fr: 'facture, facture proforma, note d honoraires',
      es: 'factura, factura proforma',
      it: 'fattura, fattura elettronica, parcella',
      nl: 'factuur, verkoopfactuur, kopie factuur, rekening',
      pl: 'faktura, faktura vat',
      pt: 'fatura, fatura recibo',
    },
  },
  {
    place: 'label',
    weight: 2,
    phrases: {
      en: `
        invoice number, invoice no, invoice nr, invoice num, invoice id, bill number,
        invoice ref`,
      de: `
        rechnungsnummer, rechnungsnr, rechnungs nr, rechnungs nummer, rechnung nr,
        rechnung nummer, rg nr, re nr`,
      fr: 'facture n, facture no, numero de facture, n de facture, facture numero, no de facture',
      es: 'factura n, factura no, numero de factura, n de factura, num factura, factura numero',
      it: 'fattura n, fattura nr, numero fattura, n fattura, fattura numero',
      nl: 'factuurnummer, factuur nummer, factuurnr, factuur nr',
      pl: 'faktura nr, numer faktury, faktura vat nr, nr faktury',
      pt: 'fatura n, numero da fatura, fatura no',
    },
  },
  {
    place: 'label',
    weight: 1,
    phrases: {
      en: 'invoice date, date of invoice, bill date, tax date',
      de: `
        rechnungsdatum, leistungsdatum, lieferdatum, liefer und leistungsdatum,
        rechnungssteller, rechnungsersteller`,
      fr: 'date de facture, date de facturation, date facture',
      es: 'fecha de factura, fecha factura, fecha de emision',
      it: 'data fattura, data emissione, data di emissione',
      nl: 'factuurdatum, factuur datum',
      pl: 'data wystawienia, data sprzedazy',
      pt: 'data da fatura, data de emissao',
    },
  },
  {
    place: 'label',
    weight: 1,
    phrases: {
      en: `
        bill to, billed to, invoice to, sold to, billing address, invoice address, ship to,
        sold by`,
      de: `
        rechnungsempfanger, rechnungsadresse, rechnungsanschrift, leistungsempfanger,
        kaufer leistungsempfanger, kundennummer, kunden nr, kundennr`,
      fr: 'facture a, adresse de facturation, adresse de livraison, numero client, code client',
      es: 'facturar a, direccion de facturacion, datos del cliente',
      it: 'intestatario, destinatario, cessionario, spett le, spettabile',
      nl: 'factuuradres, afleveradres, klantnummer, debiteurnummer',
      pl: 'nabywca, sprzedawca',
      pt: 'faturar a, cliente n',
    },
  },
  {
    place: 'label',
    weight: 1,
    phrases: {
      en: `
        due date, payment due, amount due, balance due, total due, total amount due,
        payment terms, terms of payment, invoice total`,
      de: `
        rechnungsbetrag, zahlbetrag, zahlbar, fallig am, zahlungsziel, zahlungsbedingungen,
        falligkeit, rechnungssumme, zu zahlender betrag, rechnungsendbetrag`,
      fr: `
        net a payer, date d echeance, echeance, conditions de paiement, total ttc, montant ttc,
        somme a payer, date limite de paiement`,
      es: `
        fecha de vencimiento, vencimiento, total a pagar, importe total, total factura,
        forma de pago`,
      it: 'scadenza, totale fattura, totale documento, totale da pagare, modalita di pagamento',
      nl: `
        vervaldatum, te betalen, factuur totaal, totaalbedrag, bedrag incl btw,
        bedrag inclusief btw, te voldoen`,
      pl: 'do zaplaty, termin platnosci, naleznosc ogolem',
      pt: 'data de vencimento, total a pagar',
    },
  },
  {
    place: 'text',
    weight: 0.8,
    phrases: {
      en: `
        vat, vat number, sales tax, gst, tax id, vat id, total tax, subtotal, sub total,
        unit price`,
      de: `
        ust, umsatzsteuer, mwst, mehrwertsteuer, ust id nr, ust idnr, ustid, ust id,
        einzelpreis, nettobetrag, stuckpreis`,
      fr: 'tva, montant ht, total ht, prix ht, tva intracommunautaire, prix unitaire',
      es: 'iva, base imponible, precio unitario',
      it: 'iva, imponibile, aliquota, prezzo unitario',
      nl: 'btw, subtotaal, btw nr, btw nummer, excl btw, exclusief btw, prijs per stuk',
      pl: 'vat, netto, brutto, kwota vat',
      pt: 'iva, preco unitario',
    },
  },
  {
    place: 'text',
    weight: 0.7,
    phrases: {
      en: 'please pay, this invoice, pay this invoice, payment is due, remittance, payable within',
      de: `
        uberweisen sie, stellen wir ihnen, berechnen wir ihnen, in rechnung, zahlung bis,
        ohne abzug, skonto, die rechnung ist, rechnung gemass`,
      fr: `
        penalites de retard, indemnite forfaitaire, tout retard de paiement, cette facture,
        votre facture`,
      es: 'transferencia bancaria, esta factura',
      it: 'bonifico, presente fattura',
      nl: 'uw factuur, je factuur, de factuur, deze factuur',
      pl: 'slownie',
    },
  },
];
