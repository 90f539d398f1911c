import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));

export type CorpusPart = 'good' | 'nasty';

/** One document of the corpus; empty columns of its manifest are empty strings. */
export interface CorpusEntry {
  part: CorpusPart;
  /** Path inside its part, e.g. `pdf/tika__testPDF.pdf`. */
  path: string;
  /** Absolute path. */
  file: string;
  kind: string;
  docClass: string;
  /** Strings that the extracted text must contain (see `containsText`). */
  expectedContains: string[];
  expectedPages: number | null;
  /** By the manifest's own names; null where it names none. */
  expectedFields: Record<string, unknown> | null;
  /** Absolute path of the whole expected text, for some pages. */
  goldFile: string | null;
  /** Only `nasty`: why the file is there, and which outcomes are right. */
  category: string;
  verdict: string;
}

/** Kinds whose text can be read by OCR only, for the most part. */
export const OCR_KINDS = new Set(['pdf_scan', 'image_ocr', 'invoice_image']);

/** False where the corpus was not checked out beside the project: its tests then skip. */
export const corpusPresent = existsSync(ROOT);

/** Documents of one part of the corpus, in the order of its manifest; none where it is absent. */
export function readCorpus(part: CorpusPart): CorpusEntry[] {
  if (!corpusPresent) return [];
  const [header = [], ...rows] = parseCsv(readFileSync(`${ROOT}${part}/MANIFEST.csv`, 'utf8'));
  return rows.map((row) => {
    const cell = (name: string): string => row[header.indexOf(name)] ?? '';
    return {
      part,
      path: cell('path'),
      file: `${ROOT}${part}/${cell('path')}`,
      kind: cell('kind'),
      docClass: cell('doc_class'),
      expectedContains: JSON.parse(cell('expected_contains') || '[]') as string[],
      expectedPages: cell('expected_pages') === '' ? null : Number(cell('expected_pages')),
      expectedFields: JSON.parse(
        cell('expected_fields') || 'null',
      ) as CorpusEntry['expectedFields'],
      goldFile: cell('gold_file') === '' ? null : `${ROOT}${part}/${cell('gold_file')}`,
      category: cell('category'),
      verdict: cell('verdict'),
    };
  });
}

/** RFC 4180: quoted cells may hold commas, line breaks and doubled quotes. */
function parseCsv(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
  )) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== ',') rows.push([]);
  }
  return rows.filter((row) => row.length > 1);
}
