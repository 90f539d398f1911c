import type { KindRule } from './rule.ts';

export const creditNoteRules: KindRule[] = [
  {
    place: 'heading',
    weight: 6,
    phrases: {
      en: 'credit note, credit memo, credit memorandum, credit invoice, corrected invoice',
      de: `
        gutschrift, stornorechnung, rechnungskorrektur, korrekturrechnung, storno,
        gutschriftsanzeige, rechnungsstorno, wertgutschrift`,
      fr: 'avoir, facture d avoir, note de credit, facture rectificative',
      es: 'nota de credito, factura rectificativa, nota de abono, abono',
      it: 'nota di credito, nota credito, nota di accredito',
      nl: 'creditnota, creditfactuur, credit nota, credit factuur',
      pl: 'faktura korygujaca, korekta faktury, nota uznaniowa',
      pt: 'nota de credito',
    },
  },
  {
    place: 'label',
    weight: 2.5,
    phrases: {
      en: `
        credit note number, credit note no, credit note date, credit memo number,
        original invoice, amount credited, total credit`,
      de: `
        gutschriftsnummer, gutschrift nr, gutschriftnummer, gutschriftsdatum,
        ursprungliche rechnung, gutschriftsbetrag, stornorechnung nr, korrektur zu rechnung,
        storno zu rechnung, korrektur der rechnung`,
      fr: 'avoir n, numero d avoir, avoir sur facture, facture liee',
      es: 'nota de credito n, factura rectificada',
      it: 'nota di credito n, storno fattura',
      nl: 'creditnummer, creditnotanummer',
    },
  },
  {
    place: 'text',
    weight: 0.8,
    phrases: {
      en: 'we have credited, credited to your account, has been credited, refund',
      de: 'schreiben wir ihnen gut, gutgeschrieben, wir erstatten, erstattung',
      fr: 'remboursement, avoir suite a',
      es: 'reembolso',
      it: 'rimborso',
      nl: 'gecrediteerd, terugbetaald',
    },
  },
];
