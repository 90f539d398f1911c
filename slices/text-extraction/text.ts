import { StepFailure } from '../../shared/step-failure.ts';

/** The longest text kept of one document, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 64 * 1024 * 1024;

/** What an extractor found: the text of every page, slide or sheet, in order, and what to know of it. */
export interface ExtractedPages {
  pages: string[];
  warnings: string[];
}

/** The text of one page as the file states it; `needsOcr` where the page shows more than that. */
export interface PageText {
  text: string;
  needsOcr: boolean;
}

/**
 * Running text as it is kept: `\n` line ends, no control characters but tab and line feed (Postgres
 * refuses U+0000), no half surrogates, no white space at line ends, at most one empty line in a row.
 */
export function cleanText(text: string): string {
  const lines = cleanSource(text)
    .split('\n')
    .map((line) => line.trimEnd());
  return lines
    .filter((line, index) => line !== '' || (index > 0 && lines[index - 1] !== ''))
    .join('\n')
    .trimEnd();
}

/** Text that is itself the source (Markdown, CSV): only what storage and screens cannot hold goes. */
export function cleanSource(text: string): string {
  return text
    .replaceAll(/\r\n?|[\f\v\u0085\u2028\u2029]/g, '\n')
    .replaceAll(CONTROL, '')
    .toWellFormed();
}

// oxlint-disable-next-line no-control-regex -- control characters are what it removes
const CONTROL = /[\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\uFEFF\uFFFE\uFFFF]/g;

/** A text that grows in pieces and fails, permanently, once it is too long to keep. */
export class TextBuffer {
  readonly #pieces: string[] = [];
  #length = 0;

  append(piece: string): void {
    this.#length += piece.length;
    assertTextLength(this.#length);
    this.#pieces.push(piece);
  }

  toString(): string {
    return this.#pieces.join('');
  }
}

/** Throws the permanent failure `text-too-large` where a document's text exceeds the limit. */
export function assertTextLength(length: number): void {
  if (length <= MAX_TEXT_LENGTH) return;
  throw new StepFailure(
    'text-too-large',
    'permanent',
    `The document holds more than ${MAX_TEXT_LENGTH / 1024 / 1024} million characters of text. Split it and send the parts.`,
  );
}

/** Throws the permanent failure `too-many-pages` beyond the limit. */
export function assertPageCount(count: number, maxPages: number): void {
  if (count <= maxPages) return;
  throw new StepFailure(
    'too-many-pages',
    'permanent',
    `The document has ${count} pages, more than the ${maxPages} that are allowed. Split it and send the parts.`,
  );
}
