import type { KindRule } from './rule.ts';

export const receiptRules: KindRule[] = [
  {
    place: 'heading',
    weight: 5.5,
    phrases: {
      en: `
        receipt, payment receipt, sales receipt, cash receipt, receipt of payment,
        donation receipt, official receipt, customer copy, rent receipt`,
      de: `
        quittung, kassenbon, kassenbeleg, zahlungsbeleg, kassenzettel, kundenbeleg,
        bewirtungsbeleg, zahlungsbestatigung, spendenquittung, zuwendungsbestatigung`,
      fr: 'recu, ticket de caisse, quittance, recu de paiement, justificatif de paiement',
      es: 'recibo, ticket, tique, recibo de pago, factura simplificada',
      it: 'ricevuta, scontrino, ricevuta fiscale, documento commerciale',
      nl: 'kassabon, kwitantie, betaalbewijs, bon',
      pl: 'paragon, paragon fiskalny, pokwitowanie',
      pt: 'recibo',
    },
  },
  {
    place: 'label',
    weight: 1.8,
    phrases: {
      en: `
        receipt number, receipt no, receipt date, cashier, change due, cash tendered, register,
        auth code, approval code, amount tendered, transaction id, payment received`,
      de: `
        bon nr, bonnr, beleg nr, belegnr, kasse, kassierer, ruckgeld, gegeben, es bediente sie,
        terminal id, ta nr, kartenzahlung, gegeben bar`,
      fr: 'caisse, especes, rendu, recu n, carte bancaire',
      es: 'cajero, cambio, efectivo, entregado',
      it: 'cassa, contanti, resto',
      nl: 'kassa, wisselgeld, contant, bonnummer, pinnen',
      pl: 'gotowka, reszta, kasa',
    },
  },
  {
    place: 'text',
    weight: 1,
    phrases: {
      en: `
        thank you for your purchase, thank you for shopping, paid in full, payment received,
        received with thanks, received from, paid through, payment mode, visa debit,
        contactless`,
      de: `
        vielen dank fur ihren einkauf, betrag dankend erhalten, dankend erhalten, girocard,
        ec karte, tse, bar bezahlt, vielen dank fur ihren besuch`,
      fr: 'merci de votre visite, merci pour votre achat, paye par carte',
      es: 'gracias por su compra, gracias por su visita',
      it: 'grazie e arrivederci, pagamento elettronico',
      nl: 'bedankt voor uw aankoop, tot ziens',
    },
  },
];
