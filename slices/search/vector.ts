import { stemOf } from './stems.ts';
import { compact, wordsOf, type Word } from './words.ts';

/** PostgreSQL holds no greater position in a tsvector. */
const LAST_POSITION = 16_383;
/** Between texts of different origin, so that no phrase reaches across. */
const GAP = 2;

/** Collects what a row is found by, and writes it as PostgreSQL reads a tsvector. */
export interface Vector {
  /** Words at their places, so that phrases are found; `fields`: found by `field:word` as well. */
  add(text: string, options?: { fields?: readonly string[]; language?: string | null }): void;
  /** A value that is found as a whole or by its beginning, whatever parts it in writing. */
  addWhole(text: string, field: string): void;
  /** Found as `field:word` alone. */
  addOnly(text: string, field: string): void;
  toString(): string;
}

/** Marks a stem, so that a word in quotation marks finds nothing but itself. */
export const STEM = '=';

export function createVector(): Vector {
  const places = new Map<string, number[]>();
  const stems = new Map<string, string | null>();
  let position = 0;

  function put(lexeme: string): void {
    const known = places.get(lexeme);
    if (known) known.push(position);
    else places.set(lexeme, [position]);
  }

  function putStem(word: string, language: string): void {
    let stem = stems.get(word);
    if (stem === undefined) stems.set(word, (stem = stemOf(word, language)));
    if (stem !== null && !places.has(STEM + stem)) places.set(STEM + stem, []);
  }

  function putWord(
    { word, also }: Word,
    prefixes: readonly string[],
    language: string | null,
  ): void {
    position = Math.min(position + 1, LAST_POSITION);
    for (const prefix of prefixes) {
      put(prefix + word);
      for (const other of also) put(prefix + other);
    }
    if (language !== null && prefixes.includes('')) putStem(word, language);
  }

  return {
    add(text, { fields = [], language = null } = {}) {
      const prefixes = ['', ...fields.map((field) => `${field}:`)];
      for (const word of wordsOf(text)) putWord(word, prefixes, language);
      position = Math.min(position + GAP, LAST_POSITION);
    },
    addWhole(text, field) {
      const whole = compact(text);
      if (whole === '') return;
      put(`${field}:${whole}`);
      put(whole);
    },
    addOnly(text, field) {
      for (const word of wordsOf(text)) putWord(word, [`${field}:`], null);
      position = Math.min(position + GAP, LAST_POSITION);
    },
    toString: () =>
      Array.from(places, ([lexeme, at]) =>
        at.length === 0 ? `'${lexeme}'` : `'${lexeme}':${at.join(',')}`,
      ).join(' '),
  };
}
