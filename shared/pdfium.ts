import {
  bytesSource,
  fileSource,
  guarded,
  quietly,
  trimPdfium,
  warmPdfium,
} from './pdfium-instance.ts';
import type { Pdfium, Source } from './pdfium-instance.ts';
import { readAttachments, readMetadata, readText, render, sizeOf } from './pdfium-reading.ts';
import type { Attachment, AttachmentFilter, PdfMetadata, RenderedPage } from './pdfium-reading.ts';
import { StepFailure } from './step-failure.ts';

export type { PdfMetadata, RenderedPage } from './pdfium-reading.ts';

/** An open PDF. Pages count from 0. It holds wasm memory until `close()`. */
export interface PdfDocument {
  readonly pageCount: number;
  /** A dynamic XFA form: its pages only say that another program is needed to see its content. */
  readonly dynamicForm: boolean;
  /** The page's text in pdfium's reading order, `\n` line ends, form values and comments included. */
  pageText(index: number): string;
  /** Width and height in points (1/72 inch), as seen, so after the page's rotation. Cheap. */
  pageSize(index: number): { width: number; height: number };
  /** The page on white; smaller than `dpi` (150) asks for where `maxPixels` (40 million) demands it. */
  renderPage(index: number, options?: { dpi?: number; maxPixels?: number }): RenderedPage;
  metadata(): PdfMetadata;
  /** Files inside the document, of the first thousand. */
  attachments(filter?: AttachmentFilter): Attachment[];
  /** Never throws, so that it may stand in a `finally`. */
  close(): void;
}

// fpdfview.h: FPDF_ERR_PASSWORD, and FPDF_ERR_SECURITY for a scheme that pdfium does not know.
const LOCKED = new Set([4, 5]);
// fpdf_formfill.h: FORMTYPE_XFA_FULL
const FORM_XFA_FULL = 2;

/**
 * Opens a PDF with pdfium (wasm), from bytes or from the path of a file, which is then read piece by
 * piece, whatever its size. Owner-only passwords do not matter: such files simply open.
 * Throws `StepFailure` `encrypted` where a password is needed and `corrupt` where pdfium cannot read
 * the file or finds no page in it (also a page tree that refers to itself). Every later call may
 * throw `corrupt` or `parser-out-of-memory`. All are permanent. Run it in the sandbox.
 */
export async function openPdf(source: Uint8Array | string): Promise<PdfDocument> {
  const pdfium = await warmPdfium();
  const opened =
    typeof source === 'string' ? fileSource(pdfium, source) : bytesSource(pdfium, source);
  try {
    return guarded(pdfium, () => open(pdfium, opened));
  } catch (error) {
    opened.release();
    throw error;
  }
}

function open(pdfium: Pdfium, source: Source): PdfDocument {
  const document = source.load();
  const error = document === 0 ? pdfium.FPDF_GetLastError() : 0;
  const pageCount = document === 0 ? 0 : pdfium.FPDF_GetPageCount(document);
  if (hasPage(pdfium, document, pageCount))
    return openDocument(pdfium, document, source, pageCount);
  if (document !== 0) pdfium.FPDF_CloseDocument(document);
  throw refusal(error);
}

/** A page tree that refers to itself may well count pages: some page among the first must be there. */
function hasPage(pdfium: Pdfium, document: number, pageCount: number): boolean {
  const first = Array.from({ length: Math.min(pageCount, 20) }, (_, index) => index);
  return first.some((index) => sizeOf(pdfium, document, index) !== null);
}

function refusal(error: number): StepFailure {
  if (LOCKED.has(error)) {
    const message = 'The PDF is protected by a password. Save it without one and send it again.';
    return new StepFailure('encrypted', 'permanent', message, { detail: `pdfium error ${error}` });
  }
  const message = 'The PDF is damaged and cannot be opened. Export it again and send the new file.';
  const detail = error === 0 ? 'pdfium finds no page' : `pdfium error ${error}`;
  return new StepFailure('corrupt', 'permanent', message, { detail });
}

function openDocument(
  pdfium: Pdfium,
  document: number,
  source: Source,
  pageCount: number,
): PdfDocument {
  const flattened = new Set<number>();
  let closed = false;

  function load(index: number): number {
    const page = pdfium.FPDF_LoadPage(document, index);
    return page === 0 ? damaged(index) : page;
  }

  function damaged(index: number): never {
    const message = `Page ${index + 1} of the PDF is damaged. Export it again and send the new file.`;
    const detail = `pdfium error ${pdfium.FPDF_GetLastError()}, page index ${index}`;
    throw new StepFailure('corrupt', 'permanent', message, { detail });
  }

  /**
   * Form values and comments are annotations: neither pdfium's text nor its pixels show them.
   * Flattened into the page, which counts from its next load on, they are in both.
   */
  function flatten(index: number): void {
    if (flattened.has(index)) return;
    flattened.add(index);
    const page = load(index);
    if (pdfium.FPDFPage_GetAnnotCount(page) > 0) pdfium.FPDFPage_Flatten(page, 0);
    pdfium.FPDF_ClosePage(page);
  }

  function check(index: number): void {
    if (closed) throw new Error('This PDF is closed.');
    if (Number.isInteger(index) && index >= 0 && index < pageCount) return;
    throw new RangeError(`There is no page ${index}: this PDF has ${pageCount}, counted from 0.`);
  }

  function withPage<T>(index: number, read: (page: number) => T): T {
    check(index);
    return guarded(pdfium, () => {
      flatten(index);
      const page = load(index);
      const result = read(page);
      pdfium.FPDF_ClosePage(page);
      return result;
    });
  }

  return {
    pageCount,
    dynamicForm: guarded(pdfium, () => pdfium.FPDF_GetFormType(document)) === FORM_XFA_FULL,
    pageText: (index) => withPage(index, (page) => readText(pdfium, page)),
    pageSize(index) {
      check(index);
      return guarded(pdfium, () => sizeOf(pdfium, document, index) ?? damaged(index));
    },
    renderPage: (index, options = {}) => withPage(index, (page) => render(pdfium, page, options)),
    metadata: () => guarded(pdfium, () => readMetadata(pdfium, document)),
    attachments: (filter = {}) => guarded(pdfium, () => readAttachments(pdfium, document, filter)),
    close() {
      if (closed) return;
      closed = true;
      quietly(() => pdfium.FPDF_CloseDocument(document));
      source.release();
      trimPdfium(pdfium);
    },
  };
}
