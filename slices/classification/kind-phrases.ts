import type { Evidence, Kind } from './classification.ts';
import type { Line } from './document-text.ts';
import { KIND_RULES } from './kind-rules.ts';
import type { KindRule, Place, RuleLanguage } from './kinds/rule.ts';
import { PhraseIndex, tokenize, type PhraseMatch, type Token } from './phrases.ts';

/** Evidence as it is weighed. */
export interface KindEvidence extends Evidence {
  /** A heading that names the kind, and so may be the title. */
  heading?: boolean;
}

interface Met extends KindEvidence {
  heading: boolean;
  /** Index of its line. */
  line: number;
}

interface IndexedRule {
  kind: Kind;
  rule: KindRule;
  language: RuleLanguage;
}

/** Among the first lines a short one may be a heading. */
const HEADING_LINES = 25;
const HEADING_WORDS = 8;
/** Labels count on these pages and on the last: longer documents cite what they are not. */
const LABEL_PAGES = 3;
/** Invoices mix languages, so a phrase of another language than the text's still counts. */
const FOREIGN_SHARE = 0.6;
const FILE_NAME_SHARE = 0.4;
const LATER_HEADING_SHARE = 0.5;

const indexes = indexRules();

function indexRules(): Record<Place, PhraseIndex<IndexedRule>> {
  const places = {
    heading: new PhraseIndex<IndexedRule>(),
    title: new PhraseIndex<IndexedRule>(),
    label: new PhraseIndex<IndexedRule>(),
    text: new PhraseIndex<IndexedRule>(),
  };
  for (const [kind, rules] of Object.entries(KIND_RULES) as [Kind, KindRule[]][]) {
    for (const rule of rules) {
      for (const [language, phrases] of Object.entries(rule.phrases) as [RuleLanguage, string][]) {
        for (const phrase of phrases.split(',')) {
          places[rule.place].add(phrase, { kind, rule, language });
        }
      }
    }
  }
  return places;
}

/** The strongest occurrence of every rule that the document meets. */
export function findPhraseEvidence(
  lines: Line[],
  fileName: string,
  language: string | null,
): KindEvidence[] {
  const best = new Map<KindRule, Met>();
  const meet = (
    match: PhraseMatch<IndexedRule>,
    words: string,
    page: number | null,
    line = Infinity,
  ): void => {
    const { kind, rule } = match.value;
    const weight = weigh(match.value, language) * (page === null ? FILE_NAME_SHARE : 1);
    const heading = (rule.place === 'heading' || rule.place === 'title') && page !== null;
    if (weight > (best.get(rule)?.weight ?? 0))
      best.set(rule, { kind, words, page, weight, heading, line });
  };
  const lastPage = lines.at(-1)?.page ?? 0;
  for (const [index, line] of lines.entries()) {
    const places = placesOf(line, index, lastPage);
    for (const { place, fits } of places) {
      for (const match of indexes[place].findAll(line.tokens)) {
        if (fits(match)) meet(match, wordsOf(line, match), line.page, index);
      }
    }
  }
  const name = tokenize(fileName.replaceAll(/_/g, ' '));
  for (const place of ['heading', 'title'] as const) {
    for (const match of indexes[place].findAll(name)) meet(match, fileName, null);
  }
  return firstHeadingFirst([...best.values()]);
}

/** A document says first what it is, and then which others it refers to. */
function firstHeadingFirst(met: Met[]): KindEvidence[] {
  const [first] = met.filter(({ heading }) => heading).toSorted((a, b) => a.line - b.line);
  return met.map(({ line, ...item }) => {
    const later = item.heading && item.kind !== first?.kind && line > (first?.line ?? line);
    return later ? { ...item, weight: item.weight * LATER_HEADING_SHARE } : item;
  });
}

function weigh({ rule, language }: IndexedRule, documentLanguage: string | null): number {
  const native = documentLanguage === null || documentLanguage === language;
  return native ? rule.weight : rule.weight * FOREIGN_SHARE;
}

interface PlaceTest {
  place: Place;
  fits: (match: PhraseMatch<IndexedRule>) => boolean;
}

function placesOf(line: Line, index: number, lastPage: number): PlaceTest[] {
  const tests: PlaceTest[] = [{ place: 'text', fits: () => true }];
  if (line.page <= LABEL_PAGES || line.page === lastPage) {
    tests.push({ place: 'label', fits: (match) => isLabel(line, match) });
  }
  if (index < HEADING_LINES && line.tokens.filter(isLongWord).length <= HEADING_WORDS) {
    tests.push({ place: 'heading', fits: (match) => isHeading(line, match) });
    tests.push({ place: 'title', fits: (match) => isTitle(line, match) });
  }
  return tests;
}

function isLabel(line: Line, { from, to }: PhraseMatch<IndexedRule>): boolean {
  return (
    startsColumn(line, from) || /^\s?[:#]/.test(line.text.slice(line.tokens[to - 1]?.end ?? 0))
  );
}

function isHeading(line: Line, { from, to }: PhraseMatch<IndexedRule>): boolean {
  return startsColumn(line, from) || to === line.tokens.length;
}

function isTitle(line: Line, { from, to }: PhraseMatch<IndexedRule>): boolean {
  const [behind = ''] = line.text.slice(line.tokens[to - 1]?.end).split('\t');
  return startsColumn(line, from) && !behind.includes(':') && line.tokens[to - 1]?.hyphen !== true;
}

/** Only numbering stands before the token in its line or column: `1.2 Introduction`. */
function startsColumn({ text, tokens }: Line, from: number): boolean {
  const before = tokens.slice(Math.max(0, from - 3), from).findLast(isWord);
  return before === undefined || text.slice(before.end, tokens[from]?.start).includes('\t');
}

function isLongWord({ word }: Token): boolean {
  return /\p{L}{2}/u.test(word);
}

function isWord({ word }: Token): boolean {
  return /\D/.test(word);
}

function wordsOf({ text, tokens }: Line, { from, to }: PhraseMatch<IndexedRule>): string {
  return text.slice(tokens[from]?.start, tokens[to - 1]?.end);
}
