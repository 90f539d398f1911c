import type { Format } from '../text-extraction/format.contract.ts';

/** What a file is, before any name or claim is considered. */
export interface Inspection {
  format: Format;
  /** IANA media type of the content. */
  mediaType: string;
  pages: number | null;
  /** WHATWG name of the encoding, of text formats. */
  encoding: string | null;
  warnings: string[];
}

export interface InspectionLimits {
  maxPages: number;
  /** Width × height of an image's page. */
  maxPixels: number;
}
