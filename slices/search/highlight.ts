import type { Search, WordsCondition } from './query.ts';
import { stemOf, stemsOf } from './stems.ts';
import { isUnspaced, wordsOf, type Word } from './words.ts';

/** A stretch of a text; `mark`: it is what was searched for. Templates escape it. */
export interface Stretch {
  text: string;
  mark: boolean;
}

/** Where in a text something was found (UTF-16 offsets, end exclusive). */
export interface Place {
  start: number;
  end: number;
}

/** Finds the places of a text that a search is about, in order, one at a time; they do not overlap. */
export type Highlighter = (text: string) => Generator<Place>;

/** @param language of the text, ISO 639-1: decides about inflections */
export function createHighlighter(search: Search, language: string | null): Highlighter {
  const rows = search.groups
    .flat()
    .flatMap((term) => (term.finds === 'words' && !term.not && isInText(term) ? rowsOf(term) : []));
  const longest = Math.max(0, ...rows.map(({ tests }) => tests.length));
  const stems = new Map<string, string | null>();
  const stem = (word: string) => {
    const known = stems.get(word);
    if (known !== undefined) return known;
    const found = stemOf(word, language);
    stems.set(word, found);
    return found;
  };

  return function* places(text) {
    if (longest === 0) return;
    const words = wordsOf(text);
    /** The next words; a row begins with the first of them. */
    const ahead: Word[] = [];
    for (;;) {
      while (ahead.length < longest) {
        const next = words.next();
        if (next.done) break;
        ahead.push(next.value);
      }
      const [first] = ahead;
      if (!first) return;
      const found = rows.filter(({ tests }) =>
        tests.every((test, at) => meets(test, ahead[at], stem)),
      );
      const length = Math.max(0, ...found.map(({ tests }) => tests.length));
      const last = ahead[length - 1];
      const tail = found.find(({ tests }) => tests.length === length)?.tail ?? null;
      if (last) yield { start: first.start, end: tail === null ? last.end : last.start + tail };
      ahead.splice(0, Math.max(1, length));
    }
  };
}

/** What a word of the text must be. */
type Test = (word: string, stem: (word: string) => string | null) => boolean;

function meets(test: Test, word: Word | undefined, stem: (word: string) => string | null): boolean {
  return word !== undefined && [word.word, ...word.also].some((each) => test(each, stem));
}

/** Values of these stand in the text as they do in the field. */
const isInText = ({ field }: WordsCondition) => !NOT_IN_TEXT.has(field);
const NOT_IN_TEXT = new Set(['kind', 'language', 'format', 'source', 'label', 'currency']);

/** Words in a row; `tail`: how much of the last one is meant, null for all of it. */
interface Row {
  tests: Test[];
  tail: number | null;
}

/** More than one row where it may be written differently. */
function rowsOf({ words, joined, exact, prefix }: WordsCondition): Row[] {
  const tests = words.map((wanted, index): Test => {
    const isBeginning = prefix && index === words.length - 1;
    return isBeginning ? (word) => word.startsWith(wanted) : (word) => word === wanted;
  });
  const last = words.at(-1) ?? '';
  const rows: Row[] = [{ tests, tail: isUnspaced(last) ? last.length : null }];
  if (joined !== null) rows.push({ tests: [(word) => word === joined], tail: null });
  if (words.length > 1 || exact) return rows;
  const stems = new Set([last, ...stemsOf(last)]);
  const inflected: Test = (word, stem) => stems.has(word) || stems.has(stem(word) ?? '');
  return [...rows, { tests: [inflected], tail: null }];
}

/** The text, cut at its places. */
export function stretchesOf(text: string, places: readonly Place[]): Stretch[] {
  const stretches: Stretch[] = [];
  let from = 0;
  for (const { start, end } of places) {
    if (start > from) stretches.push({ text: text.slice(from, start), mark: false });
    stretches.push({ text: text.slice(start, end), mark: true });
    from = end;
  }
  if (from < text.length) stretches.push({ text: text.slice(from), mark: false });
  return stretches;
}

const BEFORE = 60;
const LONGEST = 180;

/** The words around the first place, on one line; null where there is none. */
export function snippetOf(text: string, highlight: Highlighter): Stretch[] | null {
  const [first] = highlight(text).take(1);
  if (!first) return null;
  const from = wordStart(text, Math.max(0, first.start - BEFORE));
  const to = wordEnd(text, Math.max(first.end, Math.min(text.length, from + LONGEST)));
  const around = text.slice(from, to).replaceAll(/\s+/g, ' ');
  const dots = { text: '… ', mark: false };
  return [
    ...(from > 0 ? [dots] : []),
    ...stretchesOf(around, [...highlight(around)]),
    ...(to < text.length ? [{ ...dots, text: ' …' }] : []),
  ];
}

/** The nearest beginning of a word after a place that may lie within one. */
function wordStart(text: string, at: number): number {
  if (at === 0) return 0;
  const space = text.slice(at, at + BEFORE / 2).search(/\s/);
  return space === -1 ? withoutHalf(text, at) : at + space + 1;
}

function wordEnd(text: string, at: number): number {
  if (at === text.length) return at;
  const space = text.slice(at - BEFORE / 2, at).search(/\s\S*$/);
  return space === -1 ? withoutHalf(text, at) : at - BEFORE / 2 + space;
}

/** Never between the halves of one character. */
const withoutHalf = (text: string, at: number) =>
  /[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at + 1 : at;
