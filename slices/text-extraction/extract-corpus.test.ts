import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSandbox } from '../../shared/sandbox/sandbox.ts';
import { containsText, corpusPresent, readCorpus } from '../../tests/corpus.ts';
import type { CorpusEntry } from '../../tests/corpus.ts';
import { extractText } from './extract.ts';
import type { ExtractedText } from './extract.ts';
import type { Format } from './format.contract.ts';

// Everything that needs no OCR, and a choice of what does: all of it takes minutes.

const FORMATS: Record<string, Format> = {
  pdf_scan: 'pdf',
  invoice_pdf: 'pdf',
  image_ocr: 'image',
  invoice_image: 'image',
  eml: 'email',
  md: 'markdown',
  txt: 'text',
};
const OCR_KINDS = new Set(['pdf_scan', 'image_ocr', 'invoice_image']);
const OCR_SAMPLE =
  /eurotext|rotated-(180|L|R)|testOCR\.|multipage\.tif|SammyMaystone|vector|3small|francais|blank/;
/** Large page numbers: 17 pages that look like pictures. */
const SLOW = /page_with_number/;
/** What the inspection finds; the rest is UTF-8 or Windows-1252. */
const ENCODINGS: Record<string, string> = { 'txt/tika__russian.cp866.txt': 'ibm866' };

/** How many of a file's expectations do not hold, and why. */
const KNOWN_MISSES: Record<string, number> = {
  // officeparser leaves these out: a chart, the labels of lists, ruby text with its base, a master
  // page's footer, an embedded document, words on a slide's master, a text box.
  'docx/tika__testWORD_charts.docx': 1,
  'docx/tika__testWORD_numbered_list.docx': 4,
  'docx/tika__testWORD_override_list_numbering.docx': 4,
  'docx/tika__testWORD_phonetic.docx': 2,
  'odp/tika__testMasterFooter.odp': 1,
  'ods/tika__testFooter.ods': 1,
  'odt/tika__testODFwithOOo3.odt': 1,
  'pptx/tika__testPPT_masterText.pptx': 1,
  'xlsx/tika__testEXCEL_textbox.xlsx': 1,
  // Numbers are given plain and dates as ISO 8601, not as the sheet formats them.
  'xlsx/tika__testEXCEL-formats.xlsx': 2,
  // Base64 of attachments, and the HTML part of a mail whose text part says the same.
  'eml/tika__testGroupWiseEml.eml': 3,
  'eml/tika__testRFC822_normal_zip.eml': 1,
};

const limits = { memoryBytes: 1024 ** 3, wallClockMs: 60_000, cpuSeconds: 60 };
const sandbox = createSandbox({ workers: 1, ocrWorkers: 1, limits });
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'extract-corpus-'));
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

function extract(entry: CorpusEntry): Promise<ExtractedText> {
  return extractText({
    file: entry.file,
    format: FORMATS[entry.kind] ?? (entry.kind as Format),
    encoding: ENCODINGS[entry.path] ?? null,
    sandbox,
    workDir: folder,
    limits: { maxPages: 2000 },
    onProgress: () => {},
  });
}

const sample = readCorpus('good').filter(
  ({ kind, path }) =>
    kind !== 'legacy_office' && !SLOW.test(path) && (!OCR_KINDS.has(kind) || OCR_SAMPLE.test(path)),
);

describe.runIf(corpusPresent)('the corpus (skipped where it is absent)', () => {
  test.each(sample)('$path', async (entry) => {
    const { pages } = await extract(entry);
    const text = pages.map((page) => page.text).join('\n');
    const missing = entry.expectedContains.filter((expected) => !containsText(text, expected));
    expect(missing, missing.join('\n')).toHaveLength(KNOWN_MISSES[entry.path] ?? 0);
    if (entry.expectedPages !== null) expect(pages).toHaveLength(entry.expectedPages);
  });
});
