import { openPdf } from '../../../shared/pdfium.ts';
import { StepFailure } from '../../../shared/step-failure.ts';
import { documentProperties } from './properties.ts';
import { readInvoiceXml, type Structured } from './structured.ts';
import { MAX_XML_BYTES } from './xml.ts';

/**
 * The invoice that Factur-X, ZUGFeRD, XRechnung and Order-X attach to a PDF, under whatever name,
 * and the PDF's properties. A file that cannot be read says nothing.
 */
export async function readPdfData(file: string): Promise<Structured[]> {
  try {
    const pdf = await openPdf(file);
    try {
      const invoices = pdf
        .attachments({ named: /\.xml$/i, maxBytes: MAX_XML_BYTES })
        .map(({ name, bytes }) => readInvoiceXml(bytes, name))
        .filter((invoice) => invoice !== null);
      return [...invoices, documentProperties(pdf.metadata())];
    } finally {
      pdf.close();
    }
  } catch (error) {
    if (error instanceof StepFailure) return [];
    throw error;
  }
}
