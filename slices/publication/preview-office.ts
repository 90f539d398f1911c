import { readFile } from 'node:fs/promises';
import { parseOffice } from 'officeparser';
import type { OfficeContentNode, SupportedFileType } from 'officeparser';
import type { Format } from '../text-extraction/format.contract.ts';

/** The first page needs no more of a text's blocks, or of a sheet's rows, than this. */
const FIRST_BLOCKS = 80;
const LIMITS = { maxUncompressedBytes: 256 * 1024 * 1024, maxZipEntries: 10_000 };
const MAX_MISSING = 0.05;

/**
 * The beginning of an Office document as PDF: its words, tables and pictures, not its layout. Null
 * where that would be a blank page, and where its fonts lack the script: Helvetica shows the letters
 * of Windows-1252, others as `?`.
 */
export async function officeAsPdf(file: string, format: Format): Promise<Uint8Array | null> {
  const ast = await parseOffice(await readFile(file), {
    fileType: format as SupportedFileType,
    ocr: false,
    extractAttachments: true,
    ignoreSlideMasters: true,
    decompressionLimits: LIMITS,
  });
  ast.content = firstPart(ast.content);
  const words = wordsOf(ast.content);
  const isEmpty = words.trim() === '' && !ast.attachments.some(({ type }) => type === 'image');
  if (isEmpty || !canShow(words)) return null;
  const landscape = format === 'pptx' || format === 'odp';
  const { value } = await ast.to('pdf', { pdfConfig: { engine: 'native', landscape } });
  return typeof value === 'string' ? null : value;
}

function firstPart(content: OfficeContentNode[]): OfficeContentNode[] {
  const [first] = content;
  if (first?.type !== 'slide' && first?.type !== 'sheet') return content.slice(0, FIRST_BLOCKS);
  return [{ ...first, children: (first.children ?? []).slice(0, FIRST_BLOCKS) }];
}

function wordsOf(nodes: OfficeContentNode[]): string {
  return nodes
    .map(({ text, children }) =>
      children === undefined || children.length === 0 ? (text ?? '') : wordsOf(children),
    )
    .join(' ');
}

function canShow(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  const missing = letters.filter((letter) => !WINDOWS_1252.test(letter));
  return missing.length <= letters.length * MAX_MISSING;
}

const WINDOWS_1252 = /[A-Za-z\u00A0-\u00FFŠŒŽšœžŸƒ]/u;
