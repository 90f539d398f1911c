import { documentStatuses, type DocumentStatus } from '../document-board/board-row.contract.ts';
import { daysOf } from './days.ts';
import { languageCode } from './languages.ts';
import { qualifierNames, qualifiers, type Qualifier } from './qualifiers.ts';
import { canonicalNumber, compact, isUnspaced, wordsOf } from './words.ts';

/** What a document must have, or must not have, to be found. */
export type Term = { not: boolean } & Condition;

export type Condition = WordsCondition | RangeCondition | StatusCondition;

/** Words in a row. `field`: where they must stand, empty for anywhere. */
export interface WordsCondition {
  finds: 'words';
  field: string;
  words: string[];
  /** The same as one word: `email` for `e-mail`. */
  joined: string | null;
  /** Written in quotation marks: no other inflection will do. */
  exact: boolean;
  /** The last word needs only begin so. */
  prefix: boolean;
}

/** Between two bounds, each of them allowed itself or not; null is no bound. */
export interface RangeCondition {
  finds: 'range';
  column: 'total' | 'net' | 'tax' | 'day' | 'due' | 'received';
  least: Bound | null;
  most: Bound | null;
}

export interface Bound {
  /** An amount as `1234.50`, or a day as ISO 8601. */
  value: string;
  included: boolean;
}

export interface StatusCondition {
  finds: 'status';
  status: DocumentStatus;
}

/** A search as understood. It is never refused: what was not understood is told, and searched for as words. */
export interface Search {
  /** A document must meet each of them, by any of its terms. */
  groups: Term[][];
  /** What was not understood, in sentences for whoever typed it. */
  hints: string[];
  /** There is nothing in it that any text could have. */
  isHopeless: boolean;
}

const MOST_TERMS = 20;
/** Fewer letters would find half of everything. */
const LEAST_PREFIX = 2;
/** So many letters of the last word are taken for the beginning of one that is still being typed; of a number, two digits are. */
const LEAST_TYPED = 3;

const PHRASE = '["„“”«»](?<phrase>[^"„“”«»]*)(?<end>["„“”«»]?)';
const WORD = String.raw`(?<word>[^\s"„“”«»]+)`;
// A colon before a slash is that of an address: https://…
const PIECE = new RegExp(
  String.raw`(?<not>-?)(?:(?<name>[\p{L}-]+):(?![/\\])(?:${PHRASE}|${WORD})?|${PHRASE}|${WORD})`,
  'gu',
);

/**
 * Reads what a person typed: all of the words, the last one by its beginning; `"words in a row"`,
 * `invo*`, `-without`, `one OR other`, `kind:invoice`, `total:>1000`, `total:100..200`,
 * `from:2024-01-01`. Never throws, and takes linear time.
 */
export function readSearch(text: string): Search {
  const search: Search = { groups: [], hints: [], isHopeless: false };
  let isAlternative = false;
  let unreadable = false;
  for (const { 0: piece, index, groups = {} } of text.matchAll(PIECE)) {
    if (piece === 'OR') {
      isAlternative = search.groups.length > 0;
      continue;
    }
    const isLast = index + piece.length === text.length;
    const condition = readPiece(groups, isLast, search.hints);
    unreadable ||= condition === null && groups['name'] === undefined;
    if (condition === null) continue;
    const term = { ...condition, not: groups['not'] === '-' };
    if (isAlternative) search.groups.at(-1)?.push(term);
    else search.groups.push([term]);
    isAlternative = false;
  }
  if (search.groups.length > MOST_TERMS) {
    search.groups.length = MOST_TERMS;
    search.hints.push(`Only the first ${MOST_TERMS} words were searched for.`);
  }
  search.isHopeless = unreadable && search.groups.length === 0;
  if (search.isHopeless) search.hints.push('Type letters or digits to search for.');
  return search;
}

type Groups = Readonly<Record<string, string | undefined>>;

function readPiece(groups: Groups, isLast: boolean, hints: string[]): Condition | null {
  const { name, phrase, word = '', end } = groups;
  const isOpen = phrase !== undefined && end === '';
  if (isOpen) {
    hints.push('A quotation mark is not closed: everything after it was taken as one phrase.');
  }
  const value = phrase ?? word;
  const style = {
    exact: phrase !== undefined,
    isTyped: isLast && (phrase === undefined || isOpen),
  };
  if (name === undefined) return readWords('', value, style);
  const qualifier = qualifiers.get(name.toLowerCase());
  if (value.trim() === '') {
    if (!qualifier) return readWords('', name, style);
    hints.push(`Type what to look for after “${name}:”.`);
    return null;
  }
  const read = qualifier && readQualified(qualifier, value, style);
  if (read) return read;
  hints.push(
    qualifier
      ? `“${name}:” takes ${expected[qualifier.reads]}; “${value}” was searched for as words.`
      : `There is no “${name}:”, so it was searched for as words. There are ${qualifierNames.join(', ')}.`,
  );
  return readWords('', `${name} ${value}`, style);
}

