import type { KindRule } from './rule.ts';

export const reportRules: KindRule[] = [
  {
    place: 'heading',
    weight: 3.2,
    phrases: {
      en: `
        report, annual report, quarterly report, status report, final report, technical report,
        progress report, financial report, audit report, minutes, meeting minutes, white paper,
        case study, test report, project report, financial statements, monthly report,
        management report, research report, inspection report, incident report, expense report`,
      de: `
        bericht, jahresbericht, geschaftsbericht, quartalsbericht, abschlussbericht,
        prufbericht, gutachten, protokoll, sitzungsprotokoll, lagebericht, projektbericht,
        statusbericht, zwischenbericht, monatsbericht, jahresabschluss, tatigkeitsbericht,
        erfahrungsbericht, forschungsbericht, praktikumsbericht`,
      fr: `
        rapport, rapport annuel, compte rendu, proces verbal, rapport d activite, rapport final,
        etude`,
      es: 'informe, informe anual, memoria, acta, informe final',
      it: 'relazione, rapporto, bilancio, verbale, relazione annuale',
      nl: 'rapport, verslag, jaarverslag, notulen, jaarrekening, eindrapport',
      pl: 'raport, sprawozdanie, protokol',
      pt: 'relatorio, relatorio anual, ata',
    },
  },
  {
    place: 'label',
    weight: 1.6,
    phrases: {
      en: `
        executive summary, table of contents, contents, management summary, list of figures,
        list of tables, key findings, summary of findings, agenda, attendees, action items`,
      de: `
        inhaltsverzeichnis, zusammenfassung, management summary, abbildungsverzeichnis,
        tabellenverzeichnis, tagesordnung, teilnehmer, inhalt, ergebnisse`,
      fr: 'sommaire, table des matieres, resume, synthese, ordre du jour',
      es: 'indice, resumen ejecutivo, tabla de contenido, orden del dia',
      it: 'indice, sommario, ordine del giorno',
      nl: 'inhoudsopgave, samenvatting, managementsamenvatting, agenda',
      pl: 'spis tresci, podsumowanie, streszczenie',
      pt: 'sumario, indice, resumo',
    },
  },
  {
    place: 'label',
    weight: 1.2,
    phrases: {
      en: `
        introduction, background, methodology, findings, conclusion, conclusions,
        recommendations, results, discussion, appendix, scope, objectives, next steps`,
      de: `
        einleitung, methodik, fazit, schlussfolgerung, empfehlungen, ausblick, anhang,
        hintergrund, zielsetzung, schlussfolgerungen, vorwort`,
      fr: 'introduction, methodologie, conclusion, recommandations, annexe, annexes, contexte',
      es: 'introduccion, metodologia, conclusiones, recomendaciones, anexo, antecedentes',
      it: 'introduzione, metodologia, conclusioni, raccomandazioni, allegato, premessa',
      nl: 'inleiding, methode, conclusie, aanbevelingen, bijlage, conclusies, achtergrond',
      pl: 'wstep, wnioski, metodologia, rekomendacje',
      pt: 'introducao, metodologia, conclusao, recomendacoes',
    },
  },
  {
    place: 'text',
    weight: 0.8,
    phrases: {
      en: `
        this report, the report, fiscal year, reporting period, year ended,
        compared to the previous year, was prepared by, the audit, in this study`,
      de: `
        dieser bericht, geschaftsjahr, berichtszeitraum, im vorliegenden bericht,
        im vergleich zum vorjahr, gegenuber dem vorjahr, der bericht, berichtsjahr`,
      fr: 'ce rapport, le present rapport, exercice, cette etude',
      es: 'este informe, el presente informe, ejercicio',
      it: 'la presente relazione, questo rapporto, esercizio',
      nl: 'dit rapport, boekjaar, verslagjaar',
    },
  },
];
