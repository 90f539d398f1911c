import type { Field } from '../classification.ts';
import type { Line } from '../document-text.ts';
import { withoutEdges } from './edges.ts';
import { sourceOf } from './finding.ts';

const EMAIL =
  /^[\w.%+-]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,5}\p{L}{2,24}$/u;
const PHONE_LABEL =
  /\b(?:tel(?:efon|efoon|ephone|éfono|efono|éphone|\.)?|phone|fon|mobile|mobil|cell|call|telefon-?nr|hotline)\b/i;
const NUMBER = String.raw`(?:\+|00)?\(?\d[\d ()/.–-]{5,22}\d`;
const LABELLED = new RegExp(
  String.raw`\b(?:tel(?:efon|efoon|ephone|éfono|efono|éphone)?|phone|fon|mobile|mobil|cell|telefon-?nr|hotline)\b(?: ?(?:no|nr|number)\b)?[.:]* {0,2}(${NUMBER})`,
  'gi',
);
/** With a country's code, or in the form of North America, a number needs no label. */
const INTERNATIONAL = /(?<![\p{L}\p{N}])\+\d[\d ()/.–-]{6,22}\d/gu;
const NORTH_AMERICAN = /(?<![\p{L}\p{N}-])\(?\d{3}\)?[-. ]{1,2}\d{3}[-.]\d{4}(?![\d-])/gu;
const FAX = /(?:\bfax|telefax|facsimile)[^\d+]{0,10}$/i;

/** E-mail addresses, in lower case. */
export function findEmails(lines: Line[]): Field[] {
  return lines.flatMap(({ text, page }) => {
    if (!text.includes('@')) return [];
    return text.split(/[\s<>()[\]{}"',;|:]+/).flatMap((word) => {
      const address = withoutEdges(word, /\W/);
      if (!EMAIL.test(address)) return [];
      return { name: 'email', value: address.toLowerCase(), page, source: word, confidence: 0.95 };
    });
  });
}

/** Telephone numbers as digits, with `+` where the country is given. Fax numbers are left out. */
export function findPhones(lines: Line[]): Field[] {
  return lines.flatMap(({ text, page }) => {
    const labelled = PHONE_LABEL.test(text)
      ? [...text.matchAll(LABELLED)].map((match) => ({ words: match[1] ?? '', match, sure: 0.9 }))
      : [];
    const bare = [...text.matchAll(INTERNATIONAL), ...text.matchAll(NORTH_AMERICAN)].map(
      (match) => ({
        words: match[0],
        match,
        sure: 0.75,
      }),
    );
    return [...labelled, ...bare].flatMap(({ words, match, sure }) => {
      const value = normalisePhone(words);
      if (value === null || isFax(text, match.index, match.index + match[0].length)) return [];
      return { name: 'phone', value, page, source: sourceOf(match[0]), confidence: sure };
    });
  });
}

/** The word stands before the number, or behind it where no other number follows at once. */
function isFax(text: string, start: number, end: number): boolean {
  return FAX.test(text.slice(0, start)) || /^ ?\(?fax\)?(?![^\d]{0,4}\d)/i.test(text.slice(end));
}

/** Digits, with `+` where the country is given; null where there are too few or too many. */
export function normalisePhone(words: string): string | null {
  // "+49 (0) 30 1234": the zero is dialled within the country only.
  const national = /^(?:\+|00)/.test(words) ? words.replace('(0)', '').replace(/^00/, '+') : words;
  const digits = national.replaceAll(/\D/g, '');
  if (digits.length < 7 || digits.length > 15) return null;
  return national.startsWith('+') ? `+${digits}` : digits;
}
