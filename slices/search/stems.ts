import { stemmer as dutch } from '@orama/stemmers/dutch';
import { stemmer as english } from '@orama/stemmers/english';
import { stemmer as french } from '@orama/stemmers/french';
import { stemmer as german } from '@orama/stemmers/german';
import { stemmer as italian } from '@orama/stemmers/italian';
import { stemmer as spanish } from '@orama/stemmers/spanish';

/** Snowball's stemmers by ISO 639-1 code; words of other languages are found as they are written. */
const STEMMERS: Readonly<Record<string, (word: string) => string>> = {
  de: german,
  en: english,
  es: spanish,
  fr: french,
  it: italian,
  nl: dutch,
};

const INFLECTED = /^[a-z]{4,}$/;

/** The stem of a folded word in a language, null where it has none of its own. */
export function stemOf(word: string, language: string | null): string | null {
  const stem = INFLECTED.test(word) ? STEMMERS[language ?? '']?.(word) : undefined;
  return stem === undefined || stem === word ? null : stem;
}

/** What a word may be reduced to in any of the languages: nobody says in which one he searches. */
export function stemsOf(word: string): string[] {
  const stems = Object.keys(STEMMERS).map((language) => stemOf(word, language));
  return [...new Set(stems.filter((stem) => stem !== null))];
}
