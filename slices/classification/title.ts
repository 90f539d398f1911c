import type { Format } from '../text-extraction/format.contract.ts';
import type { Evidence } from './classification.ts';
import type { Line } from './document-text.ts';
import { isHeadingText } from './heading-text.ts';
import { fold, tokenize } from './phrases.ts';

const MAX_TITLE = 200;
/** A heading stands among the first lines. */
const FIRST_LINES = 25;
const LATER = 0.25;
/** A heading that names the kind ("Invoice 4711") is the title though other lines precede it. */
const NAMES_KIND = 4;

/**
 * The document's own heading, at most 200 characters; null where none can be told. What the file's
 * properties state (`stated`) is often an old or technical name: it counts where the first lines
 * show it, or nothing else can be told.
 */
export function findTitle(
  lines: Line[],
  format: Format,
  headings: Evidence[],
  stated: string | null = null,
): string | null {
  const read = titleOf(lines, format, headings);
  const shown = stated !== null && isShown(lines, stated) && !holds(read ?? '', stated);
  const title = shown ? stated : (read ?? stated);
  return title === null ? null : firstColumn(title).slice(0, MAX_TITLE).trim();
}

function isShown(lines: Line[], title: string): boolean {
  return lines.slice(0, FIRST_LINES).some(({ text }) => holds(text, title));
}

function holds(text: string, title: string): boolean {
  return fold(text).includes(fold(title));
}

/** Other columns of the line hold something else, unless the first is but a number. */
function firstColumn(title: string): string {
  const [first = ''] = title.split('\t');
  return /\p{L}{3}/u.test(first) ? first : title.replaceAll('\t', ' ');
}

function titleOf(lines: Line[], format: Format, headings: Evidence[]): string | null {
  switch (format) {
    case 'markdown':
      return markdownTitle(lines) ?? prominentLine(lines, headings);
    case 'email':
      return subject(lines);
    case 'html':
      return lines.find(isHeadingText)?.text ?? prominentLine(lines, headings);
    case 'csv':
    case 'xlsx':
    case 'ods':
      return lonelyCell(lines);
    case 'invoice-xml':
    case 'pdf':
    case 'image':
    case 'docx':
    case 'pptx':
    case 'odt':
    case 'odp':
    case 'rtf':
    case 'text':
      return headings.length > 0
        ? (prominentLine(lines, headings) ?? subject(lines))
        : (subject(lines) ?? prominentLine(lines, headings));
    default:
      return format satisfies never;
  }
}

/** `# Title`, or a line underlined with `===`; without links, emphasis and code marks. */
function markdownTitle(lines: Line[]): string | null {
  const index = lines.findIndex(
    ({ text }, at) => /^#{1,2}\s+\S/.test(text) || /^={3,}$/.test(lines[at + 1]?.text ?? ''),
  );
  const text = lines[index]?.text
    .replace(/^#+\s+/, '')
    .replace(/\s#+$/, '')
    .replaceAll(/!?\[([^\]]{0,200})\]\([^)]{0,500}\)/g, '$1')
    .replaceAll(/[*`]|<[^>]{0,200}>/g, '')
    .trim();
  return text === undefined || text === '' ? null : text;
}

/** The subject of an e-mail, of a letter or of minutes. */
function subject(lines: Line[]): string | null {
  for (const { text } of lines.slice(0, 30)) {
    const found = /^(?:subject|betreff|objet|asunto|oggetto|onderwerp|betreft)\s?:\s*(\S.*)$/i.exec(
      text,
    );
    if (found?.[1] !== undefined) return found[1];
  }
  return null;
}

/** A table has no heading, unless its first row holds one text and nothing else. */
function lonelyCell([first]: Line[]): string | null {
  const cell = /^"?([^",;\t|:]{3,})"?[,;\t]*$/.exec(first?.text ?? '')?.[1]?.trim();
  return cell !== undefined && /^\p{L}.*\p{L}/u.test(cell) && cell.includes(' ') ? cell : null;
}

/**
 * The first line that looks like a heading; one in capitals, set apart or naming the document's
 * kind may come later.
 */
function prominentLine(lines: Line[], headings: Evidence[]): string | null {
  const names = (line: Line): boolean =>
    headings.some(({ words, page }) => page === line.page && holdsWords(line, words));
  const candidates = lines
    .slice(0, FIRST_LINES)
    .map((line, index) => ({
      line,
      score: prominence(lines, index) - index * LATER + (names(line) ? NAMES_KIND : 0),
    }))
    .filter(({ line }) => isHeadingText(line))
    .toSorted((a, b) => b.score - a.score);
  const best = candidates[0];
  return best !== undefined && best.score > 0 ? best.line.text : null;
}

function holdsWords({ tokens }: Line, words: string): boolean {
  const line = tokens.map(({ word }) => word).join(' ');
  const wanted = tokenize(words)
    .map(({ word }) => word)
    .join(' ');
  return ` ${line} `.includes(` ${wanted} `);
}

function prominence(lines: Line[], index: number): number {
  const line = lines[index];
  if (line === undefined) return 0;
  const next = lines[index + 1];
  const { text, tokens } = line;
  const sentence = /[.,;]$/.test(text) ? Math.min(1.2, tokens.length * 0.25) : 0;
  const runsOn =
    text.length > 60 && next !== undefined && !next.blankBefore && /^\p{Ll}/u.test(next.text);
  return (
    1 +
    (text === text.toUpperCase() ? 0.6 : 0) +
    (next === undefined || next.blankBefore ? 0.5 : 0) +
    (line.blankBefore ? 0.3 : 0) -
    (text.includes('\t') ? 0.6 : 0) -
    (text.endsWith(':') ? 0.4 : 0) -
    sentence -
    (runsOn ? 1.5 : 0)
  );
}
