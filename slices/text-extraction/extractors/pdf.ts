import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openImage } from '../../../shared/image.ts';
import { openPdf } from '../../../shared/pdfium.ts';
import type { PdfDocument } from '../../../shared/pdfium.ts';
import { assertPageCount, assertTextLength, cleanText } from '../text.ts';
import type { PageText } from '../text.ts';

const OCR_DPI = 300;
const OCR_MAX_PIXELS = 20_000_000;
/** Pages with fewer letters and digits are looked at: the rest of them may be a picture. */
const FEW_CHARACTERS = 100;
const MAX_UNMAPPED = 0.2;
const INK_DPI = 36;
/**
 * How much ink (square points, black) a letter and the lines around it take: 10 in running text, 60
 * in bold headings of 24 points. A sparse scanned page has 1,600, a full one 40,000.
 */
const INK_PER_CHARACTER = 60;
const INK_OF_NOTHING = 6;

/**
 * The text layer of every page, and which pages must be read by OCR. `progress` counts the pages
 * that need none. Throws the permanent failures
 * of `openPdf`, `too-many-pages` and `text-too-large`.
 */
export async function readPdfPages(
  file: string,
  maxPages: number,
  progress: (done: number, total: number) => void,
): Promise<PageText[]> {
  return withPdf(file, (pdf) => {
    assertPageCount(pdf.pageCount, maxPages);
    let length = 0;
    let known = 0;
    return Array.from({ length: pdf.pageCount }, (_, index) => {
      const text = cleanText(pdf.pageText(index));
      length += text.length;
      assertTextLength(length);
      const page = { text, needsOcr: needsOcr(pdf, index, text) };
      if (!page.needsOcr) progress((known += 1), pdf.pageCount);
      return page;
    });
  });
}

/** Renders `pages` (counted from 0) for OCR, as grey PNG files in `folder`; returns their paths. */
export async function renderPdfPages(
  file: string,
  pages: number[],
  folder: string,
): Promise<string[]> {
  return withPdf(file, async (pdf) => {
    const paths: string[] = [];
    for (const index of pages) {
      const path = join(folder, `page-${index + 1}.png`);
      const { width, height, rgba } = pdf.renderPage(index, {
        dpi: OCR_DPI,
        maxPixels: OCR_MAX_PIXELS,
      });
      await openImage(rgba, { raw: { width, height, channels: 4 } })
        .removeAlpha()
        .grayscale()
        .withMetadata({ density: OCR_DPI })
        .png({ compressionLevel: 1 })
        .toFile(path);
      paths.push(path);
    }
    return paths;
  });
}

/**
 * True where the font has no mapping to Unicode, so the text is gibberish, and where the page shows
 * more than its text: a scan that only carries a page number or a stamp as text. A page that is
 * just short, or blank, has as much ink as its characters need.
 */
function needsOcr(pdf: PdfDocument, index: number, text: string): boolean {
  const characters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const unmapped = text.match(/[\p{Co}\p{Cn}\uFFFD]/gu)?.length ?? 0;
  if (unmapped > characters * MAX_UNMAPPED) return true;
  if (characters >= FEW_CHARACTERS) return false;
  return inkOf(pdf, index) > INK_OF_NOTHING + characters * INK_PER_CHARACTER;
}

/** How dark the page is, as square points of black. */
function inkOf(pdf: PdfDocument, index: number): number {
  const { rgba } = pdf.renderPage(index, { dpi: INK_DPI });
  let darkness = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    darkness += 255 - Math.min(rgba[at] ?? 255, rgba[at + 1] ?? 255, rgba[at + 2] ?? 255);
  }
  return (darkness / 255) * (72 / INK_DPI) ** 2;
}

async function withPdf<T>(file: string, work: (pdf: PdfDocument) => T | Promise<T>): Promise<T> {
  const pdf = await openPdf(await readFile(file));
  try {
    return await work(pdf);
  } finally {
    pdf.close();
  }
}
