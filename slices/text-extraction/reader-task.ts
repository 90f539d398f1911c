import { readFile } from 'node:fs/promises';
import type { Task } from '../../shared/sandbox/task.ts';
import { extractEmail } from './extractors/email.ts';
import { extractHtml } from './extractors/html.ts';
import { countImagePages } from './extractors/image.ts';
import { extractOdf } from './extractors/odf/odf.ts';
import { extractDocx } from './extractors/ooxml/docx.ts';
import { extractPptx } from './extractors/ooxml/pptx.ts';
import { extractXlsx } from './extractors/ooxml/xlsx.ts';
import { readPdfPages, renderPdfPages } from './extractors/pdf.ts';
import { extractPlainText, extractSource } from './extractors/plain-text.ts';
import { extractRtf } from './extractors/rtf.ts';
import type { Format } from './format.contract.ts';
import type { ExtractedPages, PageText } from './text.ts';

export type ReaderRequest =
  | { do: 'read'; file: string; format: Format; encoding: string | null; maxPages: number }
  | { do: 'render'; file: string; pages: number[] };

/** Every page of the document, with the text that needs no OCR. */
export interface ReadAnswer {
  pages: PageText[];
  warnings: string[];
}

/** The rendered pages, in the order asked for: their paths while the task ran. */
export interface RenderAnswer {
  images: string[];
}

/** Sandbox task (reader pool): reads a document's text, or renders pages of a PDF for OCR. */
const readDocument: Task<ReaderRequest, ReadAnswer | RenderAnswer> = async (request, context) => {
  if (request.do === 'render') {
    return { images: await renderPdfPages(request.file, request.pages, context.workDir) };
  }
  return read(request, context.progress);
};

async function read(
  { file, format, encoding, maxPages }: Extract<ReaderRequest, { do: 'read' }>,
  progress: (done: number, total: number) => void,
): Promise<ReadAnswer> {
  switch (format) {
    case 'pdf':
      return { pages: await readPdfPages(file, maxPages, progress), warnings: [] };
    case 'image':
      return unread(await countImagePages(file, maxPages));
    case 'docx':
      return done(extractDocx(await readFile(file)));
    case 'pptx':
      return done(extractPptx(await readFile(file), maxPages));
    case 'xlsx':
      return done(extractXlsx(await readFile(file), maxPages));
    case 'odt':
    case 'ods':
    case 'odp':
      return done(extractOdf(await readFile(file), format, maxPages));
    case 'rtf':
      return done(await extractRtf(await readFile(file)));
    case 'html':
      return done(await extractHtml(file, encoding));
    case 'email':
      return done(await extractEmail(file));
    case 'text':
      return done(await extractPlainText(file, encoding));
    case 'markdown':
    case 'csv':
      return done(await extractSource(file, encoding));
    default:
      return format satisfies never;
  }
}

function done({ pages, warnings }: ExtractedPages): ReadAnswer {
  return { pages: pages.map((text) => ({ text, needsOcr: false })), warnings };
}

function unread(pageCount: number): ReadAnswer {
  const pages = Array.from({ length: pageCount }, () => ({ text: '', needsOcr: true }));
  return { pages, warnings: [] };
}

export default readDocument;
