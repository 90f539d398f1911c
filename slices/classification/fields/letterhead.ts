import type { Field } from '../classification.ts';
import type { Line } from '../document-text.ts';
import { sourceOf } from './finding.ts';
import { POSTCODE_TOWN, asName } from './party-names.ts';

/** Between the parts of a sender's line above an address: `Acme GmbH | Street 1 | 12345 Town`. */
const CONTACT = /@|www\.|\b(?:tel|phone|fon|fax)\b/i;
const HEADING =
  /(?:rechnung|gutschrift|quittung|invoice|receipt|facture|avoir|factura|fattura|factuur|faktura|fatura|bill|credit|order|quote|angebot|copy|kopie|page|seite)$/;
const SENDER_MARKS = /\s[|•·●∙–—-]\s|\s?[|•·●∙]\s?/u;

/**
 * `Acme GmbH · Street 1 · 12345 Town` in small print above the address of the receiver, whose name
 * is the line below (DIN 5008).
 */
export function findSenderLine(lines: Line[]): { sellers: Field[]; buyers: Field[] } {
  for (const [at, { text, page }] of lines.slice(0, 80).entries()) {
    const parts = text.split(SENDER_MARKS);
    const isAddress =
      parts.length >= 3 && parts.slice(1).some((part) => POSTCODE_TOWN.test(part.trim()));
    const name = isAddress ? asName(parts[0] ?? '') : null;
    if (name === null) continue;
    const seller = { name: 'seller', value: name, page, source: sourceOf(text), confidence: 0.8 };
    const below = lines.slice(at + 1, at + 4).find((line) => asName(line.text) !== null);
    const receiver =
      below === undefined || !isAddressBlock(lines, below) ? null : asName(below.text);
    const buyer = {
      name: 'buyer',
      value: receiver ?? '',
      page,
      source: sourceOf(below?.text ?? ''),
      confidence: 0.7,
    };
    return { sellers: [seller], buyers: receiver === null ? [] : [buyer] };
  }
  return { sellers: [], buyers: [] };
}

/** Without anything better: the first line, where it is a name with an address or contact below. */
export function findLetterheadName(lines: Line[], buyers: ReadonlySet<string>): Field[] {
  const [first] = lines;
  const name = asName(first?.text ?? '');
  const below = lines
    .slice(1, 6)
    .some(({ text }) => POSTCODE_TOWN.test(text) || CONTACT.test(text));
  if (first === undefined || name === null || buyers.has(name) || !below) return [];
  if (first.tokens.some(({ word }) => HEADING.test(word))) return [];
  const { page, text } = first;
  return [{ name: 'seller', value: name, page, source: sourceOf(text), confidence: 0.5 }];
}

/** A street and a town follow within four lines. */
function isAddressBlock(lines: Line[], start: Line): boolean {
  const at = lines.indexOf(start);
  return lines
    .slice(at + 1, at + 5)
    .some(({ text }) => /^(?:\p{Lu}{1,3}[- ])?\d{4,6}(?!\d)/u.test(text));
}

/** The first address block of the first page that is not the seller's: its first line. */
export function findAddressWindow(lines: Line[], seller: Field | null): Field[] {
  const first = lines.filter(({ page }) => page === lines[0]?.page).slice(0, 60);
  for (const [at, line] of first.entries()) {
    if (!POSTCODE_TOWN.test(line.text) || line.tokens.length > 5) continue;
    const block = first.slice(Math.max(0, at - 4), at);
    const street = block.findLastIndex(({ text }) => /\d/.test(text) && /\p{L}{3}/u.test(text));
    const name = block.slice(0, Math.max(0, street)).findLast(({ text }) => asName(text) !== null);
    const value = asName(name?.text ?? '');
    if (value === null || value === seller?.value) continue;
    return [
      {
        name: 'buyer',
        value,
        page: line.page,
        source: sourceOf(name?.text ?? ''),
        confidence: 0.5,
      },
    ];
  }
  return [];
}
