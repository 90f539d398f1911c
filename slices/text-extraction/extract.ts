import { basename, join } from 'node:path';
import type { Sandbox } from '../../shared/sandbox/sandbox.ts';
import type { OcrPage } from './extractors/ocr.ts';
import type { Format } from './format.contract.ts';
import type { OcrRequest } from './ocr-task.ts';
import type { ReadAnswer, ReaderRequest, RenderAnswer } from './reader-task.ts';
import type { PageText } from './text.ts';

export interface ExtractOptions {
  /** Absolute path; the file is only read. */
  file: string;
  /** What the content is, not what its name says. */
  format: Format;
  /** Of text, Markdown, CSV and HTML; null to guess it. */
  encoding: string | null;
  sandbox: Pick<Sandbox, 'run' | 'inWorkDir'>;
  /** For OCR, as tesseract names them. */
  languages?: string[];
  limits: { maxPages: number };
  /** Pages whose text is known, of all pages. */
  onProgress(done: number, total: number): void;
  signal?: AbortSignal;
}

export interface ExtractedPage {
  text: string;
  /** Mean confidence of the words, 0 to 100; null where the text was not read by OCR. */
  ocrConfidence: number | null;
}

/** `pages` are those of a PDF or TIFF, slides, or sheets; any other document is one page. */
export interface ExtractedText {
  pages: ExtractedPage[];
  warnings: string[];
}

const READER_TASK = new URL('./reader-task.ts', import.meta.url);
const OCR_TASK = new URL('./ocr-task.ts', import.meta.url);
const LANGUAGES = ['eng', 'deu'];
/** Pages rendered at once: few, so that little disk is used and OCR can begin soon. */
const BATCH = 4;
const HARD_TO_READ = 60;

/**
 * Extracts a document's text, page by page, in the sandbox. Pages of PDFs without a text layer, and
 * images, are read by OCR. A PDF or image without any text is no failure, only a warning.
 *
 * Throws permanent `StepFailure`s: `encrypted`, `corrupt`, `too-many-pages`, `text-too-large`,
 * `too-large-inside`, `unsupported-image`, `unsupported-encoding`, and the
 * sandbox's own (`parser-timeout`, `parser-out-of-memory`, …).
 */
export async function extractText(options: ExtractOptions): Promise<ExtractedText> {
  const { file, format, encoding, limits } = options;
  const request: ReaderRequest = { do: 'read', file, format, encoding, ...limits };
  const read = await run<ReadAnswer>(options, READER_TASK, request, {
    onProgress: options.onProgress,
  });
  const pages = await readByOcr(options, read.pages);
  return { pages, warnings: [...read.warnings, ...warningsOf(pages)] };
}

async function readByOcr(options: ExtractOptions, pages: PageText[]): Promise<ExtractedPage[]> {
  const extracted = pages.map(({ text }): ExtractedPage => ({ text, ocrConfidence: null }));
  const missing = pages.flatMap(({ needsOcr }, index) => (needsOcr ? [index] : []));
  let done = pages.length - missing.length;
  options.onProgress(done, pages.length);
  for (let at = 0; at < missing.length; at += BATCH) {
    const batch = missing.slice(at, at + BATCH);
    await withImagesOf(options, batch, async (images) => {
      for (const { index, ...image } of images) {
        const layer = pages[index]?.text ?? '';
        extracted[index] = better(layer, await recognise(options, image));
        options.onProgress((done += 1), pages.length);
      }
    });
  }
  return extracted;
}

interface PageImage {
  index: number;
  file: string;
  page: number;
}

/** Where OCR finds the pages: in the image itself, or in pictures of the PDF's pages, kept while they are used. */
async function withImagesOf(
  options: ExtractOptions,
  pages: number[],
  use: (images: PageImage[]) => Promise<void>,
): Promise<void> {
  const { file, format, sandbox } = options;
  if (format !== 'pdf') return use(pages.map((index) => ({ index, file, page: index })));
  const request: ReaderRequest = { do: 'render', file, pages };
  await sandbox.inWorkDir(async (workDir) => {
    const { images } = await run<RenderAnswer>(options, READER_TASK, request, { workDir });
    await use(
      images.map((image, at) => ({
        index: pages[at] ?? 0,
        file: join(workDir, basename(image)),
        page: 0,
      })),
    );
  });
}

async function recognise(
  options: ExtractOptions,
  { file, page }: { file: string; page: number },
): Promise<OcrPage> {
  const request: OcrRequest = { file, page, languages: options.languages ?? LANGUAGES };
  return run<OcrPage>(options, OCR_TASK, request, { pool: 'ocr' });
}

/** A short text layer is exact and OCR is not: OCR must have read clearly more to be preferred. */
function better(layer: string, { text, confidence }: OcrPage): ExtractedPage {
  return countCharacters(text) > countCharacters(layer) * 1.5
    ? { text, ocrConfidence: confidence }
    : { text: layer, ocrConfidence: null };
}

function countCharacters(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}

function warningsOf(pages: ExtractedPage[]): string[] {
  if (pages.every(({ text }) => text === '')) return ['No text found'];
  return pages.flatMap(({ ocrConfidence }, index) =>
    ocrConfidence !== null && ocrConfidence < HARD_TO_READ
      ? [`Page ${index + 1} was hard to read (OCR confidence ${Math.round(ocrConfidence)} of 100)`]
      : [],
  );
}

function run<Output>(
  { sandbox, signal }: ExtractOptions,
  task: URL,
  input: ReaderRequest | OcrRequest,
  more: Parameters<Sandbox['run']>[2] = {},
): Promise<Output> {
  const abort = signal === undefined ? {} : { signal };
  return sandbox.run<typeof input, Output>(task, input, { ...abort, ...more });
}
