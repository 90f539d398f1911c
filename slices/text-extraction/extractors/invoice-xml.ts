import { StepFailure } from '../../../shared/step-failure.ts';
import {
  parseXml,
  readInvoiceXml,
  type XmlElement,
} from '../../classification/structured/invoice-xml.contract.ts';
import { assertTextLength, cleanText } from '../text.ts';
import type { ExtractedPages } from '../text.ts';

const HEADINGS: Partial<Record<string, string>> = {
  invoice: 'Invoice',
  'credit-note': 'Credit note',
};
/** An attachment inside the data: its name is text, its content is not. */
const ATTACHED = /BinaryObject$/;

/**
 * An invoice, credit note or order in XML (UN/CEFACT CII, UBL 2) as one page that people can read:
 * what matters first, one field a line, then all of its data by the names that the format has for it.
 *
 * Throws the permanent failures `corrupt` and `text-too-large`.
 */
export function extractInvoiceXml(bytes: Uint8Array): ExtractedPages {
  const root = parseXml(bytes);
  const invoice = readInvoiceXml(bytes, '');
  if (root === null || invoice === null) throw corrupt();
  const heading = HEADINGS[invoice.kind ?? ''] ?? spaced(root.name);
  const number = invoice.fields.find(({ name }) => name === 'documentNumber')?.value ?? '';
  const fields = invoice.fields
    .filter(({ name }) => name !== 'documentNumber')
    .map(({ name, value }) => `${capital(spaced(name))}: ${value}`);
  const page = cleanText([`${heading} ${number}`, '', ...fields, ...dataOf(root)].join('\n'));
  assertTextLength(page.length);
  return { pages: [page], warnings: [] };
}

/** Each element as a heading over the values in it, in the order of the data. */
function* dataOf(element: XmlElement): Generator<string> {
  const values = element.children.filter((child) => child.children.length === 0);
  const lines = values.map(lineOf).filter((line) => line !== null);
  if (lines.length > 0) yield* ['', spaced(element.name), ...lines];
  for (const child of element.children) if (child.children.length > 0) yield* dataOf(child);
}

function lineOf({ name, text, attributes }: XmlElement): string | null {
  if (ATTACHED.test(name)) return `Attachment: ${attributes.filename ?? ''}`;
  const value = text.trim();
  if (value === '') return null;
  const { currencyID = '', unitCode = '', format } = attributes;
  return `${spaced(name)}: ${format === '102' ? dashed(value) : value} ${currencyID}${unitCode}`;
}

/** `DueDateDateTime` → `Due Date Date Time`, `IBANID` → `IBANID`. */
const spaced = (name: string): string => name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, ' ');
const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
/** UNTDID 2379, code 102: `20240305`. */
const dashed = (day: string): string => day.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');

function corrupt(): StepFailure {
  const text =
    'The invoice is damaged, has no number or holds a document type. Export it again and send the new file.';
  return new StepFailure('corrupt', 'permanent', text);
}
