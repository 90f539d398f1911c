import type { Format } from '../text-extraction/format.contract.ts';
import type { Structured } from './structured/structured.ts';

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
  /** What the file says of itself in data, most to be trusted first. */
  structured?: Structured[];
}

/** ISO 639-1 code, null where there is too little text; `confidence` is 0 to 1. */
export interface Language {
  code: string | null;
  confidence: number;
}

/** Words that spoke for the kind, with the page (1-based; null: format, file name or data). */
export interface Evidence {
  kind: Kind;
  words: string;
  page: number | null;
  weight: number;
}

/**
 * A value found in the document.
 *
 * `value` is normalised: ISO 8601 dates, amounts as `1234.50`, ISO 4217 currencies, IBANs and VAT
 * ids without spaces, telephone numbers as digits with a leading `+` where the country is given.
 * `page` is 1-based, null for a value that no page shows. `source` holds the words it came from.
 * `confidence` is 0 to 1.
 */
export interface Candidate {
  value: string;
  page: number | null;
  source: string;
  confidence: number;
  /** The other reading of an ambiguous date such as 03/04/2024. */
  otherReading?: string;
  /** The data that states it: `factur-x.xml`, `e-mail header`; absent where text was read. */
  origin?: string;
}

/** What is found under one name: the likeliest value, and others that speak for themselves less. */
export interface Field extends Candidate {
  name: string;
  alternatives?: Candidate[];
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
