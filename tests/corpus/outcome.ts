import type { ToldDocument } from '../crash/client.ts';
import type { CorpusEntry } from './manifest.ts';

/** What was expected of a document, and whether it holds. */
export interface Check {
  about: 'text' | 'pages' | 'invoice' | 'not-invoice' | 'field' | 'mail' | 'survival';
  expected: string;
  holds: boolean;
  /** What was found instead. */
  found: string;
}

/** A file that was handed over, and how it ended. */
export interface Ended {
  entry: CorpusEntry;
  /** null where it was refused at the upload, for the reason in `refusal`. */
  document: ToldDocument | null;
  refusal: string;
  text: string;
  /** Warnings of all steps. */
  warnings: string[];
  /** Pages that were read by OCR. */
  ocrPages: number;
  /** From the upload to the end, waiting included. */
  seconds: number;
}

/** What a document took of the parsers; null where the server is not our own. */
export interface Cost {
  cpuSeconds: number;
  peakMemoryBytes: number;
}

/** One line of the report. */
export interface Outcome extends Ended {
  checks: Check[];
  cost: Cost | null;
}
