import type { Kind } from '../classification.ts';
import { crossIndustry } from './cross-industry.ts';
import { ubl } from './ubl.ts';
import { statedFields, statedKind, type Stated } from './vocabulary.ts';
import { parseXml } from './xml.ts';

/** What a file says of itself in data, beside what its pages show; `origin` is for people. */
export interface Structured {
  /** `factur-x.xml`, `e-mail header`, `document properties`. */
  origin: string;
  /** Null where the data does not tell. */
  kind: Kind | null;
  fields: Stated[];
}

const VOCABULARIES = [crossIndustry, ubl];

/** An invoice, credit note or order in XML, by whatever name its file has; null for other XML. */
export function readInvoiceXml(bytes: Uint8Array, origin: string): Structured | null {
  const root = parseXml(bytes);
  const vocabulary = VOCABULARIES.find(({ roots }) => root !== null && roots.includes(root.name));
  if (root === null || vocabulary === undefined) return null;
  const fields = statedFields(root, vocabulary);
  // "Invoice" is the root of many formats: without a number it is not the one meant.
  if (!fields.some(({ name }) => name === 'documentNumber')) return null;
  return { origin, kind: statedKind(root, vocabulary), fields };
}
