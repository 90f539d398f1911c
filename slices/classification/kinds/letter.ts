import type { KindRule } from './rule.ts';

export const letterRules: KindRule[] = [
  {
    place: 'label',
    weight: 2.2,
    phrases: {
      en: `
        dear sir, dear madam, dear sirs, dear mr, dear mrs, dear ms, dear dr, dear customer,
        to whom it may concern, dear colleague, dear all, dear hiring manager, dear`,
      de: `
        sehr geehrte, sehr geehrter, sehr geehrte damen und herren, lieber herr, liebe frau,
        guten tag, werte, liebe, lieber, an das, an die`,
      fr: 'madame monsieur, madame, monsieur, cher monsieur, chere madame, cher, chere',
      es: 'estimado, estimada, muy senor mio, muy senores mios, estimados',
      it: 'egregio, gentile, spettabile, egregi, gentilissimo',
      nl: 'geachte, beste, geachte heer, geachte mevrouw',
      pl: 'szanowny panie, szanowna pani, szanowni panstwo',
      pt: 'exmo senhor, prezado, prezada',
    },
  },
  {
    place: 'label',
    weight: 2.2,
    phrases: {
      en: `
        yours sincerely, sincerely, yours faithfully, sincerely yours, kind regards,
        best regards, yours truly, respectfully, with kind regards, very truly yours,
        respectfully yours, warm regards`,
      de: `
        mit freundlichen grussen, mit freundlichem gruss, freundliche grusse, hochachtungsvoll,
        viele grusse, mit besten grussen, beste grusse, herzliche grusse`,
      fr: `
        veuillez agreer, salutations distinguees, cordialement, sinceres salutations,
        je vous prie d agreer, bien cordialement, nous vous prions d agreer`,
      es: `
        atentamente, un cordial saludo, reciba un cordial saludo, saludos cordiales,
        le saluda atentamente`,
      it: 'cordiali saluti, distinti saluti, in fede',
      nl: 'met vriendelijke groet, met vriendelijke groeten, hoogachtend',
      pl: 'z powazaniem',
      pt: 'atenciosamente, cumprimentos',
    },
  },
  {
    place: 'label',
    weight: 0.9,
    phrases: {
      en: `
        re, subject, our ref, your ref, our reference, your reference, enclosure, enclosures,
        encl, cc, via certified mail`,
      de: `
        betreff, betr, ihr zeichen, unser zeichen, ihr schreiben vom, ihre nachricht vom,
        anlage, anlagen, per einschreiben, az, aktenzeichen, bezug, durchwahl, sachbearbeiter`,
      fr: 'objet, nos ref, vos ref, pieces jointes, p j, lettre recommandee',
      es: 'asunto, nuestra referencia, su referencia, adjunto',
      it: 'oggetto, allegati, allegato, rif',
      nl: 'betreft, ons kenmerk, uw kenmerk, bijlage, bijlagen',
      pl: 'dotyczy, zalaczniki',
      pt: 'assunto, anexo',
    },
  },
  {
    place: 'text',
    weight: 0.8,
    phrases: {
      en: `
        i am writing to, we are writing to, thank you for your letter, please do not hesitate,
        i look forward to, we look forward to, with reference to your, please find enclosed,
        please contact me, i would like to, to inform you`,
      de: `
        hiermit, wir bitten sie, vielen dank fur ihr schreiben, wir freuen uns, fur ruckfragen,
        teilen wir ihnen mit, bezugnehmend, wir mochten sie, bitte ich, anbei, bei ruckfragen`,
      fr: `
        nous vous informons, par la presente, nous avons l honneur, suite a votre,
        dans l attente, veuillez trouver`,
      es: 'por la presente, le comunicamos, quedamos a su disposicion, nos complace',
      it: 'con la presente, in riferimento, restiamo in attesa, la informiamo',
      nl: 'hierbij, hiermee, naar aanleiding van, wij verzoeken u',
    },
  },
];
