import type { Field } from '../classification.ts';
import type { Line } from '../document-text.ts';
import { fold } from '../phrases.ts';
import { sourceOf } from './finding.ts';
import { LEGAL_FORM, asName } from './party-names.ts';

/** What a sender prints of itself. */
const OWN_DATA =
  /\b(?:IBAN|KvK|HRB|SIRET|Registergericht|Geschäftsführer|UID|reg\. ?no)\b|www\.|https?:|@|\b(?:VAT|USt|BTW|TVA|IVA|GSTIN|NIP)\b.{0,20}\d|\b(?:tel|phone|fon)\b/i;

/**
 * Companies by their legal form, or by the domain of the document's web or e-mail address. A name
 * alone is not enough: contact data, a tax number or the domain near it, or its place at the top,
 * tell that it is the sender's. `buyers` are names that are known to be the receiver's.
 */
export function findCompanies(lines: Line[], buyers: Set<string>): Field[] {
  const domains = domainNames(lines);
  const found = new Map<string, Field>();
  for (const [at, { text, page }] of lines.slice(0, 300).entries()) {
    const form = text.length < 160 ? LEGAL_FORM.exec(text) : null;
    const name = asName(form === null ? text : companyIn(text, form.index + form[0].length));
    if (name === null || buyers.has(name)) continue;
    const ownDomain = domains.has(squash(name.replace(LEGAL_FORM, '')));
    if (form === null && !ownDomain) continue;
    const near = lines.slice(at, at + 8).some((line) => OWN_DATA.test(line.text)) || at < 2;
    const known = found.get(name);
    const sum = 0.44 + (near ? 0.11 : 0) + (ownDomain ? 0.2 : 0);
    const confidence = Math.max(known === undefined ? 0 : known.confidence + 0.06, sum);
    found.set(name, { name: 'seller', value: name, page, source: sourceOf(text), confidence });
  }
  return [...found.values()].map((field) => ({
    ...field,
    confidence: Math.min(0.78, field.confidence),
  }));
}

/** `azureinterior` of www.azure-interior.com and of info@azure-interior.com. */
function domainNames(lines: Line[]): Set<string> {
  const names = new Set<string>();
  for (const { text } of lines) {
    for (const [, name] of text.matchAll(
      /(?:@|www\.|https?:\/\/(?:www\.)?)([a-z0-9-]{3,40})\.[a-z]{2,10}\b/gi,
    )) {
      names.add(squash(name ?? ''));
    }
  }
  return names;
}

function squash(text: string): string {
  return fold(text).replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** The company's name ends with its legal form and starts at the line or after a mark. */
function companyIn(text: string, end: number): string {
  const before = text.slice(0, end);
  const start = Math.max(
    before.lastIndexOf('\t'),
    before.lastIndexOf('|'),
    before.lastIndexOf(':'),
    before.lastIndexOf('•'),
  );
  return before.slice(start + 1);
}