const expected: Record<Qualifier['reads'], string> = {
  words: 'words, as in seller:acme or seller:"acme ltd"',
  whole: 'letters and digits, as in iban:DE89',
  amount: 'an amount, as in total:1234.50, total:>1000 or total:100..200',
  days: 'a day, a month or a year, as in 2024-03-05, 2024-03 or 2024',
  status: `one of ${documentStatuses.join(', ')}`,
  language: 'a language, as in language:de or language:german',
};

function readQualified(qualifier: Qualifier, value: string, style: Style): Condition | null {
  switch (qualifier.reads) {
    case 'words':
      return readWords(qualifier.field, value, style);
    case 'whole': {
      const whole = compact(value);
      const condition = { field: qualifier.field, words: [whole], joined: null };
      return whole === '' ? null : { finds: 'words', ...condition, exact: true, prefix: true };
    }
    case 'amount':
      return readRange(qualifier.column, value, amountOf);
    case 'days':
      return readDays(qualifier, value);
    case 'status': {
      const status = documentStatuses.find((each) => each === value.toLowerCase());
      return status === undefined ? null : { finds: 'status', status };
    }
    case 'language': {
      const code = languageCode(value);
      const condition = { field: 'language', joined: null, exact: true, prefix: false };
      return code === null ? null : { finds: 'words', words: [code], ...condition };
    }
    default:
      return qualifier satisfies never;
  }
}

interface Style {
  exact: boolean;
  /** Its end is where the person is typing. */
  isTyped: boolean;
}

function readWords(field: string, value: string, { exact, isTyped }: Style): WordsCondition | null {
  const found = Array.from(wordsOf(value));
  const last = found.at(-1);
  if (!last) return null;
  const hasStar = !exact && value.endsWith('*');
  const letters = last.word.length;
  return {
    finds: 'words',
    field,
    words: found.map(({ word }) => word),
    joined: found.length === 2 ? (found[0]?.also[0] ?? null) : null,
    exact,
    prefix:
      (hasStar && letters >= LEAST_PREFIX) ||
      (isTyped &&
        letters >= (isNumber(last.word) ? LEAST_PREFIX : LEAST_TYPED) &&
        last.end === value.length) ||
      isUnspaced(last.word),
  };
}

const isNumber = (word: string): boolean => /^\d+$/.test(word);

interface Interval {
  least: string;
  most: string;
}

const SIGNED = /^(?<sign>>=|<=|>|<|=)?(?<only>.*)$/su;

/** `>1`, `>=1`, `<1`, `<=1`, `1`, `1..2`, `1..`, `..2`; `read` gives the smallest and the greatest that a value means. */
function readRange(
  column: RangeCondition['column'],
  value: string,
  read: (text: string) => Interval | null,
): RangeCondition | null {
  const range = { finds: 'range', column } as const;
  const dots = value.indexOf('..');
  if (dots !== -1) {
    const [from, to] = [value.slice(0, dots), value.slice(dots + 2)];
    const [least, most] = [read(from), read(to)];
    if ((from !== '' && !least) || (to !== '' && !most) || (!least && !most)) return null;
    return { ...range, least: least && at(least.least), most: most && at(most.most) };
  }
  const { sign, only = '' } = SIGNED.exec(value)?.groups ?? {};
  const interval = read(only);
  if (!interval) return null;
  const { least, most } = interval;
  switch (sign) {
    case '>':
      return { ...range, least: at(most, false), most: null };
    case '>=':
      return { ...range, least: at(least), most: null };
    case '<':
      return { ...range, least: null, most: at(least, false) };
    case '<=':
      return { ...range, least: null, most: at(most) };
    case undefined:
    default:
      return { ...range, least: at(least), most: at(most) };
  }
}

const at = (value: string, included = true): Bound => ({ value, included });

function readDays(
  { column, from, to }: Extract<Qualifier, { reads: 'days' }>,
  value: string,
): RangeCondition | null {
  const sign = from ? '>=' : to ? '<=' : '';
  return readRange(column, sign + value, (text) => {
    const days = daysOf(text);
    return days && { least: days.first, most: days.last };
  });
}

const AMOUNT = /^\p{Sc}?\d{1,17}(?:[.,'’]\d{3})*(?:[.,]\d{1,2})?\p{Sc}?$/u;

function amountOf(text: string): Interval | null {
  if (!AMOUNT.test(text)) return null;
  const value = canonicalNumber(text.replaceAll(/\p{Sc}/gu, ''));
  return value.length > 20 ? null : { least: value, most: value };
}
