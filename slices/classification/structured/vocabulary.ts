import type { Kind } from '../classification.ts';
import { normalisePhone } from '../fields/contacts.ts';
import { select, type XmlElement } from './xml.ts';

/** Where an XML format says what the fields of a document are. */
export interface Vocabulary {
  /** For people: `Cross Industry Invoice`. */
  title: string;
  /** Local names of the root element. */
  roots: string[];
  /** Path of the code of the document's type (UNTDID 1001). */
  type: string;
  /** The kind of documents with this root, whatever their type, unless that is a credit. */
  kindOf: (root: string) => Kind;
  /** Paths by name of the field. */
  fields: Record<string, string[]>;
}

/** A value as the data states it; `source` is its element with its text. */
export interface Stated {
  name: string;
  value: string;
  source: string;
}

/** UNTDID 1001: credit notes of several sorts, self-billed and factored ones among them. */
const CREDITS = new Set([
  '81',
  '83',
  '261',
  '262',
  '296',
  '308',
  '381',
  '396',
  '420',
  '458',
  '532',
]);
/** Several of these are usual: all are told. Of the others the first path that leads to a value wins. */
const SEVERAL = new Set(['iban', 'vatId', 'email', 'phone', 'reference']);

/** What kind the data says the document is. */
export function statedKind(root: XmlElement, vocabulary: Vocabulary): Kind {
  const type = select(root, vocabulary.type)[0]?.text.trim() ?? '';
  return CREDITS.has(type) ? 'credit-note' : vocabulary.kindOf(root.name);
}

/** Every value that the vocabulary finds, normalised; what cannot be read is left out. */
export function statedFields(root: XmlElement, vocabulary: Vocabulary): Stated[] {
  return Object.entries(vocabulary.fields).flatMap(([name, paths]) => {
    const found = paths
      .flatMap((path) => select(root, path))
      .flatMap((element) => {
        const value = normalise(name, element);
        return value === null ? [] : [{ name, value, source: sourceOf(element) }];
      });
    return SEVERAL.has(name) ? found : found.slice(0, 1);
  });
}

function sourceOf({ name, text }: XmlElement): string {
  return `${name} ${text.trim()}`.slice(0, 200);
}

function normalise(name: string, { text, attributes }: XmlElement): string | null {
  const raw = text.replaceAll(/\s+/g, ' ').trim();
  if (raw === '' || raw.length > 200) return null;
  switch (name) {
    case 'net':
    case 'tax':
    case 'total':
      return /^-?\d{1,12}(?:\.\d{1,10})?$/.test(raw) ? Number(raw).toFixed(2) : null;
    case 'date':
    case 'dueDate':
      return isoDate(raw, attributes.format);
    case 'currency':
      return /^[A-Z]{3}$/.test(raw) ? raw : null;
    case 'iban':
      return raw.replaceAll(' ', '').toUpperCase();
    case 'vatId':
      // Numbers that are valid within a country only stand in the same place.
      return /^[A-Z]{2,3}[\s.-]?[\dA-Z+*.\s-]{2,20}$/.test(raw)
        ? raw.replaceAll(/[\s.-]/g, '')
        : null;
    case 'email':
      return raw.includes('@') ? raw.toLowerCase() : null;
    case 'phone':
      return normalisePhone(raw);
    default:
      return raw;
  }
}

/** `20240305` (UNTDID 2379, code 102), `2024-03-05` or `2024-03-05+01:00`. */
function isoDate(raw: string, format = '102'): string | null {
  const [, year, month, day] = /^(\d{4})-?(\d\d)-?(\d\d)(?!\d)/.exec(raw) ?? [];
  if (format !== '102' || year === undefined) return null;
  const iso = `${year}-${month}-${day}`;
  const time = Date.parse(`${iso}T00:00:00Z`);
  return Number.isNaN(time) || !new Date(time).toISOString().startsWith(iso) ? null : iso;
}
