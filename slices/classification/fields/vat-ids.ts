import type { Field } from '../classification.ts';
import type { Line } from '../document-text.ts';
import { sourceOf } from './finding.ts';

/**
 * Form of the VAT numbers of the European Union, Norway, Switzerland and the United Kingdom, after
 * their country code (https://ec.europa.eu/taxation_customs/vies/#/faq, question 11).
 */
const FORMS: Record<string, string> = {
  AT: String.raw`U\d{8}`,
  BE: String.raw`[01]\d{9}`,
  BG: String.raw`\d{9,10}`,
  CY: String.raw`\d{8}[A-Z]`,
  CZ: String.raw`\d{8,10}`,
  DE: String.raw`\d{9}`,
  DK: String.raw`\d{8}`,
  EE: String.raw`\d{9}`,
  EL: String.raw`\d{9}`,
  ES: String.raw`[A-Z0-9]\d{7}[A-Z0-9]`,
  FI: String.raw`\d{8}`,
  FR: String.raw`[A-HJ-NP-Z0-9]{2}\d{9}`,
  GB: String.raw`\d{9}(?:\d{3})?`,
  HR: String.raw`\d{11}`,
  HU: String.raw`\d{8}`,
  IE: String.raw`\d[A-Z0-9+*]\d{5}[A-Z]{1,2}`,
  IT: String.raw`\d{11}`,
  LT: String.raw`\d{9}(?:\d{3})?`,
  LU: String.raw`\d{8}`,
  LV: String.raw`\d{11}`,
  MT: String.raw`\d{8}`,
  NL: String.raw`\d{9}B\d{2}`,
  NO: String.raw`\d{9}(?:MVA)?`,
  PL: String.raw`\d{10}`,
  PT: String.raw`\d{9}`,
  RO: String.raw`\d{2,10}`,
  SE: String.raw`\d{12}`,
  SI: String.raw`\d{8}`,
  SK: String.raw`\d{10}`,
  CHE: String.raw`\d{9}(?:MWST|TVA|IVA|HR)?`,
};
const EXACT = new Map(
  Object.entries(FORMS).map(([country, form]) => [country, new RegExp(`^${country}${form}$`)]),
);
/** A country's code; the number follows within this many characters, groups set apart. */
const START = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:${Object.keys(FORMS).join('|')})(?=[ .-]?[A-Z0-9])`,
  'gu',
);
const REACH = 24;

/** Words that announce a tax number of a country, and what is put before it when it stands bare. */
const LABELS: { label: RegExp; form: RegExp; country: string }[] = [
  { label: /\bNIP\b/, form: /^\d{10}$/, country: '' },
  { label: /\bGSTIN\b/i, form: /^\d{2}[A-Z]{5}\d{4}[A-Z]\d[A-Z]\w$/, country: '' },
  { label: /\b(?:partita iva|p\. ?iva)\b/i, form: /^\d{11}$/, country: 'IT' },
  { label: /\b(?:NIF|CIF)\b/, form: /^[A-Z]\d{7}[A-Z0-9]$|^\d{8}[A-Z]$/, country: 'ES' },
  { label: /\bVAT (?:reg|no|number|registration)/i, form: /^\d{9}$/, country: 'GB' },
];
const VAT_WORDS =
  /\bVAT\b|\bU\.?ST\b|\bust.?id|umsatzsteuer|\bMwSt\b|\bTVA\b|\bIVA\b|\bBTW\b|\bMOMS\b|\bUID\b|\bALV\b|\bNIF\b|\bDPH\b|\bNIP\b|tax id/i;
const BARE = /(?<![\p{L}\p{N}-])[A-Z0-9]{2,15}(?:[ .-][A-Z0-9]{1,10}){0,4}/gu;

/** VAT numbers, by their country's form; surer where the words before them speak of tax. */
export function findVatIds(lines: Line[]): Field[] {
  return lines.flatMap(({ text, page }, index) => {
    const spoken = VAT_WORDS.test(text) || VAT_WORDS.test(lines[index - 1]?.text.slice(-40) ?? '');
    const own = [...text.matchAll(START)].flatMap(({ 0: country, index: start }) => {
      const words = /^[A-Z0-9+* .-]*/.exec(text.slice(start, start + REACH))?.[0] ?? '';
      const found = longestOfForm(words, (id) => EXACT.get(country)?.test(id) === true);
      if (found === null || (!spoken && !/^(?:DE|NL|FR|ATU|ES)/.test(found.id))) return [];
      const confidence = spoken ? 0.95 : 0.6;
      return { name: 'vatId', value: found.id, page, source: sourceOf(found.words), confidence };
    });
    return own.length > 0 ? own : labelled(text, lines[index + 1], page);
  });
}

function labelled(text: string, next: Line | undefined, page: number): Field[] {
  for (const { label, form, country } of LABELS) {
    const found = label.exec(text);
    if (found === null) continue;
    const rest = text.slice(found.index + found[0].length);
    const words = /\d/.test(rest) ? rest : (next?.text ?? '');
    for (const [candidate] of words.slice(0, 60).matchAll(BARE)) {
      const number = longestOfForm(candidate, (value) => form.test(value));
      if (number === null) continue;
      const source = sourceOf(found[0], number.words);
      return [{ name: 'vatId', value: `${country}${number.id}`, page, source, confidence: 0.85 }];
    }
  }
  return [];
}

/** Groups are joined as long as they make up a number of the form: what follows may be a word. */
function longestOfForm(
  words: string,
  test: (id: string) => boolean,
): { id: string; words: string } | null {
  const groups = [...words.matchAll(/[A-Z0-9+*]+/g)];
  for (let count = groups.length; count > 0; count--) {
    const id = groups.slice(0, count).join('');
    const last = groups[count - 1];
    if (test(id))
      return { id, words: words.slice(0, (last?.index ?? 0) + (last?.[0].length ?? 0)) };
  }
  return null;
}
