/**
 * What a label announces. `other` is a label whose value is none of ours: it ends the value of the
 * label before it, and "order date" hides "date".
 */
export type LabelName =
  | 'documentNumber'
  | 'date'
  | 'dueDate'
  | 'net'
  | 'tax'
  | 'total'
  | 'currency'
  | 'seller'
  | 'buyer'
  | 'reference'
  | 'other';

/** Phrases that announce a value; `strength` (0 to 1) is how surely. */
export interface LabelRule {
  name: LabelName;
  strength: number;
  phrases: string;
}

export const LABEL_RULES: LabelRule[] = [
  {
    name: 'documentNumber',
    strength: 1,
    phrases: `
      invoice number, invoice no, invoice nr, invoice num, invoice id, invoice ref, bill number, bill no,
      credit note number, credit note no, credit memo number, credit memo no, receipt number, receipt no,
      document number, document no, statement number, tax invoice no, quote number, voucher number,
      rechnungsnummer, rechnungs nummer, rechnungsnr, rechnungs nr, rechnung nr, rechnung nummer,
      rechnung no, re nr, rg nr, belegnummer, beleg nr, belegnr, gutschriftsnummer, gutschriftnummer,
      gutschrift nr, bonnummer, bon nr, quittungsnummer, dokumentnummer, beitragsrechnung nr,
      numero de facture, n de facture, no de facture, facture n, facture no, facture numero, avoir n,
      numero d avoir, num facture, numero de factura, n de factura, no de factura, factura n, factura no,
      factura numero, num factura, numero fattura, n fattura, fattura n, fattura nr, fattura no,
      fattura numero, numero documento, numero de documento, factuurnummer, factuur nummer, factuurnr,
      factuur nr, creditnotanummer, betaaloverzichtnummer, bonnr, faktura nr, faktura vat nr,
      numer faktury, nr faktury, fatura n, fatura no, numero da fatura, fakturanummer, fakturanr,
      faktura nummer, laskun numero, cislo faktury, faktura c`,
  },
  {
    name: 'documentNumber',
    strength: 0.6,
    phrases: `
      invoice, tax invoice, credit note, credit memo, receipt, proforma invoice, rechnung, handelsrechnung,
      kostenrechnung, warenrechnung, rechnungskorrektur, stornorechnung, gutschrift, schlussrechnung,
      abschlagsrechnung, teilrechnung, quittung, beitragsrechnung, facture, avoir, factura, fattura,
      nota di credito, factuur, faktura, fatura, recibo, creditnota`,
  },
  { name: 'documentNumber', strength: 0.45, phrases: 'booking id, booking number, policy number' },
  {
    name: 'date',
    strength: 1,
    phrases: `
      invoice date, date of invoice, date of issue, issue date, issued on, issued, bill date, receipt date,
      credit note date, statement date, document date, tax date, invoice dated, billing date,
      rechnungsdatum, rechnung vom, belegdatum, beleg datum, ausstellungsdatum, datum der rechnung,
      gutschriftsdatum, gutschriftdatum, rechnungs datum, re datum, date de facture, date facture,
      date de facturation, date d emission, facture du, date de la facture, fecha de factura,
      fecha factura, fecha de emision, fecha de la factura, fecha de expedicion, data fattura,
      data emissione, data di emissione, data documento, factuurdatum, factuur datum,
      betaaloverzichtdatum, data wystawienia, data faktury, data da fatura, data de emissao,
      fakturadatum, fakturadato, laskun paivays, datum vystaveni, paivays`,
  },
  {
    name: 'date',
    strength: 0.7,
    phrases: 'date, dated, datum, fecha, data, dato, paivamaara, le, sent, gesendet',
  },
  { name: 'date', strength: 0.5, phrases: 'vom, du, den, del, van' },
  {
    name: 'dueDate',
    strength: 1,
    phrases: `
      due date, payment due date, payment due, due by, due on, date due, pay by, payable by, please pay by,
      payment date due, please remit until, please pay until, remit by, falligkeitsdatum, fallig am, fallig bis, fallig zum, falligkeit, zahlbar bis,
      zahlbar bis zum, zahlungsziel, zahlungstermin, zahlungsfrist, faellig am, zu zahlen bis, zahlbar,
      uberweisen sie bis zum, uberweisen sie bis, zahlung bis, netto bis, zahlungseingang bis, bis zum,
      bis spatestens, date d echeance, date limite de paiement, echeance, a payer avant le,
      a regler avant le, payable le, payable avant le, fecha de vencimiento, vencimiento,
      fecha vencimiento, data scadenza, scadenza, data di scadenza, vervaldatum, uiterste betaaldatum,
      te betalen voor, betalen voor, uiterlijk betalen, termin platnosci, data de vencimento, vencimento,
      forfallsdato, forfallodatum, forfaldsdato, erapaiva, datum splatnosti`,
  },
  {
    name: 'net',
    strength: 1,
    phrases: `
      net, net total, net amount, total net, total excl vat, total excluding vat, total ex vat, total before tax,
      total without tax, amount excluding vat, taxable amount, total excl tax, net value, total exclusive
      of vat, subtotal excl vat, total net amount, untaxed amount, subtotal without vat, taxable value,
      nettobetrag, nettosumme, summe netto, netto gesamt, gesamt netto, netto, gesamtbetrag netto,
      summe nettobetrage, zwischensumme netto, rechnungssumme netto, rechnungssumme ohne ust, nettowert,
      gesamtnetto, betrag netto, warenwert netto, netto betrag, rechnungsbetrag netto, summe ohne mwst,
      netto summe, total netto, total ht, montant ht, total hors taxes, montant hors taxes,
      montant total ht, total hors tva, base imponible, total sin iva, importe neto, total neto,
      imponibile, totale imponibile, totale netto, totaal exclusief btw, totaal excl btw,
      exclusief btw, excl btw, bedrag exclusief btw, bedrag excl btw, subtotaal excl btw,
      subtotaal ex btw, subtotaal exclusief btw, totaal ex btw, subtotaal ex, ex btw, totaal netto,
      wartosc netto, razem netto, suma netto, valor liquido, total sem iva, netto totalt, nettobelop,
      rechnungssumme netto excl ust, bedrag ex btw, subtotal ht, sous total ht`,
  },
  {
    name: 'net',
    strength: 0.5,
    phrases: `
      subtotal, sub total, zwischensumme, sous total, subtotaal, sumy czesciowe, subtotale, warenwert,
      summe positionen, positionssumme, mezisoucet, delsumma`,
  },
  {
    name: 'tax',
    strength: 1,
    phrases: `
      vat, total vat, vat total, tax amount total, vat amount, sales tax, total sales tax, tax, total tax, tax total, tax amount,
      total taxes, gst, total gst, hst, taxes, umsatzsteuer, ust, mwst, mehrwertsteuer, umsatzsteuerbetrag,
      ust betrag, mwst betrag, steuerbetrag, summe ust, ust gesamt, summe umsatzsteuer, summe mwst,
      gesamt mwst, zzgl mwst, zzgl ust, zuzuglich mwst, zuzuglich umsatzsteuer, zuzuglich ust,
      mehrwertsteuerbetrag, steuer, steuern, gesamtsteuer, enthaltene mwst, davon mwst, inkl mwst,
      ust gesamtbetrag, summe steuern, versicherungssteuer, versicherungsteuer, steuerbasisbetrag ust,
      tva, total tva, montant tva, montant total tva, dont tva, tva collectee, iva, total iva,
      importe iva, cuota iva, totale iva, imposta, totale imposta, btw, totaal btw, btw bedrag,
      bedrag btw, waarvan btw, kwota vat, podatek vat, razem vat, valor iva, moms, alv, dph, mva`,
  },
  {
    name: 'total',
    strength: 1,
    phrases: `
      grand total, invoice total, total invoice, total incl vat, total including vat, total inc vat,
      total amount, total gross, gross total, gross amount, amount including vat, total incl tax,
      total with tax, total invoice amount, invoice amount, total for this invoice, total price,
      total incl gst, gesamtbetrag, rechnungsbetrag, rechnungsbetrag brutto, endbetrag, bruttobetrag,
      bruttosumme, gesamtsumme, rechnungssumme, rechnungsendbetrag, gesamt brutto, summe brutto,
      brutto gesamt, rechnungsgesamtbetrag, rechnungssumme brutto, gesamtbetrag brutto, gesamtpreis,
      rechnungstotal, gesamtbetrag inkl mwst, rechnungsbetrag inkl mwst, endsumme, gesamt inkl mwst,
      gutschriftsbetrag, total ttc, montant ttc, montant total ttc, total toutes taxes comprises,
      total facture, total general, total con iva, total factura, importe total, totale fattura,
      totale documento, totale ivato, totaalbedrag, totaal inclusief btw, totaal incl btw,
      bedrag inclusief btw, bedrag incl btw, factuur totaal, factuurbedrag, totaal te betalen,
      naleznosc ogolem, razem brutto, suma brutto, wartosc brutto, total geral, total com iva,
      att betala, totalt inkl moms, fakturabelopp, yhteensa, celkem, celkem k uhrade`,
  },
  {
    name: 'total',
    strength: 0.8,
    phrases: `
      total, totals, gesamt, summe, brutto, totale, totaal, razem, suma, totalt, betrag, amount, i alt,
      total eur, total usd, total gbp, total chf, sum`,
  },
  {
    name: 'total',
    strength: 0.7,
    phrases: `
      amount due, balance due, total due, due payable, balance, outstanding balance, total amount due, amount payable, total payable, amount to pay,
      payment amount, total to pay, zahlbetrag, zu zahlen, zu zahlender betrag, zahlungsbetrag,
      offener betrag, zu bezahlen, net a payer, montant a payer, somme a payer, total a payer,
      reste a payer, total a pagar, importe a pagar, totale da pagare, netto a pagare, importo totale,
      te betalen, te voldoen, do zaplaty, montant du`,
  },
  {
    name: 'total',
    strength: 0.4,
    phrases: 'amount paid, total paid, amount received, montant paye, betrag erhalten, betaald',
  },
  {
    name: 'currency',
    strength: 1,
    phrases:
      'currency, wahrung, devise, monnaie, moneda, divisa, valuta, waluta, moeda, betrage in, amounts in, alle betrage in',
  },
  {
    name: 'seller',
    strength: 1,
    phrases: `
      seller, sold by, vendor, supplier, issued by, service provider, biller, verkaufer, lieferant,
      rechnungsersteller, rechnungssteller, leistungserbringer, vendeur, fournisseur, prestataire,
      vendedor, proveedor, emisor, fornitore, cedente, venditore, verkoper, leverancier, sprzedawca,
      fornecedor, emitente, saljare, leverandor, dodavatel`,
  },
  {
    name: 'seller',
    strength: 0.6,
    phrases: 'from, pay to, payable to, absender, von, expediteur, da, van',
  },
  {
    name: 'buyer',
    strength: 1,
    phrases: `
      bill to, billed to, invoice to, sold to, buyer, customer name, client name, billing address,
      bill to address, invoice address, billed for, bill to party, kaufer, kaufer leistungsempfanger, leistungsempfanger,
      rechnungsempfanger, rechnungsadresse, rechnungsanschrift, auftraggeber, rechnung an, facture a,
      adresse de facturation, acheteur, client facture, facturar a, comprador, datos del cliente,
      cessionario, cliente, destinatario, intestatario, factuuradres, afnemer, factuur aan, nabywca,
      faturar a, faktureras till, kopare, ostaja, odberatel, guest name, spett le, spettabile`,
  },
  {
    name: 'buyer',
    strength: 0.7,
    phrases: 'customer, client, kunde, klant, to, bill, an, attn, attention',
  },
  {
    name: 'reference',
    strength: 1,
    phrases: `
      reference, reference number, reference no, ref, ref no, your reference, our reference, your ref,
      our ref, customer reference, customer ref, payment reference, po number, po no, p o number,
      purchase order, purchase order number, purchase order no, order number, order no, order id,
      order ref, case number, contract number, contract no, agreement ref, bestellnummer, bestell nr,
      bestellnr, bestellung nr, auftragsnummer, auftrags nr, auftragsnr, auftrag nr, ihr zeichen,
      unser zeichen, aktenzeichen, geschaftszeichen, referenz, referenznummer, ihre referenz,
      unsere referenz, verwendungszweck, vertragsnummer, vertrags nr, vertragsnr, ihre bestellung,
      bestellreferenz, kassenzeichen, mandatsreferenz, votre reference, notre reference, v ref, n ref,
      reference client, numero de commande, n de commande, commande n, bon de commande n, ref marche,
      numero de dossier, su referencia, nuestra referencia, referencia, pedido n, numero de pedido,
      riferimento, rif, vs riferimento, ordine n, numero ordine, ordernummer, order nummer, ordernr,
      bestelnummer, uw kenmerk, ons kenmerk, uw referentie, referentie, kenmerk, betalingskenmerk,
      numer zamowienia, nr zamowienia, referencja, bestallningsnummer, ordrenummer,
      referenz des kaufers, buyer reference, leitweg id, zahlungsreferenz, buchungsreferenz,
      n bon de commande, n contrat, numero de contrat, n de contrat, votre commande`,
  },
  {
    name: 'reference',
    strength: 0.6,
    phrases:
      'bestellung, auftrag, vertrag, your order, order, po, projekt, project, commande, pedido, ordine',
  },
  {
    name: 'other',
    strength: 1,
    phrases: `
      order date, delivery date, ship date, shipping date, supply date, service date, due in, period,
      billing period, payment terms, terms, date of birth, birth date, expiry date, effective date,
      check in, check out, date of supply, purchase date, payment date, print date, bestelldatum,
      lieferdatum, leistungsdatum, auftragsdatum, liefer und leistungsdatum, liefer bzw leistungsdatum,
      leistungszeitraum, liefertermin, lieferschein datum, auftrag datum, vertrags datum, geburtsdatum,
      leistungs datum, druckdatum, lieferschein nr, lieferscheinnummer, lieferscheindatum, liefer datum,
      datum lieferung, bestellung vom, date de livraison, date de commande, date de naissance,
      fecha de entrega, fecha de pedido, data consegna, orderdatum, aankoopdatum, besteldatum,
      leverdatum, verzenddatum, data sprzedazy, data dostawy, geboortedatum, ship to, deliver to,
      delivery address, shipping address, lieferadresse, lieferanschrift, warenempfanger,
      adresse de livraison, direccion de entrega, afleveradres, verzendadres, phone, tel, telephone,
      telefon, fax, mobile, email, e mail, web, website, iban, bic, swift, account no, account number,
      bank account, kontonummer, konto nr, kontonr, blz, bank, bank name, vat number, vat no,
      vat id, vat reg no, vat registration number, tax id, tax number, tax no, vat code, vat rate,
      tax rate, tax base, vat reg, ust id, ust id nr, ust idnr, ustid, ustidnr, umsatzsteuer id,
      umsatzsteuer identifikationsnummer, steuernummer, steuer nr, steuernr, mwst nr, mwst satz,
      ust satz, steuersatz, ust identnr, n tva, tva intracommunautaire, tva n, numero tva, n tva client,
      nif, cif, vat intracom, taux tva, partita iva, p iva, codice fiscale, aliquota, aliquota iva,
      btw nummer, btw nr, btw id, btw tarief, uw btw nummer, nip, customer number, customer no,
      customer id, customer vat number, account, kundennummer, kunden nr, kundennr, kunde nr, client n,
      numero client, n client, code client, id client, numero cliente, klantnummer, debiteurnummer,
      item, description, quantity, qty, unit price, price, rate, pos, position, artikel, menge,
      einzelpreis, beschreibung, bezeichnung, designation, quantite, prix unitaire, omschrijving,
      aantal, prijs, cantidad, descripcion, paid, already paid, discount,
      shipping, total discount, total charges, total allowances, gesamtbetrag der zuschlage,
      gesamtbetrag der abschlage, anzahlung, erhaltene anzahlungen, rabatt, skonto, credits,
      facture associee, n de facture associee, date de facture associee, facture d origine,
      numero de facture d origine, original invoice, original invoice no, original invoice date,
      ursprungsrechnung, zur rechnung, storno der rechnung, against invoice, korrektur zu rechnung,
      date de debut, date de fin, date de debut de prestation, date de fin de prestation, zeitraum,
      leistungsbeginn, leistungsende, start date, end date, fecha de inicio, fecha de fin,
      seller trade name, seller line, buyer line, n bon de livraison, n bon de vente,
      rundungsbetrag, summe zuschlage, summe abschlage, remise, descuento, sconto, korting,
      amount enclosed, page, seite, contact, ansprechpartner, bearbeiter, geschaftsfuhrer, nummer,
      globale nummer, anschrift, address, adresse, adres, notes, hinweis, bemerkungen, payment method, payment mode, zahlungsart, zahlungsbedingungen, mode de reglement, registered office,
      total hours, total items, total weight, total quantity, service tax, vat tin, unit, gln`,
  },
];
