import { countrySpecs, isValidIBAN } from 'ibantools';
import type { Field } from '../classification.ts';
import type { Line } from '../document-text.ts';
import { sourceOf } from './finding.ts';

/** Start of an IBAN; what follows is cut to its country's length. */
const START = /(?<![\p{L}\p{N}])([A-Z]{2}) ?\d{2}(?=[ A-Z0-9]{10,45})/gu;
/** An IBAN of 34 characters in groups of two, at worst. */
const REACH = 60;
const LABELLED = /\bIBAN(?:-?Nr)?\b[^\p{L}\p{N}]{0,8}([A-Z]{2}\d{2}(?: ?\d){11,30})/gu;
const MIN_LENGTH = 15;
const DOUBTFUL = 0.5;

/** Account numbers whose length and check digits are right. */
export function findIbans(lines: Line[]): Field[] {
  return [...validIbans(lines), ...labelledIbans(lines)];
}

/** What is called an IBAN and fails the check may be mistyped or badly read: a doubtful find. */
function labelledIbans(lines: Line[]): Field[] {
  return lines.flatMap(({ text, page }) =>
    [...text.matchAll(LABELLED)].flatMap(([source, words = '']) => {
      const iban = words.replaceAll(' ', '').slice(0, 34);
      if (iban.length < MIN_LENGTH) return [];
      return { name: 'iban', value: iban, page, source: sourceOf(source), confidence: DOUBTFUL };
    }),
  );
}

function validIbans(lines: Line[]): Field[] {
  return lines.flatMap(({ text, page }) =>
    [...text.matchAll(START)].flatMap((match) => {
      const length = lengthIn(match[1] ?? '');
      const words =
        length === null ? null : take(text.slice(match.index, match.index + REACH), length);
      const iban = words?.replaceAll(/\s/g, '') ?? '';
      if (words === null || !isValidIBAN(iban)) return [];
      return { name: 'iban', value: iban, page, source: sourceOf(words), confidence: 0.99 };
    }),
  );
}

function lengthIn(country: string): number | null {
  const spec = Object.hasOwn(countrySpecs, country) ? countrySpecs[country] : undefined;
  return spec?.chars ?? null;
}

/** The first `length` characters that are not blanks, with the blanks between them. */
function take(text: string, length: number): string | null {
  let seen = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (/\s/.test(character)) continue;
    if (!/[A-Z0-9]/.test(character)) return null;
    seen += 1;
    if (seen === length) return text.slice(0, at + 1);
  }
  return null;
}
