import { describe, expect, it } from 'vitest';
import type { Format } from '../text-extraction/format.contract.ts';
import type { Kind } from './classification.ts';
import { classify } from './classify.ts';

function classifyText(text: string, format: Format = 'pdf', fileName = 'scan.pdf') {
  return classify({ pages: text.split('\f'), format, fileName });
}

function weightOf(words: string, text: string): number | undefined {
  return classifyText(text).evidence.find((item) => item.words === words)?.weight;
}

const PROSE =
  'The harbour was quiet that morning and the boats lay still against the long stone wall. ' +
  'People who had come to see the market walked slowly along the water and talked about the weather.\n';

const SAMPLES: { what: string; kind: Kind; text: string }[] = [
  {
    what: 'an English invoice',
    kind: 'invoice',
    text: `Northwind Traders Ltd\nINVOICE\nInvoice Number: NW-2041\nInvoice Date: 3 March 2024\nBill To:\nFourth Coffee\n
      Description Quantity Unit Price Amount\nCoffee beans 10 12.00 120.00\nSubtotal 120.00\nVAT 20% 24.00\nTotal 144.00\nPayment due within 30 days`,
  },
  {
    what: 'a German invoice',
    kind: 'invoice',
    text: `Muster GmbH · Hauptstr. 1 · 10115 Berlin\nBeispiel AG\nNebenweg 2\n80333 München\nRechnung Nr. 2024-117\nRechnungsdatum: 05.03.2024\n
      Pos Bezeichnung Menge Einzelpreis Gesamt\n1 Beratung 5 100,00 500,00\nNettobetrag 500,00 €\nzzgl. 19 % MwSt. 95,00 €\nGesamtbetrag 595,00 €\nZahlbar bis 19.03.2024 ohne Abzug`,
  },
  {
    what: 'a French invoice',
    kind: 'invoice',
    text: 'Boulangerie Martin SARL\nFacture n° F-2024-12\nDate de facture : 12/03/2024\nDésignation Quantité Prix unitaire\nPain 10 2,00 €\nTotal HT 20,00 €\nTVA 5,5 % 1,10 €\nTotal TTC 21,10 €\nNet à payer 21,10 €',
  },
  {
    what: 'a Spanish invoice',
    kind: 'invoice',
    text: 'Talleres García S.L.\nFACTURA\nFactura nº 2024/55\nFecha de factura: 12/03/2024\nBase imponible 100,00 €\nIVA 21% 21,00 €\nTotal factura 121,00 €\nFecha de vencimiento: 12/04/2024',
  },
  {
    what: 'an Italian invoice',
    kind: 'invoice',
    text: 'Rossi S.r.l.\nFattura n. 77\nData fattura: 12/03/2024\nImponibile 100,00 €\nAliquota IVA 22% 22,00 €\nTotale fattura 122,00 €\nScadenza 30/04/2024',
  },
  {
    what: 'a Dutch invoice',
    kind: 'invoice',
    text: 'Bakker B.V.\nFactuur\nFactuurnummer: 20240017\nFactuurdatum: 12-03-2024\nTotaal exclusief BTW € 100,00\nBTW 21% € 21,00\nTotaalbedrag € 121,00\nVervaldatum: 26-03-2024',
  },
  {
    what: 'an English credit note',
    kind: 'credit-note',
    text: 'Northwind Traders Ltd\nCREDIT NOTE\nCredit Note No: CN-12\nOriginal invoice: NW-2041\nDate: 10 March 2024\nReturned goods 24.00\nTotal credit 24.00',
  },
  {
    what: 'a German credit note',
    kind: 'credit-note',
    text: 'Muster GmbH\nGutschrift\nGutschrift Nr. 33\nzu Rechnung Nr. 2024-117 vom 05.03.2024\nWir schreiben Ihnen gut:\nBeratung 100,00 €\nMwSt. 19 % 19,00 €\nGutschriftsbetrag 119,00 €',
  },
  {
    what: 'an English receipt',
    kind: 'receipt',
    text: 'CORNER SHOP\nRECEIPT\n12/03/2024 14:22\nMilk 1.20\nBread 2.10\nTOTAL 3.30\nCash 5.00\nChange due 1.70\nThank you for your purchase',
  },
  {
    what: 'a German receipt',
    kind: 'receipt',
    text: 'EDEKA Müller\nKassenbon\nMilch 1,19\nBrot 2,49\nSumme EUR 3,68\nGegeben bar 5,00\nRückgeld 1,32\nBon-Nr. 4711\nVielen Dank für Ihren Einkauf',
  },
  {
    what: 'an English letter',
    kind: 'letter',
    text: 'City Library\n12 March 2024\nDear Mr Jones,\nI am writing to inform you that your reservation is ready for collection.\nPlease do not hesitate to contact us.\nYours sincerely,\nAnna Smith',
  },
  {
    what: 'a German letter',
    kind: 'letter',
    text: 'Stadtwerke Beispielstadt\nIhr Zeichen: AB-1\nBetreff: Zählerwechsel\nSehr geehrte Frau Müller,\nhiermit teilen wir Ihnen mit, dass wir Ihren Zähler austauschen.\nMit freundlichen Grüßen\nPeter Schmidt',
  },
  {
    what: 'a French letter',
    kind: 'letter',
    text: 'Objet : Votre demande\nMadame, Monsieur,\nSuite à votre courrier, nous vous informons que votre dossier est complet.\nVeuillez agréer, Madame, Monsieur, nos salutations distinguées.',
  },
  {
    what: 'an English contract',
    kind: 'contract',
    text: 'SERVICE AGREEMENT\nThis Agreement is made by and between Alpha Ltd and Beta Inc.\nWHEREAS the parties wish to cooperate,\n1. Term. Termination requires notice.\n2. Confidential Information shall be protected.\n3. This Agreement shall be governed by the laws of England.\nIN WITNESS WHEREOF the parties have signed.',
  },
  {
    what: 'a German contract',
    kind: 'contract',
    text: 'Mietvertrag\nZwischen\nFrau Meier\nund Herrn Schulz\n- nachfolgend Mieter -\nwird folgender Vertrag geschlossen:\n§ 1 Mietsache\n§ 2 Mietdauer\nDie Kündigungsfrist beträgt drei Monate.\n§ 3 Schlussbestimmungen\nGerichtsstand ist Köln.',
  },
  {
    what: 'an English report',
    kind: 'report',
    text: `Annual Report 2023\nTable of Contents\n1 Executive Summary\n2 Introduction\n3 Findings\n4 Conclusions\nThis report covers the fiscal year.\n${PROSE.repeat(4)}`,
  },
  {
    what: 'a German report',
    kind: 'report',
    text: 'Jahresbericht 2023\nInhaltsverzeichnis\nEinleitung\nDieser Bericht beschreibt das Geschäftsjahr.\nErgebnisse\nFazit',
  },
  {
    what: 'an English form',
    kind: 'form',
    text: 'Application Form\nPlease print clearly and complete all sections.\nFirst name: ________\nLast name: ________\nDate of birth: ________\nSignature: ________',
  },
  {
    what: 'a German form',
    kind: 'form',
    text: 'Antrag auf Mitgliedschaft\nBitte ausfüllen und ankreuzen\nVorname: ____________\nNachname: ____________\nGeburtsdatum: ____________\n☐ ja ☐ nein\nUnterschrift: ____________',
  },
  { what: 'running text', kind: 'article', text: `A morning at the harbour\n\n${PROSE.repeat(6)}` },
  {
    what: 'a mail saved as text',
    kind: 'e-mail',
    text: 'From: Ann <ann@example.org>\nTo: bob@example.org\nDate: Tue, 12 Mar 2024 10:00:00 +0100\nSubject: Lunch\n\nShall we meet at noon?',
  },
];

