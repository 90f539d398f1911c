import { readFile } from 'node:fs/promises';
import type { Format } from '../../text-extraction/format.contract.ts';
import { readOfficeData } from './office.ts';
import { readPdfData } from './pdf.ts';
import { readInvoiceXml, type Structured } from './structured.ts';

/** What the file says of itself in data. Never fails because of the file: its text says enough. */
export async function readStructured(file: string, format: Format): Promise<Structured[]> {
  switch (format) {
    case 'pdf':
      return readPdfData(file);
    case 'docx':
    case 'xlsx':
    case 'pptx':
    case 'odt':
    case 'ods':
    case 'odp':
      return readOfficeData(file);
    case 'invoice-xml': {
      const invoice = readInvoiceXml(await readFile(file), 'invoice data');
      return invoice === null ? [] : [invoice];
    }
    case 'email':
    case 'rtf':
    case 'html':
    case 'image':
    case 'text':
    case 'markdown':
    case 'csv':
      return [];
    default:
      return format satisfies never;
  }
}
