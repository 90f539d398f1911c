import { readFile } from 'node:fs/promises';
import { parseOffice } from 'officeparser';
import type { OfficeContentNode, OfficeError, OfficeParserAST } from 'officeparser';
import { StepFailure } from '../../../shared/step-failure.ts';
import { TextBuffer, assertTextLength, cleanText } from '../text.ts';
import type { ExtractedPages } from '../text.ts';
import { spellOutSymbols } from './rtf-symbols.ts';
import { readNumberFormats } from './xlsx-formats.ts';
import type { ShowCell } from './xlsx-formats.ts';

/** The formats that officeparser reads. */
export type OfficeFormat = 'docx' | 'xlsx' | 'pptx' | 'odt' | 'ods' | 'odp' | 'rtf';

const MEBIBYTE = 1024 * 1024;
const LIMITS = {
  maxUncompressedBytes: 256 * MEBIBYTE,
  maxZipEntries: 10_000,
  // Raw content is only kept of spreadsheets, where it is slices of one string.
  maxRawContentLength: 1024 * MEBIBYTE,
};
const BLOCKS = new Set(
  'paragraph heading list table row sheet slide note comment code header footer chart'.split(' '),
);

/**
 * An Office document's text: one page per slide or sheet, otherwise one page. Rows of tables are
 * lines with tabs between their cells; notes and comments follow the page that they belong to.
 *
 * Throws the permanent failures `encrypted`, `too-large-inside` and `corrupt`.
 */
export async function extractOffice(file: string, format: OfficeFormat): Promise<ExtractedPages> {
  const bytes = await readFile(file);
  const ast = await parseDocument(bytes, format);
  const showCell = format === 'xlsx' ? readNumberFormats(bytes) : () => null;
  const pages = sections(ast).map((nodes) => sectionText(nodes, showCell));
  assertTextLength(pages.reduce((sum, page) => sum + page.length, 0));
  return { pages, warnings: ast.warnings.flatMap(asWarning) };
}

async function parseDocument(bytes: Uint8Array, format: OfficeFormat): Promise<OfficeParserAST> {
  try {
    return await parseOffice(Buffer.from(format === 'rtf' ? spellOutSymbols(bytes) : bytes), {
      fileType: format,
      ocr: false,
      // Charts are attachments, and their words are text.
      extractAttachments: true,
      ignoreSlideMasters: true,
      includeRawContent: format === 'xlsx',
      decompressionLimits: LIMITS,
    });
  } catch (error) {
    throw asFailure(error);
  }
}

/** Slides and sheets are pages of their own; headers and footers belong to the one page of a text. */
function sections({ content, auxiliary }: OfficeParserAST): OfficeContentNode[][] {
  const isPaged = content.some(({ type }) => type === 'slide' || type === 'sheet');
  if (isPaged) return content.map((node) => [node]);
  return [[...(auxiliary?.headers ?? []), ...content, ...(auxiliary?.footers ?? [])]];
}

function sectionText(nodes: OfficeContentNode[], showCell: ShowCell): string {
  const writer = new SectionWriter(showCell);
  for (const node of nodes) writer.write(node);
  return writer.end();
}

class SectionWriter {
  readonly #showCell: ShowCell;
  readonly #asides: OfficeContentNode[] = [];
  #text = new TextBuffer();

  constructor(showCell: ShowCell) {
    this.#showCell = showCell;
  }

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

  #cell(cell: OfficeContentNode): string {
    const shown = this.#showCell(cell.rawContent ?? '', cell.text ?? '');
    if (shown !== null) return shown;
    const outer = this.#text;
    this.#text = new TextBuffer();
    this.write(cell);
    const text = this.#text.toString();
    this.#text = outer;
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' ');
  }
}

function asWarning({ code }: { code?: string }): string[] {
  return /LIMIT_EXCEEDED|NOT_READ/.test(code ?? '') ? [`Part of the document was not read (${code})`] : [];
}

function asFailure(error: unknown): StepFailure {
  const { officeIssue, message } = error as OfficeError;
  const options = { detail: message, cause: error };
  const code = officeIssue?.code ?? '';
  if (/PASSWORD|DECRYPTION/.test(code)) {
    const text = 'The document is protected by a password. Save it without one and send it again.';
    return new StepFailure('encrypted', 'permanent', text, options);
  }
  if (/LIMIT_EXCEEDED|DEPTH_EXCEEDED|TOO_LARGE/.test(code)) {
    const text = 'The document unpacks to more than is allowed. Split it and send the parts.';
    return new StepFailure('too-large-inside', 'permanent', text, options);
  }
  const text = 'The document is damaged and cannot be read. Save it again and send the new file.';
  return new StepFailure('corrupt', 'permanent', text, options);
}
