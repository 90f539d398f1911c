import type { Format } from '../text-extraction/format.contract.ts';
import type { Kind } from './classification.ts';
import type { Line } from './document-text.ts';
import type { KindEvidence } from './kind-phrases.ts';

/** What a format alone says. An invoice sent as a spreadsheet still has the words of an invoice. */
const FORMAT_PRIORS: Partial<Record<Format, [Kind, number]>> = {
  pptx: ['presentation', 5],
  odp: ['presentation', 5],
  xlsx: ['spreadsheet', 5],
  ods: ['spreadsheet', 5],
  csv: ['spreadsheet', 5],
  email: ['e-mail', 8],
  html: ['article', 3.2],
};

/** A property of the document's shape: null where it does not hold, else the words that show it. */
interface Sign {
  kinds: Partial<Record<Kind, number>>;
  find: (lines: Line[], pages: string[]) => { words: string; page: number } | null;
}

const SIGNS: Sign[] = [
  {
    // A table of items with prices.
    kinds: { invoice: 0.8, 'credit-note': 0.8, receipt: 0.8 },
    find: (lines) =>
      several(lines, 3, (line) => /\d[.,]\d\d(?: ?[€$£]| EUR| USD)?$/.test(line.text)),
  },
  {
    // Lines to write on and boxes to tick.
    kinds: { form: 1.5 },
    find: (lines) => several(lines, 3, (line) => /_{4}|\.{12}|[☐☑☒□]|\[ ?\]|\( \)/.test(line.text)),
  },
  {
    kinds: { 'e-mail': 5 },
    find: (lines) => {
      const head = lines.slice(0, 12);
      const headers = head.filter((line) =>
        /^(?:from|to|subject|date|sent|cc|von|an|betreff|gesendet|de|objet|aan|onderwerp):/i.test(
          line.text,
        ),
      );
      const has = (name: RegExp): boolean => headers.some((line) => name.test(line.text));
      const found =
        headers.length >= 3 &&
        has(/^(?:from|von|de):/i) &&
        has(/^(?:subject|betreff|objet|onderwerp):/i);
      return found ? asFound(headers[0]) : null;
    },
  },
  {
    kinds: { contract: 1.5 },
    find: (lines) =>
      several(lines, 3, (line) =>
        /^(?:§ ?\d|(?:article|artikel|art\.|clause|clausula) \d)/i.test(line.text),
      ),
  },
  {
    // Numbered chapters.
    kinds: { report: 0.8, article: 0.4 },
    find: (lines) =>
      several(lines, 4, (line) =>
        /^\d{1,2}(?:\.\d{1,2}){0,2}\.? \p{Lu}[^.]{3,60}$/u.test(line.text),
      ),
  },
  {
    // Page after page with few words on it.
    kinds: { presentation: 3.2 },
    find: (lines, pages) => {
      const filled = pages.slice(0, 50).filter((page) => page.length > 20);
      return filled.length >= 5 && filled.every((page) => page.length < 700)
        ? asFound(lines[0])
        : null;
    },
  },
  {
    // Running text may be about invoices; it is none.
    kinds: { article: 3.1, report: 0.5, invoice: -2, 'credit-note': -2, receipt: -2 },
    find: (lines) => {
      const prose = lines.filter(isProse);
      const letters = sum(lines, (line) => line.text.length);
      const enough = sum(prose, (line) => line.tokens.length) >= 120;
      return enough && sum(prose, (line) => line.text.length) / letters > 0.6
        ? asFound(prose[0])
        : null;
    },
  },
];

/** Evidence that is no phrase: the format and the shape of the text. */
export function findSigns(lines: Line[], pages: string[], format: Format): KindEvidence[] {
  const evidence: KindEvidence[] = [];
  const prior = FORMAT_PRIORS[format];
  if (prior !== undefined) {
    evidence.push({ kind: prior[0], words: format, page: null, weight: prior[1] });
  }
  for (const { kinds, find } of SIGNS) {
    const found = find(lines, pages);
    if (found === null) continue;
    for (const [kind, weight] of Object.entries(kinds) as [Kind, number][]) {
      evidence.push({ kind, weight, ...found });
    }
  }
  return evidence;
}

function several(
  lines: Line[],
  count: number,
  test: (line: Line) => boolean,
): { words: string; page: number } | null {
  const met = lines.filter(test);
  return met.length >= count ? asFound(met[0]) : null;
}

function asFound(line: Line | undefined): { words: string; page: number } | null {
  return line === undefined ? null : { words: line.text.slice(0, 80), page: line.page };
}

/** A line out of running text: many words, few of them numbers, no columns. */
function isProse({ text, tokens }: Line): boolean {
  return tokens.length >= 7 && !text.includes('\t') && /\p{Ll}{2}[\s,;]+\p{Ll}/u.test(text);
}

function sum(lines: Line[], measure: (line: Line) => number): number {
  return lines.reduce((total, line) => total + measure(line), 0);
}
