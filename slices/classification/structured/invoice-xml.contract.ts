/** What the text of an invoice in XML is made of. */
export { readInvoiceXml } from './structured.ts';
export { parseXml } from './xml.ts';
export type { XmlElement } from './xml.ts';
