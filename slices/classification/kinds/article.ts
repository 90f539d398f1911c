import type { KindRule } from './rule.ts';

export const articleRules: KindRule[] = [
  {
    place: 'label',
    weight: 1.6,
    phrases: {
      en: `
        abstract, keywords, references, bibliography, related work, acknowledgments,
        acknowledgements, see also, further reading, external links, notes and references,
        posted by, published, by our correspondent`,
      de: `
        zusammenfassung, literatur, literaturverzeichnis, schlusselworter, quellen,
        einzelnachweise, weblinks, siehe auch`,
      fr: 'resume, mots cles, bibliographie, references, voir aussi, liens externes',
      es: 'resumen, palabras clave, bibliografia, referencias, vease tambien, enlaces externos',
      it: `
        sommario, parole chiave, bibliografia, riferimenti, voci correlate,
        collegamenti esterni`,
      nl: 'samenvatting, trefwoorden, literatuur, referenties, zie ook, externe links',
    },
  },
  {
    place: 'text',
    weight: 1.2,
    phrases: {
      en: `
        et al, in this paper, we propose, we present, journal of, proceedings of, doi,
        issn, read more, comments, reporter, newspaper, encyclopedia,
        according to`,
      de: `
        in diesem artikel, in dieser arbeit, zeitschrift, der autor, vgl,
        weiterlesen, lesen sie auch, zeitung`,
      fr: 'dans cet article, revue, lire la suite, journal, selon',
      es: 'en este articulo, revista, leer mas, segun',
      it: 'in questo articolo, rivista, leggi tutto, secondo',
      nl: 'in dit artikel, tijdschrift, lees meer, volgens',
    },
  },
  {
    place: 'text',
    weight: 3.2,
    phrases: {
      en: 'from wikipedia, the free encyclopedia, peer reviewed, journal article',
      de: 'aus wikipedia, der freien enzyklopadie',
      fr: 'de wikipedia, l encyclopedie libre',
      es: 'de wikipedia, la enciclopedia libre',
      it: 'da wikipedia, l enciclopedia libera',
      nl: 'uit wikipedia, de vrije encyclopedie',
    },
  },
];
