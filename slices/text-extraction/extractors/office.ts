import { readFile } from 'node:fs/promises';
import { parseOffice } from 'officeparser';
import type { OfficeContentNode, OfficeError, OfficeIssue, OfficeParserAST } from 'officeparser';
import { StepFailure } from '../../../shared/step-failure.ts';
import { assertPageCount, assertTextLength } from '../text.ts';
import type { ExtractedPages } from '../text.ts';
import { sectionText } from './office-text.ts';
import { spellOutSymbols } from './rtf-symbols.ts';

/** The formats that officeparser reads. */
export type OfficeFormat = 'odt' | 'ods' | 'odp' | 'rtf';

const MEBIBYTE = 1024 * 1024;
const LIMITS = {
  maxUncompressedBytes: 256 * MEBIBYTE,
  maxZipEntries: 20_000,
};

/**
 * An Office document's text: one page per slide or sheet, otherwise one page. Rows of tables are
 * lines with tabs between their cells; notes and comments follow the page that they belong to.
 *
 * Throws the permanent failures `encrypted`, `too-large-inside`, `too-many-pages` and `corrupt`.
 */
export async function extractOffice(
  file: string,
  format: OfficeFormat,
  maxPages: number,
): Promise<ExtractedPages> {
  const bytes = await readFile(file);
  const ast = await parseDocument(bytes, format);
  const pages = sections(ast, maxPages).map((nodes) => sectionText(nodes, ast.attachments));
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
      decompressionLimits: LIMITS,
    });
  } catch (error) {
    throw asFailure(error);
  }
}

/**
 * Slides and sheets are pages of their own. officeparser leaves out slides without text: the others
 * keep their number. Headers and footers belong to the one page of a text.
 */
function sections(
  { content, auxiliary }: OfficeParserAST,
  maxPages: number,
): OfficeContentNode[][] {
  if (!content.some(({ type }) => type === 'slide' || type === 'sheet')) {
    return [[...(auxiliary?.headers ?? []), ...content, ...(auxiliary?.footers ?? [])]];
  }
  const numbers = content.map((node, index) =>
    node.type === 'slide' ? (node.metadata?.slideNumber ?? index + 1) : index + 1,
  );
  const count = numbers.reduce((most, number) => Math.max(most, number), 0);
  assertPageCount(count, maxPages);
  const pages: OfficeContentNode[][] = Array.from({ length: count }, () => []);
  content.forEach((node, index) => pages[(numbers[index] ?? 1) - 1]?.push(node));
  return pages;
}

function asWarning({ code }: OfficeIssue): string[] {
  if (code === undefined || !/LIMIT_EXCEEDED|NOT_READ/.test(code)) return [];
  return [`Part of the document was not read (${code})`];
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
