import { tokenize, type Token } from './phrases.ts';

/** Rules look at this much of a document: what it is and its key fields stand near its start. */
const MAX_PAGES = 50;
const MAX_CHARACTERS = 200_000;
/** Longer lines (CSV, minified markup) are looked at in pieces, so no rule meets a huge line. */
const MAX_LINE = 1_000;

/** One line of text; `page` is 1-based, `blankBefore` tells that a paragraph starts here. */
export interface Line {
  text: string;
  page: number;
  tokens: Token[];
  blankBefore: boolean;
}

/** Lines that carry text, in reading order, cut to what the rules may look at. */
export function readLines(pages: string[]): Line[] {
  const lines: Line[] = [];
  let budget = MAX_CHARACTERS;
  for (const [index, page] of pages.slice(0, MAX_PAGES).entries()) {
    if (budget <= 0) break;
    const text = page.slice(0, budget);
    budget -= text.length;
    addPage(lines, text, index + 1);
  }
  return lines;
}

function addPage(lines: Line[], page: string, number: number): void {
  let blankBefore = true;
  for (const raw of page.split(/\r\n|[\n\r\u2028\u2029\f\v]/)) {
    const cleaned = tidy(raw);
    if (cleaned === '') blankBefore = true;
    for (let start = 0; start < cleaned.length; start += MAX_LINE) {
      const text = cleaned.slice(start, start + MAX_LINE);
      lines.push({ text, page: number, tokens: tokenize(text), blankBefore });
      blankBefore = false;
    }
  }
}

/**
 * The line without invisible marks; `I N V O I C E` is read as one word, runs of blanks as one
 * tab, because they separate columns.
 */
function tidy(line: string): string {
  return line
    .normalize('NFC')
    .replaceAll(/[\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFFE\uFFFF]/g, '')
    .replaceAll(/[^\S\t]/g, ' ')
    .replaceAll(/(?<![^\s])(?:\p{Lu} ){3,40}\p{Lu}(?![^\s])/gu, (word) => word.replaceAll(' ', ''))
    .trim()
    .replaceAll(/ ?\t[ \t]*| {2,}\t?/g, '\t')
    .replaceAll('\0', '');
}
