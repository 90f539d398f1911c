import type { Line } from './document-text.ts';

/** Longer lines are running text. */
const MAX_HEADING = 120;
/** Addresses of any sort, page numbers, and headings of parts that every document has. */
const NO_TITLE =
  /@|\b(?:https?:|www\.)|^(?:table of contents|inhaltsverzeichnis|page|seite|pagina|página|strona|tel|fax|phone|telefon)\b/i;
const TOWN = /^(?:\p{L}{1,2}-)?\d{4,6} \p{Lu}/u;
const STREET =
  /(?:str\.|straße|strasse|street|avenue) ?\d|^\d+\w?,? (?:rue|avenue|boulevard|street|road)\b/i;

/** Whether a line may be a heading: words, and no page number, date, address or sum of money. */
export function isHeadingText({ text, tokens }: Line): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const isWorded = letters >= 3 && letters >= text.length * 0.4;
  const starts = /^[\p{L}\p{N}"'“„«¿¡#§]/u.test(text);
  return (
    text.length <= MAX_HEADING &&
    isWorded &&
    starts &&
    !isDate(text) &&
    ![NO_TITLE, TOWN, STREET].some((pattern) => pattern.test(text)) &&
    tokens.some(({ word }) => /\p{L}{3}/u.test(word))
  );
}

/** A date with at most a place or a label before it: `Berlin, den 3. März 2024`. */
function isDate(text: string): boolean {
  const bare = text.replace(/^(?:date|datum|data|fecha)\s?:\s*/i, '');
  const numeric = /^(?:\p{L}+,? )?\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?: \d{1,2}:\d\d(?::\d\d)?)?$/u;
  const worded =
    /^(?:\p{L}+,? (?:den |le |the )?)?(?:\d{1,2}(?:\.|st|nd|rd|th|er)? (?:de )?\p{L}{3,12}|\p{L}{3,12}\.? \d{1,2}(?:st|nd|rd|th)?),? (?:de )?\d{4}$/u;
  return numeric.test(bare) || worded.test(bare);
}
