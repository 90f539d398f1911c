import type { Format } from '../text-extraction/format.contract.ts';

/** What a document is, as the pipeline and the screens name it. */
export const KINDS = [
  'invoice',
  'credit-note',
  'receipt',
  'letter',
  'contract',
  'report',
  'form',
  'presentation',
  'spreadsheet',
  'e-mail',
  'article',
  'other',
] as const;

export type Kind = (typeof KINDS)[number];

/** `pages` in reading order; formats without pages are one page. */
export interface DocumentInput {
  pages: string[];
  format: Format;
  fileName: string;
}

/** ISO 639-1 code, null where there is too little text; `confidence` is 0 to 1. */
export interface Language {
  code: string | null;
  confidence: number;
}

/** Words that spoke for the kind, with the page (1-based; null: format or file name). */
export interface Evidence {
  words: string;
  page: number | null;
  weight: number;
}

/**
 * A value found in the text.
 *
 * `value` is normalised: ISO 8601 dates, amounts as `1234.50`, ISO 4217 currencies, IBANs and VAT
 * ids without spaces, telephone numbers as digits with a leading `+` where the country is given.
 * `page` is 1-based. `source` holds the words it came from. `confidence` is 0 to 1.
 * `alternative` is the other reading of an ambiguous date such as 03/04/2024.
 */
export interface Field {
  name: string;
  value: string;
  page: number | null;
  source: string;
  confidence: number;
  alternative?: string;
}

/** The outcome of {@link classify}; `confidence` (0 to 1) is how likely `kind` is right. */
export interface Classification {
  language: Language;
  title: string | null;
  kind: Kind;
  confidence: number;
  evidence: Evidence[];
  fields: Field[];
}