describe('kind of a document', () => {
  it.each(SAMPLES)('given $what, it is of the kind $kind', ({ kind, text }) => {
    const found = classifyText(text);
    expect(found.kind).toBe(kind);
    expect(found.confidence).toBeGreaterThan(0.5);
    expect(found.evidence.length).toBeGreaterThan(0);
  });

  it.each(SAMPLES)(
    'given the evidence for $what, its words stand on the page it names',
    ({ text }) => {
      const lines = text.replaceAll(/\s+/g, ' ');
      for (const { words, page } of classifyText(text).evidence) {
        expect(page).toBe(1);
        expect(lines).toContain(words.replaceAll(/\s+/g, ' '));
      }
    },
  );

  it('given little to go by, it is other, and says how unsure it is', () => {
    expect(classifyText('Hello world')).toMatchObject({ kind: 'other', evidence: [] });
    expect(classifyText('').kind).toBe('other');
  });

  it('given running text about invoices, it is no invoice', () => {
    const text = `Writing templates\n\nA template tells which line of an invoice holds its total and its date and which does not. ${PROSE.repeat(5)}`;
    expect(classifyText(text, 'markdown').kind).toBe('article');
  });

  it('given an invoice cited on a late page of a report, it stays a report', () => {
    const report = SAMPLES.find(({ kind }) => kind === 'report')?.text ?? '';
    const pages = `${report}\f${PROSE}\f${PROSE}\f${PROSE}\fInvoice number: 12\nInvoice date: today\f${PROSE}`;
    expect(classifyText(pages).kind).toBe('report');
  });

  it.each([
    ['pptx', 'presentation'],
    ['odp', 'presentation'],
    ['xlsx', 'spreadsheet'],
    ['ods', 'spreadsheet'],
    ['csv', 'spreadsheet'],
    ['email', 'e-mail'],
    ['html', 'article'],
  ] as const)('given a file of format %s without telling words, it is a %s', (format, kind) => {
    expect(classifyText('Alpha\tBeta\n1\t2', format).kind).toBe(kind);
  });

  it.each(['docx', 'xlsx', 'odt', 'html'] as const)(
    'given an invoice as %s, it is an invoice',
    (format) => {
      const invoice = SAMPLES[0]?.text ?? '';
      expect(classifyText(invoice, format).kind).toBe('invoice');
    },
  );

  it('given pages with a few words each, it is a presentation', () => {
    const slides = Array.from(
      { length: 6 },
      (_, page) => `Topic ${page}\nPoint one of the topic\nPoint two`,
    );
    expect(classify({ pages: slides, format: 'pdf', fileName: 'talk.pdf' }).kind).toBe(
      'presentation',
    );
  });

  it('given a telling file name, it adds to the evidence', () => {
    const text = 'Alpha 12.00\nBeta 13.00\nGamma 14.00';
    const plain = classifyText(text);
    const named = classifyText(text, 'pdf', 'Rechnung_2024-117.pdf');
    expect(plain.evidence.every(({ page }) => page !== null)).toBe(true);
    expect(named.evidence).toContainEqual(
      expect.objectContaining({ words: 'Rechnung_2024-117.pdf', page: null }),
    );
  });

  it('given a phrase in another language than the text, it counts less', () => {
    const english = 'INVOICE\nWe thank you for the order that you placed with us last week.';
    const german =
      'INVOICE\nWir bedanken uns für die Bestellung, die Sie letzte Woche aufgegeben haben.';
    expect(weightOf('INVOICE', english)).toBe(3);
    expect(weightOf('INVOICE', german)).toBe(1.8);
  });
});
