import { parseOffice } from 'officeparser';
import type { OfficeContentNode, OfficeError, OfficeParserAST } from 'officeparser';
import { StepFailure } from '../../../shared/step-failure.ts';
import { assertTextLength, TextBuffer, cleanText } from '../text.ts';
import type { ExtractedPages } from '../text.ts';
import { spellOutSymbols } from './rtf-symbols.ts';

const BLOCKS = new Set(
  'paragraph heading list table row note comment code header footer'.split(' '),
);

/**
 * The text of RTF as one page: rows of tables are lines with tabs between their cells; notes and
 * comments follow. Throws the permanent failures `too-large-inside`, `text-too-large` and `corrupt`.
 */
export async function extractRtf(file: Uint8Array): Promise<ExtractedPages> {
  const { content, auxiliary } = await parse(file);
  const writer = new Writer();
  const nodes = [...(auxiliary?.headers ?? []), ...content, ...(auxiliary?.footers ?? [])];
  for (const node of nodes) writer.write(node);
  const page = writer.end();
  assertTextLength(page.length);
  return { pages: [page], warnings: [] };
}

async function parse(file: Uint8Array): Promise<OfficeParserAST> {
  try {
    const options = { fileType: 'rtf', ocr: false } as const;
    return await parseOffice(Buffer.from(spellOutSymbols(file)), options);
  } catch (error) {
    const { officeIssue, message } = error as OfficeError;
    const options = { detail: message, cause: error };
    if (/LIMIT_EXCEEDED|DEPTH_EXCEEDED|TOO_LARGE/.test(officeIssue?.code ?? '')) {
      const text = 'The document unpacks to more than is allowed. Split it and send the parts.';
      throw new StepFailure('too-large-inside', 'permanent', text, options);
    }
    const text = 'The document is damaged and cannot be read. Save it again and send the new file.';
    throw new StepFailure('corrupt', 'permanent', text, options);
  }
}

class Writer {
  readonly #asides: OfficeContentNode[] = [];
  #text = new TextBuffer();

  write(node: OfficeContentNode): void {
    this.#asides.push(...(node.notes ?? []), ...(node.comments ?? []));
    if (node.type === 'row') this.#text.append(this.#row(node));
    else if (node.type === 'break') this.#text.append('\n');
    else if (node.children === undefined || node.children.length === 0)
      this.#text.append(node.text ?? '');
    else for (const child of node.children) this.write(child);
    if (BLOCKS.has(node.type)) this.#text.append('\n');
  }

  end(): string {
    // An aside may have asides of its own, which are appended while the loop runs.
    for (const aside of this.#asides) this.write(aside);
    return cleanText(this.#text.toString());
  }

  #row(row: OfficeContentNode): string {
    return (row.children ?? []).map((cell) => this.#cell(cell)).join('\t');
  }

  /** A cell on one line, whatever it holds. */
  #cell(cell: OfficeContentNode): string {
    const outer = this.#text;
    this.#text = new TextBuffer();
    this.write(cell);
    const lines = this.#text.toString().split('\n');
    this.#text = outer;
    return lines
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' ');
  }
}
