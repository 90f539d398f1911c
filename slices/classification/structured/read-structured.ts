import type { Format } from '../../text-extraction/format.contract.ts';
import { readPdfData } from './pdf.ts';
import type { Structured } from './structured.ts';

/** What the file says of itself in data. Never fails because of the file: its text says enough. */
export async function readStructured(file: string, format: Format): Promise<Structured[]> {
  return format === 'pdf' ? readPdfData(file) : [];
}
