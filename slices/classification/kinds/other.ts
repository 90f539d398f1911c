import type { KindRule } from './rule.ts';

/**
 * Papers of trade and money that look like invoices and are none: what they call themselves, and
 * what they say of themselves, speaks against the kinds that ask for money.
 */
export const otherRules: KindRule[] = [
  {
    place: 'title',
    weight: 4.5,
    phrases: {
      en: `
        quotation, quote, estimate, quote no, quote number, quotation no, order confirmation,
        order acknowledgement, sales order, purchase order, purchase order no, delivery note,
        delivery note no, dispatch note, packing list, packing slip, price list,
        remittance advice, statement of account, account statement, bank statement,
        payment reminder, overdue notice, final demand, booking confirmation,
        reservation confirmation, order summary, pay slip, payslip, pay stub, menu, bill of lading,
        waybill, consignment note, certificate, insurance certificate, offer, order change,
        order response`,
      de: `
        angebot, angebot nr, kostenvoranschlag, auftragsbestatigung, bestellbestatigung,
        bestellung, bestellung nr, lieferschein, packliste, preisliste, zahlungserinnerung, mahnung,
        mahnbescheid, letzte mahnung, kontoauszug, zahlungsavis, avis, buchungsbestatigung,
        reservierungsbestatigung, entgeltabrechnung, gehaltsabrechnung, lohnabrechnung,
        verdienstabrechnung, speisekarte, frachtbrief, versicherungsschein, kontoubersicht,
        urkunde, zeugnis, bescheinigung, saldenbestatigung, saldenliste, offerte`,
      fr: `
        devis, bon de livraison, bon de commande, confirmation de commande, relance,
        rappel de paiement, mise en demeure, releve de compte, bulletin de paie, tarif,
        liste de prix, accuse de reception de commande, avis de paiement, attestation`,
      es: `
        presupuesto, albaran, pedido, pedido n, orden de compra, confirmacion de pedido,
        extracto de cuenta, recordatorio de pago, lista de precios, nomina, oferta`,
      it: `
        preventivo, offerta, documento di trasporto, bolla di consegna, ddt, ordine,
        ordine di acquisto, conferma d ordine, estratto conto, sollecito di pagamento,
        listino prezzi, busta paga`,
      nl: `
        offerte, orderbevestiging, opdrachtbevestiging, pakbon, leverbon, inkooporder,
        betalingsherinnering, aanmaning, rekeningafschrift, prijslijst, loonstrook,
        boekingsbevestiging`,
      pl: `
        oferta, zamowienie, potwierdzenie zamowienia, wezwanie do zaplaty, wyciag bankowy,
        cennik, list przewozowy, wydanie zewnetrzne, wz`,
      pt: `
        orcamento, guia de remessa, encomenda, nota de encomenda, extrato de conta,
        confirmacao de encomenda, aviso de cobranca, tabela de precos`,
    },
  },
  {
    place: 'text',
    weight: 3,
    phrases: {
      en: `
        this is not an invoice, is not an invoice, not a tax invoice, not an invoice,
        this is not a bill, please send the invoice to, please disregard this reminder,
        our records show that invoice, is overdue, send your invoice, invoice will be sent`,
      de: `
        dies ist keine rechnung, keine rechnung, die rechnung erhalten sie, rechnung folgt,
        rechnung bitte an, trotz unserer zahlungserinnerung, noch nicht eingegangen,
        noch offen ist, betrachten sie dieses schreiben als gegenstandslos, mahngebuhr,
        mahngebuhren, wird gesondert in rechnung gestellt, noch keinen zahlungseingang`,
      fr: `
        ceci n est pas une facture, bon pour accord, ne tient pas lieu de facture,
        reste impayee, sauf erreur de notre part`,
      es: 'esto no es una factura, no es una factura, validez del presupuesto',
      it: 'non e una fattura, non costituisce fattura, validita dell offerta',
      nl: 'dit is geen factuur, geen factuur, nog niet ontvangen',
      pl: 'nie jest faktura',
      pt: 'nao serve de fatura, nao e uma fatura',
    },
  },
  {
    place: 'label',
    weight: 1.6,
    phrases: {
      en: `
        valid until, quote valid until, valid from, beginning balance, ending balance,
        opening balance, closing balance, statement period, order total, vendor, total cartons,
        check in, expected delivery, prepared for, quote no, quote number`,
      de: `
        gultig bis, liefertermin, kontostand, kontostand am, alter saldo, neuer saldo, bestellwert,
        angebotssumme, lieferschein nr, lieferscheinnummer, angebotsnummer, gultig ab,
        auszahlungsbetrag, lohnsteuer, voraussichtlicher liefertermin, personalnummer`,
      fr: 'valable jusqu au, date de validite, devis n, solde, nouveau solde, ancien solde',
      es: 'valido hasta, saldo anterior, saldo final',
      it: 'valido fino al, saldo iniziale, saldo finale, preventivo n',
      nl: 'geldig tot, beginsaldo, eindsaldo, offertenummer',
      pl: 'saldo poczatkowe, saldo koncowe, oferta nr',
      pt: 'valido ate, saldo inicial, saldo final',
    },
  },
];
