import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { corpusPresent, readCorpus, type CorpusEntry } from '../../tests/corpus.ts';
import type { Format } from '../text-extraction/format.contract.ts';
import type { Classification } from './classification.ts';
import { classify } from './classify.ts';

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

function classifyFile({ file, kind, path }: CorpusEntry): Classification {
  const page = readFileSync(file, 'utf8');
  return classify({ pages: [page], format: FORMATS[kind] ?? 'text', fileName: path });
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
