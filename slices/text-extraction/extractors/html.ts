import { Parser } from 'htmlparser2';
import { decodeFile, isKnown } from '../decode.ts';
import { TextBuffer, cleanText } from '../text.ts';
import type { ExtractedPages } from '../text.ts';

const SILENT = new Set(['script', 'style', 'template', 'iframe', 'object', 'svg', 'noembed']);
const PARAGRAPHS = new Set(
  'p h1 h2 h3 h4 h5 h6 table blockquote pre ul ol dl title article section'.split(' '),
);
const LINES = new Set(
  'address aside body caption center dd details dir div dt fieldset figcaption figure footer form frameset head header hr html legend li main menu nav noscript optgroup option select summary tbody textarea tfoot thead tr'.split(
    ' ',
  ),
);
const CELLS = new Set(['td', 'th']);

/** An HTML page's text: blocks as lines, table rows as lines with tabs between their cells. */
export async function extractHtml(file: string, encoding: string | null): Promise<ExtractedPages> {
  const reader = new HtmlReader();
  for await (const piece of decodeFile(file, encoding, declaredEncoding)) reader.write(piece);
  return { pages: [reader.end()], warnings: [] };
}

/** The text of HTML that is already decoded. */
export function htmlToText(html: string): string {
  const reader = new HtmlReader();
  reader.write(html);
  return reader.end();
}

/** The charset of a `<meta>` or an XML declaration. One read as ASCII cannot be UTF-16. */
export function declaredEncoding(sample: Uint8Array): string | null {
  const head = Buffer.from(sample.subarray(0, 4096)).toString('latin1');
  const charset =
    /<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w:.-]+)/i.exec(head)?.[1] ??
    /^\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w:.-]+)/i.exec(head)?.[1];
  if (charset === undefined || !isKnown(charset)) return null;
  return /^utf-?16/i.test(charset) ? 'utf-8' : charset;
}

/**
 * Writes text as the parser meets it, in one pass and without a tree, so that neither size nor
 * depth of the page costs memory. White space between two words is decided when the second comes.
 */
class HtmlReader {
  readonly #text = new TextBuffer();
  readonly #parser: Parser;
  /** Cells met in the current row of every table that is open. */
  readonly #rows: number[] = [];
  #silent = 0;
  #preformatted = 0;
  #gap = '';
  #atStart = true;

  constructor() {
    this.#parser = new Parser({
      onopentag: (name, attributes) => this.#open(name, attributes),
      onclosetag: (name) => this.#close(name),
      ontext: (data) => this.#words(data),
    });
  }

  write(html: string): void {
    this.#parser.write(html);
  }

  end(): string {
    this.#parser.end();
    return cleanText(this.#text.toString());
  }

  #open(name: string, attributes: Record<string, string>): void {
    if (name === 'iframe' && this.#silent === 0) this.#put(htmlToText(attributes.srcdoc ?? ''));
    if (SILENT.has(name)) this.#silent += 1;
    if (name === 'pre' || name === 'textarea') this.#preformatted += 1;
    if (name === 'table') this.#rows.push(0);
    if (name === 'br') this.#lineBreak('\n', true);
    else if (CELLS.has(name)) this.#openCell();
    else this.#block(name);
    if (name === 'tr') this.#startRow();
  }

  #close(name: string): void {
    if (SILENT.has(name)) this.#silent = Math.max(0, this.#silent - 1);
    if (name === 'pre' || name === 'textarea') this.#preformatted -= 1;
    if (name === 'table') this.#rows.pop();
    if (name === 'tr' || name === 'table') this.#gap = '\n';
    this.#block(name);
  }

  #startRow(): void {
    this.#rows[Math.max(0, this.#rows.length - 1)] = 0;
  }

  #openCell(): void {
    const table = Math.max(0, this.#rows.length - 1);
    const cells = this.#rows[table] ?? 0;
    this.#rows[table] = cells + 1;
    if (cells === 0) return;
    // A block that closed inside the cell before must not break the row.
    this.#gap = this.#gap.includes('\t') ? `${this.#gap}\t` : '\t';
  }

  #block(name: string): void {
    if (PARAGRAPHS.has(name)) this.#lineBreak('\n\n', false);
    else if (LINES.has(name)) this.#lineBreak('\n', false);
  }

  #lineBreak(lines: string, forced: boolean): void {
    if (this.#gap.includes('\t')) return;
    this.#gap = forced && this.#gap.includes('\n') ? '\n\n' : this.#gap === '\n\n' ? '\n\n' : lines;
  }

  #words(data: string): void {
    if (this.#silent > 0) return;
    if (this.#preformatted > 0) return this.#put(data);
    const text = data.replaceAll(/[\t\n\f\r \u00A0]+/g, ' ');
    if (text.startsWith(' ') && this.#gap === '') this.#gap = ' ';
    const words = text.trim();
    if (words === '') return;
    this.#put(words);
    if (text.endsWith(' ')) this.#gap = ' ';
  }

  #put(words: string): void {
    if (words === '') return;
    if (!this.#atStart && this.#gap !== '') this.#text.append(this.#gap);
    this.#text.append(words);
    this.#gap = '';
    this.#atStart = false;
  }
}
