import { readFile } from 'node:fs/promises';
import type { Task } from '../../shared/sandbox/task.ts';
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
    const { renderPdfPages } = await import('./extractors/pdf.ts');
    return { images: await renderPdfPages(request.file, request.pages, context.workDir) };
  }
  return read(request, context.progress);
};

async function read(
  { file, format, encoding, maxPages }: Extract<ReaderRequest, { do: 'read' }>,
  progress: (done: number, total: number) => void,
): Promise<ReadAnswer> {
  // Each reader is loaded when a document wants it: together they take half a second.
  switch (format) {
    case 'pdf': {
      const { readPdfPages } = await import('./extractors/pdf.ts');
      return { pages: await readPdfPages(file, maxPages, progress), warnings: [] };
    }
    case 'image': {
      const { countImagePages } = await import('./extractors/image.ts');
      return unread(await countImagePages(file, maxPages));
    }
    case 'docx': {
      const { extractDocx } = await import('./extractors/ooxml/docx.ts');
      return done(extractDocx(await readFile(file)));
    }
    case 'pptx': {
      const { extractPptx } = await import('./extractors/ooxml/pptx.ts');
      return done(extractPptx(await readFile(file), maxPages));
    }
    case 'xlsx': {
      const { extractXlsx } = await import('./extractors/ooxml/xlsx.ts');
      return done(extractXlsx(await readFile(file), maxPages));
    }
    case 'odt':
    case 'ods':
    case 'odp': {
      const { extractOdf } = await import('./extractors/odf/odf.ts');
      return done(extractOdf(await readFile(file), format, maxPages));
    }
    case 'rtf': {
      const { extractRtf } = await import('./extractors/rtf.ts');
      return done(await extractRtf(await readFile(file)));
    }
    case 'html': {
      const { extractHtml } = await import('./extractors/html.ts');
      return done(await extractHtml(file, encoding));
    }
    case 'email': {
      const { extractEmail } = await import('./extractors/email.ts');
      return done(await extractEmail(file));
    }
    case 'invoice-xml': {
      const { extractInvoiceXml } = await import('./extractors/invoice-xml.ts');
      return done(extractInvoiceXml(await readFile(file)));
    }
    case 'text': {
      const { extractPlainText } = await import('./extractors/plain-text.ts');
      return done(await extractPlainText(file, encoding));
    }
    case 'markdown':
    case 'csv': {
      const { extractSource } = await import('./extractors/plain-text.ts');
      return done(await extractSource(file, encoding));
    }
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
