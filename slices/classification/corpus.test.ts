import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openPdf } from '../../shared/pdfium.ts';
import { corpusPresent, readCorpus, type CorpusEntry } from '../../tests/corpus/manifest.ts';
import type { Format } from '../text-extraction/format.contract.ts';
import type { Classification } from './classification.ts';
import { classify } from './classify.ts';
import { readStructured } from './structured/read-structured.ts';

/** Files whose source is text enough to classify; the others need extractors. */
const FORMATS: Record<string, Format> = {
  txt: 'text',
  md: 'markdown',
  csv: 'csv',
  html: 'html',
  eml: 'email',
};
/** The corpus names some classes that are no kinds of ours. */
const KIND_OF_CLASS: Record<string, string> = { email: 'e-mail', manual: 'other', resume: 'other' };
/** Manuals in Markdown are running text, so they may as well be called articles. */
const RIGHT_SHARE = 0.9;

const entries = readCorpus('good').filter(({ kind }) => kind in FORMATS);
const pdfs = readCorpus('good').filter(({ kind }) => kind === 'pdf' || kind === 'invoice_pdf');

/** The names that the corpus has for fields. */
const NAMES: Record<string, string> = {
  issuer: 'seller',
  invoice_number: 'documentNumber',
  date: 'date',
  date_due: 'dueDate',
  amount: 'total',
  amount_untaxed: 'net',
  amount_tax: 'tax',
  currency: 'currency',
  iban: 'iban',
  vat: 'vatId',
};
const KNOWN_MISSES = [
  // The receipt is headed by its chain and signed by the company that runs it.
  'oyo.pdf seller',
  // Both stand in a picture.
  'saeco.pdf iban',
  'saeco.pdf seller',
  // The account number is no IBAN; the issuer is what a template is called, and on no page.
  'AzureInterior.pdf iban',
  'SammyMaystoneLinesTest.pdf seller',
];

function classifyFile({ file, kind, path }: CorpusEntry): Classification {
  const page = readFileSync(file, 'utf8');
  return classify({ pages: [page], format: FORMATS[kind] ?? 'text', fileName: path });
}

/** By its text layer and its data alone. */
async function classifyPdf({ file, path }: CorpusEntry): Promise<Classification> {
  const pdf = await openPdf(file);
  const pages = Array.from({ length: Math.min(5, pdf.pageCount) }, (_, page) => pdf.pageText(page));
  pdf.close();
  const structured = await readStructured(file, 'pdf');
  return classify({ pages, format: 'pdf', fileName: path.replace(/.*\//, ''), structured });
}

function missesOf({ path, expectedFields }: CorpusEntry, { fields }: Classification): string[] {
  return Object.entries(expectedFields as Record<string, unknown>).flatMap(([key, value]) => {
    const name = NAMES[key];
    if (name === undefined) return [];
    const wanted = typeof value === 'number' ? value.toFixed(2) : String(value);
    const got = fields.find((field) => field.name === name)?.value ?? '';
    return got === wanted ? [] : [`${path.replace(/.*__/, '')} ${name}`];
  });
}

describe.skipIf(!corpusPresent)(
  'the corpus of real documents (skipped where it is not checked out)',
  () => {
    it('given text, tables, mails and web pages, nine of ten kinds are right', () => {
      const wrong = entries.flatMap((entry) => {
        const { kind, confidence } = classifyFile(entry);
        const wanted = KIND_OF_CLASS[entry.docClass] ?? entry.docClass;
        return kind === wanted ? [] : [`${entry.path}: ${kind} (${confidence}), not ${wanted}`];
      });
      expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(
        entries.length * (1 - RIGHT_SHARE),
      );
    });

    it.each([
      ['txt/invoice2data__Orlen.txt', 'pl'],
      ['txt/tika__testStandardsExtractor.txt', 'en'],
      ['md/tika__tika-README.md', 'en'],
      ['csv/tika__testColonDelimited.txt', null],
      ['eml/tika__testRFC822_quoted.eml', 'en'],
    ])('given %s, its language is %s', (path, code) => {
      const entry = entries.find((candidate) => candidate.path === path);
      expect(entry).toBeDefined();
      if (entry !== undefined) expect(classifyFile(entry).language.code).toBe(code);
    });

    it(
      'given PDFs, invoices are called so and other documents are not',
      { timeout: 120_000 },
      async () => {
        const wrong: string[] = [];
        for (const entry of pdfs) {
          const { kind } = await classifyPdf(entry);
          const right = (kind === 'invoice') === (entry.docClass === 'invoice');
          if (!right) wrong.push(`${entry.path}: ${kind}, not ${entry.docClass}`);
        }
        expect(wrong, wrong.join('\n')).toEqual([]);
      },
    );

    it('given PDFs of invoices and receipts, every expected field is found but the known misses', async () => {
      const told = pdfs.filter(({ expectedFields }) => expectedFields !== null);
      const misses: string[] = [];
      for (const entry of told) misses.push(...missesOf(entry, await classifyPdf(entry)));
      expect(told.length).toBeGreaterThan(5);
      expect(misses.toSorted()).toEqual(KNOWN_MISSES.toSorted());
    });

    it('given a real invoice in Polish, its fields hold', () => {
      const entry = entries.find(({ path }) => path.endsWith('Orlen.txt'));
      const fields = entry === undefined ? [] : classifyFile(entry).fields;
      expect(Object.fromEntries(fields.map(({ name, value }) => [name, value]))).toMatchObject({
        documentNumber: 'F 1234K20/1234/12',
        date: '2021-01-01',
        net: '257.59',
        tax: '59.24',
        total: '316.83',
        currency: 'PLN',
        seller: 'Polski Koncern Naftowy ORLEN S.A.',
        buyer: 'GŁÓWNY URZĄD STATYSTYCZNY',
      });
    });
  },
);
