import { copyOut, withBuffer } from './pdfium-instance.ts';
import type { Pdfium } from './pdfium-instance.ts';

/** A page as pixels: `rgba` holds `width * height * 4` bytes, row by row, opaque. */
export interface RenderedPage {
  width: number;
  height: number;
  rgba: Uint8Array;
}

/** The entries of the document's information dictionary that are present and not empty. */
export interface PdfMetadata {
  title?: string;
  author?: string;
  subject?: string;
  keywords?: string;
  creator?: string;
  producer?: string;
  /** As in the file, `D:20240131120000+01'00'`. */
  creationDate?: string;
}

/** A file inside the document. */
export interface Attachment {
  name: string;
  bytes: Uint8Array;
}

/** Which attachments to read: by name, and none that is larger. */
export interface AttachmentFilter {
  named?: RegExp;
  maxBytes?: number;
}

const MAX_ATTACHMENTS = 1000;

// fpdfview.h
const RGBA_BYTE_ORDER = 0x10;
const DRAW_ANNOTATIONS = 0x01;
const FORMAT_BGRA = 4;
const WHITE = 0xffffffff;

/** In points, as seen, so after the page's rotation; null for a page that cannot be loaded. */
export function sizeOf(
  pdfium: Pdfium,
  document: number,
  index: number,
): { width: number; height: number } | null {
  return withBuffer(pdfium, 8, (size) => {
    if (!pdfium.FPDF_GetPageSizeByIndexF(document, index, size)) return null;
    const [width = 0, height = 0] = new Float32Array(copyOut(pdfium, size, 8).buffer);
    return { width, height };
  });
}

export function readText(pdfium: Pdfium, page: number): string {
  const textPage = pdfium.FPDFText_LoadPage(page);
  if (textPage === 0) return '';
  const length = Math.max(0, pdfium.FPDFText_CountChars(textPage));
  const text = readUtf16(pdfium, (length + 1) * 2, (buffer) =>
    length === 0 ? 0 : pdfium.FPDFText_GetText(textPage, 0, length, buffer) * 2,
  );
  pdfium.FPDFText_ClosePage(textPage);
  return text;
}

export function render(
  pdfium: Pdfium,
  page: number,
  { dpi = 150, maxPixels = 40_000_000 }: { dpi?: number; maxPixels?: number },
): RenderedPage {
  const [pageWidth, pageHeight] = [
    pdfium.FPDF_GetPageWidthF(page),
    pdfium.FPDF_GetPageHeightF(page),
  ];
  const { width, height } = pixelSize(pageWidth, pageHeight, dpi / 72, maxPixels);
  const bytes = width * height * 4;
  return withBuffer(pdfium, bytes, (pixels) => {
    const bitmap = pdfium.FPDFBitmap_CreateEx(width, height, FORMAT_BGRA, pixels, width * 4);
    pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
    const flags = RGBA_BYTE_ORDER | DRAW_ANNOTATIONS;
    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags);
    pdfium.FPDFBitmap_Destroy(bitmap);
    return { width, height, rgba: copyOut(pdfium, pixels, bytes) };
  });
}

/** Never zero pixels and never more than `maxPixels`, not even for a page a mile long and thin. */
function pixelSize(
  pageWidth: number,
  pageHeight: number,
  wanted: number,
  maxPixels: number,
): { width: number; height: number } {
  const area = Math.max(1, pageWidth * pageHeight);
  const scale = Math.min(wanted, Math.sqrt(maxPixels / area));
  const width = Math.min(maxPixels, Math.max(1, Math.floor(pageWidth * scale)));
  const fitting = Math.floor(maxPixels / width);
  return { width, height: Math.max(1, Math.min(Math.floor(pageHeight * scale), fitting)) };
}

export function readMetadata(pdfium: Pdfium, document: number): PdfMetadata {
  const text = (key: string): string => {
    const bytes = pdfium.FPDF_GetMetaText(document, key, 0, 0);
    return readUtf16(pdfium, bytes, (buffer) =>
      pdfium.FPDF_GetMetaText(document, key, buffer, bytes),
    ).trim();
  };
  const entries = {
    title: text('Title'),
    author: text('Author'),
    subject: text('Subject'),
    keywords: text('Keywords'),
    creator: text('Creator'),
    producer: text('Producer'),
    creationDate: text('CreationDate'),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== ''));
}

export function readAttachments(
  pdfium: Pdfium,
  document: number,
  { named = /(?:)/, maxBytes = Infinity }: AttachmentFilter,
): Attachment[] {
  const count = Math.min(MAX_ATTACHMENTS, pdfium.FPDFDoc_GetAttachmentCount(document));
  return Array.from({ length: Math.max(0, count) }, (_, index) => index).flatMap((index) => {
    const attachment = pdfium.FPDFDoc_GetAttachment(document, index);
    const name = readUtf16(
      pdfium,
      pdfium.FPDFAttachment_GetName(attachment, 0, 0),
      (buffer, bytes) => pdfium.FPDFAttachment_GetName(attachment, buffer, bytes),
    );
    const bytes = named.test(name) ? readAttachment(pdfium, attachment, maxBytes) : null;
    return bytes === null ? [] : [{ name, bytes }];
  });
}

function readAttachment(pdfium: Pdfium, attachment: number, maxBytes: number): Uint8Array | null {
  return withBuffer(pdfium, 4, (lengthAt) => {
    if (!pdfium.FPDFAttachment_GetFile(attachment, 0, 0, lengthAt)) return new Uint8Array();
    const length = Buffer.from(copyOut(pdfium, lengthAt, 4)).readUInt32LE();
    if (length > maxBytes) return null;
    return withBuffer(pdfium, length, (buffer) => {
      pdfium.FPDFAttachment_GetFile(attachment, buffer, length, lengthAt);
      return copyOut(pdfium, buffer, length);
    });
  });
}

/** What `fill` wrote as a string; `fill` returns bytes, the closing NUL included. */
function readUtf16(
  pdfium: Pdfium,
  bytes: number,
  fill: (buffer: number, bytes: number) => number,
): string {
  return withBuffer(pdfium, bytes, (buffer) => {
    const written = Math.min(bytes, fill(buffer, bytes));
    const text = Buffer.from(copyOut(pdfium, buffer, Math.max(0, written - 2)));
    return normalise(text.toString('utf16le'));
  });
}

/**
 * pdfium's text as plain text: `\n` line ends, no control characters (PostgreSQL refuses NUL), no
 * half characters. pdfium marks a hyphen at a line's end with U+FFFE and joins the lines: the word
 * is put together again, but a hyphen inside an address, a number or a double name stays.
 */
function normalise(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\uFFFE/g, (_, offset: number, whole: string) =>
      /[\d/@.:]\S{0,20}$/.test(whole.slice(Math.max(0, offset - 30), offset)) ||
      /[\p{Lu}\d]/u.test(whole.charAt(offset + 1))
        ? '-'
        : '',
    )
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .toWellFormed();
}
