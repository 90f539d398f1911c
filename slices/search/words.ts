/** A word of a text as the index holds it, and where it stands there (UTF-16 offsets, end exclusive). */
export interface Word {
  word: string;
  /** Other spellings found at the same place: `1234` for `1.234,50`, `email` for `E-Mail`. */
  also: readonly string[];
  start: number;
  end: number;
}

const LETTERS = String.raw`\p{L}\p{N}\p{M}`;
const CHUNK = new RegExp(`[${LETTERS}ー]+`, 'gu');
// Written without spaces between words, or glued to particles: found by pairs of characters.
const UNSPACED = String.raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー`;
const HAS_UNSPACED = new RegExp(`[${UNSPACED}]`, 'u');
const RUNS = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, 'gu');
// Thousands in groups of three, or one or two decimals; neither a date (01.02.2024) nor 1.2.3. The
// groups are counted so that a text made of them costs no more than any other.
const NUMBER = new RegExp(
  String.raw`(?:\d{1,3}([.,'’\u00A0\u202F])\d{3}(?:\1\d{3}){0,4}(?:[.,]\d{1,2})?|\d{1,15}[.,]\d{1,2})(?![${LETTERS}]|[.,]\d)`,
  'uy',
);
/** Before a number that is only the end of a longer one: a date, a version. */
const INSIDE = /\d[.,]$/;
const JOINT = /^(?:[-‐‑]|\u00AD)\n?$/;
const LETTERS_ONLY = /^\p{L}+$/u;
/** What compatibility forms are made of beside letters and digits: `⑴` is `(1)`. */
const BETWEEN = new RegExp(`[^${LETTERS}ー]`, 'gu');
/** Longer ones are no words; the index holds their beginning. */
const MOST_LETTERS = 64;

/**
 * The words of a text, in order, one at a time. Numbers are read with their separators, text without
 * spaces (Chinese, Japanese, Korean, Thai) as overlapping pairs of characters; everything else that
 * is no letter or digit parts words, so `RE-2024/0815` is three of them. Takes linear time.
 */
export function* wordsOf(text: string): Generator<Word> {
  let last: Word | undefined;
  for (const next of plainWordsOf(text)) {
    // An accent that stands alone.
    if (next.word === '') continue;
    if (last) yield joined(last, next, text);
    last = next;
  }
  if (last) yield last;
}

function* plainWordsOf(text: string): Generator<Word> {
  const chunk = new RegExp(CHUNK);
  for (let match = chunk.exec(text); match !== null; match = chunk.exec(text)) {
    const [raw] = match;
    const number = isDigit(raw) ? numberAt(text, match.index) : undefined;
    if (number) {
      chunk.lastIndex = number.end;
      yield number;
    } else if (HAS_UNSPACED.test(raw)) {
      yield* mixedAt(raw, match.index);
    } else {
      yield wordAt(raw, match.index);
    }
  }
}

const isDigit = (raw: string) => raw <= '9:' && raw >= '0';

function numberAt(text: string, start: number): Word | undefined {
  if (INSIDE.test(text.slice(Math.max(0, start - 2), start))) return undefined;
  NUMBER.lastIndex = start;
  const [raw] = NUMBER.exec(text) ?? [];
  if (raw === undefined) return undefined;
  const word = canonicalNumber(raw);
  const [whole = word] = word.split('.');
  return { word, also: whole === word ? [] : [whole], start, end: start + raw.length };
}

function wordAt(raw: string, start: number): Word {
  return { word: foldWord(raw), also: [], start, end: start + raw.length };
}

function* mixedAt(raw: string, start: number): Generator<Word> {
  for (const { 0: run, index } of raw.matchAll(RUNS)) {
    if (HAS_UNSPACED.test(run)) yield* pairsOf(run, start + index);
    else yield wordAt(run, start + index);
  }
}

/** `E-Mail` is found as `email`, and a word parted at the end of a line as a whole. */
function joined(word: Word, next: Word, text: string): Word {
  if (next.start - word.end > 2 || !JOINT.test(text.slice(word.end, next.start))) return word;
  if (!LETTERS_ONLY.test(word.word) || !LETTERS_ONLY.test(next.word)) return word;
  return { ...word, also: [(word.word + next.word).slice(0, MOST_LETTERS)] };
}

/** A character that stands in the index only as the first of a pair, or as the last of a row. */
export function isUnspaced(word: string): boolean {
  return HAS_UNSPACED.test(word) && Array.from(word).length === 1;
}

function* pairsOf(run: string, start: number): Generator<Word> {
  const characters = Array.from(run);
  let at = start;
  for (const [index, character] of characters.entries()) {
    const next = characters[index + 1] ?? '';
    const end = at + character.length;
    yield { word: foldWord(character + next), also: [], start: at, end: end + next.length };
    at = end;
  }
}

const ASCII = /^[a-z0-9]*$/;
// Of Latin, Greek, Cyrillic; vowel signs of Hebrew and Arabic. Those of Indian scripts are letters.
const ACCENTS = /[\u0300-\u036F\u0591-\u05C7\u064B-\u065F\u0670]/g;
const SPELLED_OUT: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'a',
  œ: 'o',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
};
/** As in the German2 variant of Snowball's stemmer, https://snowballstem.org/algorithms/german2 */
const UMLAUTS = /[ao]e|(?<!q)ue/;
const ALL_UMLAUTS = new RegExp(UMLAUTS, 'g');

/**
 * A word without case, accents and compatibility forms. Umlauts and their spelling with e are one:
 * `Müller`, `MUELLER` and `Muller` are all `muller`. What a word begins with folds to what the folded
 * word begins with, so prefixes stay prefixes.
 */
export function foldWord(raw: string): string {
  let word = raw.slice(0, MOST_LETTERS).toLowerCase();
  if (!ASCII.test(word)) {
    word = word
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(BETWEEN, '')
      .replaceAll(ACCENTS, '')
      .normalize('NFC')
      .replaceAll(/[ßæœøłđı]/g, (letter) => SPELLED_OUT[letter] ?? letter);
  }
  return UMLAUTS.test(word) ? word.replaceAll(ALL_UMLAUTS, ([vowel]) => vowel ?? '') : word;
}

/** `1.234,5` → `1234.50`, `1,234` → `1234`: the last separator before one or two digits is the point. */
export function canonicalNumber(text: string): string {
  const [, whole = '', decimals] = /^(.*?)(?:[.,](\d{1,2}))?$/.exec(text) ?? [];
  const digits = whole.replaceAll(/\D/g, '').replace(/^0+(?=\d)/, '');
  return decimals === undefined ? digits : `${digits || '0'}.${decimals.padEnd(2, '0')}`;
}

/** A text without anything but letters and digits: how IBANs, VAT ids and telephone numbers compare. */
export function compact(text: string): string {
  return foldWord(text.replaceAll(/[^\p{L}\p{N}]+/gu, ''));
}
