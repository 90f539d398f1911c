import { fileTypeFromFile } from 'file-type';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { openPdf } from '../../shared/pdfium.ts';
import { StepFailure } from '../../shared/step-failure.ts';
import { claimedText, isTextFormat, mismatch, namedFormat } from './claim.ts';
import type { Inspection, InspectionLimits } from './inspection.ts';
import { inspectZip, refuseCompoundFile } from './office.ts';
import { corrupt, emptyFile, tooManyPages } from './refusals.ts';
import { inspectText } from './text.ts';
import { isText } from './text-encoding.ts';
import { unsupportedType } from './unsupported.ts';

const HEAD_BYTES = 64 * 1024;
const COMPOUND_FILE = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);

const BYTE_ORDER_MARK = /^(\xff\xfe|\xfe\xff|\xef\xbb\xbf)/;
/** What file-type calls the kinds of image that can be read. */
const IMAGE_EXTENSIONS = new Set([
  'png',
  'apng',
  'jpg',
  'tif',
  'webp',
  'gif',
  'avif',
  'heic',
  'bmp',
]);
const POSTSCRIPT = new Set(['ps', 'eps']);

export type { Inspection } from './inspection.ts';

export interface InspectInput {
  /** Path of the file. */
  file: string;
  fileName: string;
  claimedMediaType: string;
  limits: InspectionLimits;
}

/**
 * What a file really is. Its content decides: name and claimed type only break ties between kinds of
 * text, and a difference is a warning. Throws the permanent `StepFailure`s `empty-file`, `encrypted`,
 * `corrupt`, `unsupported-format`, `too-many-pages`, `image-too-large` and `bomb`. Run it in the
 * sandbox: it opens PDFs and images.
 */
export async function inspect(input: InspectInput): Promise<Inspection> {
  const file = await open(input.file);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    if (bytesRead === 0) throw emptyFile();
    const finding = await find(input, file, head.subarray(0, bytesRead));
    refuseMisnamedText(finding, input);
    return { ...finding, warnings: [...finding.warnings, ...mismatch(finding.format, input)] };
  } finally {
    await file.close();
  }
}

async function find(input: InspectInput, file: FileHandle, head: Buffer): Promise<Inspection> {
  if (head.subarray(0, 5).equals(Buffer.from('%PDF-'))) return inspectPdf(input);
  if (head.subarray(0, 2).toString() === 'PK' && (head[2] ?? 0) < 9) {
    return inspectZip(file, input.limits);
  }
  if (head.subarray(0, 8).equals(COMPOUND_FILE)) return refuseCompoundFile(file);
  if (/^\s*\{\\rtf/.test(head.toString('latin1', 0, 64))) return rtf;
  // Readers of PDF allow for some junk before the header.
  if (/%PDF-\d/.test(head.toString('latin1', 0, 1024)) && head.includes(' obj')) {
    const pdf = await inspectPdf(input).catch(unlessText(head));
    if (pdf !== null) return pdf;
  }
  if (BYTE_ORDER_MARK.test(head.toString('latin1', 0, 3))) return inspectAsText(input, file, head);
  const type = await fileTypeFromFile(input.file);
  // Some signatures are two letters long: a text that begins with them is still a text.
  const text = isText(head);
  if (type !== undefined && IMAGE_EXTENSIONS.has(type.ext) && !text) {
    // Loaded for images only.
    const { inspectImage } = await import('./image.ts');
    return inspectImage(input.file, type.mime, input.limits);
  }
  if (type !== undefined && (!text || POSTSCRIPT.has(type.ext))) throw unsupportedType(type);
  return inspectAsText(input, file, head);
}

const inspectAsText = (input: InspectInput, file: FileHandle, head: Buffer): Promise<Inspection> =>
  inspectText(file, head, claimedText(input));

/** A program that failed often leaves its error message under the name of the document. */
function refuseMisnamedText(finding: Inspection, input: InspectInput): void {
  const named = namedFormat(input);
  if (finding.format !== 'text' || named === undefined || isTextFormat(named)) return;
  throw corrupt(`${named.toUpperCase()} file`, 'it holds nothing but plain text');
}

const rtf: Inspection = {
  format: 'rtf',
  mediaType: 'application/rtf',
  pages: null,
  encoding: null,
  warnings: [],
};

/** A text that shows what a PDF looks like inside is none. */
const unlessText =
  (head: Buffer) =>
  (error: unknown): null => {
    if (error instanceof StepFailure && error.code === 'corrupt' && isText(head)) return null;
    throw error;
  };

async function inspectPdf({ file, limits }: InspectInput): Promise<Inspection> {
  const pdf = await openPdf(file);
  try {
    if (pdf.pageCount > limits.maxPages) throw tooManyPages(pdf.pageCount, limits.maxPages);
    const warnings = pdf.dynamicForm
      ? ['The PDF is a dynamic XFA form: only Adobe programs show its content. Print it to PDF.']
      : [];
    const pages = pdf.pageCount;
    return { format: 'pdf', mediaType: 'application/pdf', pages, encoding: null, warnings };
  } finally {
    pdf.close();
  }
}
