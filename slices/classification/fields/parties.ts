import type { Field } from '../classification.ts';
import type { Line } from '../document-text.ts';
import { fold } from '../phrases.ts';
import { sourceOf, type Reading } from './finding.ts';
import { isOnlyLabels, type LabelledValue } from './labelled-values.ts';

/** Legal forms at the end of a company's name. */
const LEGAL_FORM =
  /(?:^|[\s,])(?:GmbH(?: & Co\. ?KG(?:aA)?)?|gGmbH|mbH|UG(?: \(haftungsbeschränkt\))?|AG|SE|KG|OHG|e\.? ?V\.|e\.? ?K\.|eG|GbR|[Bb]\.?[Vv]\.?|[Nn]\.[Vv]\.|Ltd\.?|Limited|LLC|L\.L\.C\.|LLP|Inc\.?|Corp\.?|Corporation|PLC|plc|S\.A\.S?\.?|SAS|SASU|SARL|S\.à r\.l\.|EURL|S\.r\.l\.|S\.R\.L\.|SRL|Srl|S\.p\.A\.|SpA|S\.L\.U?\.?|Sp\. z o\.o\.|S\.A\.|A\/S|ApS|AS|Oy|Oyj|AB|s\.r\.o\.|a\.s\.|Kft\.?|Zrt\.?|Pty Ltd|Pvt\.? Ltd\.?|Private Limited)(?=$|[\s,.;:·•|●–-])/u;
const NOT_A_NAME =
  /:|^(?:gln|nr|nummer|number|no|id|page|seite|tel|fax|phone|e-?mail|www|iban|bic|vat|ust|address|adresse|anschrift|globale|herrn?$|frau$|firma$|mr\.?$|mrs\.?$|ms\.?$|\(c\)|copyright|date|datum|rechnung|invoice)(?!\p{L})|^©|@|https?:/iu;
/** Between the parts of a sender's line above an address: `Acme GmbH | Street 1 | 12345 Town`. */
const SENDER_MARKS = /\s[|•·●∙–—-]\s|\s?[|•·●∙]\s?/u;
const POSTCODE_TOWN = /^(?:\p{Lu}{1,3}[- ])?\d{4,6}(?: ?[A-Z]{2})? \p{L}{2}|\b[A-Z]{2} \d{5}\b|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b/u;
const STREET = /(?:str\.|stra(?:ß|ss)e|weg|platz|allee|gasse|street|road|avenue|lane|rue|straat|laan|ulica|ul\.|via|calle) ?\d+ ?\p{L}?$|^\d+,? \p{L}/iu;
/** What a sender prints of itself. */
const OWN_DATA =
  /\b(?:IBAN|KvK|HRB|SIRET|Registergericht|Geschäftsführer|UID|reg\. ?no)\b|www\.|https?:|@|\b(?:VAT|USt|BTW|TVA|IVA|GSTIN|NIP)\b.{0,20}\d|\b(?:tel|phone|fon)\b/i;
const NAME_LENGTH = 80;
/** Below this a guess at a party helps nobody. */
const SURE_ENOUGH = 0.5;

/** Who sells and who buys, by labels, by the sender's line of a letter and by legal forms. */
export function findParties(values: LabelledValue[], { lines }: Reading): Field[] {
  const letterhead = senderLine(lines);
  const seller = best([...labelled('seller', values, lines), ...letterhead.sellers, ...companies(lines, values)]);
  const buyers = [...labelled('buyer', values, lines), ...letterhead.buyers, ...addressWindow(lines, seller)];
  const buyer = best(buyers.filter((field) => field.value !== seller?.value));
  return [seller, buyer].filter((field) => field !== null);
}

function best(fields: Field[]): Field | null {
  const [first] = fields.toSorted((a, b) => b.confidence - a.confidence);
  return first !== undefined && first.confidence >= SURE_ENOUGH ? first : null;
}

function labelled(name: 'seller' | 'buyer', values: LabelledValue[], lines: Line[]): Field[] {
  return values
    .filter((value) => value.name === name && value.strength >= 0.6)
    .flatMap((value) => {
      const found = nameAfter(value, lines);
      if (found === null) return [];
      const company = LEGAL_FORM.test(found) ? 1.05 : 1;
      const confidence = Math.min(0.92, 0.85 * value.strength * company);
      return { name, value: found, page: value.page, source: sourceOf(value.label, found), confidence };
    });
}

/** The name behind the label, or on one of the next lines: numbers of the party come first. */
function nameAfter(value: LabelledValue, lines: Line[]): string | null {
  // "Lieferant GmbH" is a name, not a label and its value.
  if (value.sameLine && isLegalForm(value.value)) return asName(`${value.label} ${value.value}`);
  if (value.sameLine) return asName(value.value);
  for (const line of lines.slice(value.line + 1, value.line + 5)) {
    const named = /^name\s?:?\s+(.+)$/i.exec(line.text)?.[1];
    const name = asName(named ?? line.text);
    if (name !== null) return name;
  }
  return null;
}

/**
 * `Acme GmbH · Street 1 · 12345 Town` in small print above the address of the receiver, whose name
 * is the line below (DIN 5008).
 */
function senderLine(lines: Line[]): { sellers: Field[]; buyers: Field[] } {
  for (const [at, { text, page }] of lines.slice(0, 80).entries()) {
    const parts = text.split(SENDER_MARKS);
    const isAddress = parts.length >= 3 && parts.slice(1).some((part) => POSTCODE_TOWN.test(part.trim()));
    const name = isAddress ? asName(parts[0] ?? '') : null;
    if (name === null) continue;
    const seller = { name: 'seller', value: name, page, source: sourceOf(text), confidence: 0.8 };
    const below = lines.slice(at + 1, at + 4).find((line) => asName(line.text) !== null);
    const receiver = below === undefined || !isAddressBlock(lines, below) ? null : asName(below.text);
    const buyer = { name: 'buyer', value: receiver ?? '', page, source: sourceOf(below?.text ?? ''), confidence: 0.7 };
    return { sellers: [seller], buyers: receiver === null ? [] : [buyer] };
  }
  return { sellers: [], buyers: [] };
}

/** A street and a town follow within four lines. */
function isAddressBlock(lines: Line[], start: Line): boolean {
  const at = lines.indexOf(start);
  return lines.slice(at + 1, at + 5).some(({ text }) => /^(?:\p{Lu}{1,3}[- ])?\d{4,6}(?!\d)/u.test(text));
}

/**
 * Companies by their legal form, or by the domain of the document's web or e-mail address. A name
 * alone is not enough: contact data, a tax number or the domain near it, or its place at the top,
 * tell that it is the sender's.
 */
function companies(lines: Line[], values: LabelledValue[]): Field[] {
  const buyers = new Set(labelled('buyer', values, lines).filter(isSure).map(({ value }) => value));
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
  return [...found.values()].map((field) => ({ ...field, confidence: Math.min(0.78, field.confidence) }));
}

function isSure({ confidence }: Field): boolean {
  return confidence > 0.7;
}

/** `azureinterior` of www.azure-interior.com and of info@azure-interior.com. */
function domainNames(lines: Line[]): Set<string> {
  const names = new Set<string>();
  for (const { text } of lines) {
    for (const [, name] of text.matchAll(/(?:@|www\.|https?:\/\/(?:www\.)?)([a-z0-9-]{3,40})\.[a-z]{2,10}\b/gi)) {
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
  const start = Math.max(before.lastIndexOf('\t'), before.lastIndexOf('|'), before.lastIndexOf(':'), before.lastIndexOf('•'));
  return before.slice(start + 1);
}

/** The first address block of the first page that is not the seller's: its first line. */
function addressWindow(lines: Line[], seller: Field | null): Field[] {
  const first = lines.filter(({ page }) => page === lines[0]?.page).slice(0, 60);
  for (const [at, line] of first.entries()) {
    if (!POSTCODE_TOWN.test(line.text) || line.tokens.length > 5) continue;
    const block = first.slice(Math.max(0, at - 4), at);
    const street = block.findLastIndex(({ text }) => /\d/.test(text) && /\p{L}{3}/u.test(text));
    const name = block.slice(0, Math.max(0, street)).findLast(({ text }) => asName(text) !== null);
    const value = asName(name?.text ?? '');
    if (value === null || value === seller?.value) continue;
    return [{ name: 'buyer', value, page: line.page, source: sourceOf(name?.text ?? ''), confidence: 0.5 }];
  }
  return [];
}

function isLegalForm(text: string): boolean {
  const form = LEGAL_FORM.exec(text);
  return form !== null && form.index === 0 && form[0].trim() === text.trim();
}

/** A name has letters, few digits, and is no label, address or number. */
function asName(text: string): string | null {
  const name = (text.split('\t')[0] ?? '')
    .replace(/^[\s:,.;|•●#-]*(?:(?:attn|attention|c\/o|z\. ?hd\.?)[.: ]\s*)?|[\s:,;|•●-]+$/giu, '');
  const letters = name.match(/\p{L}/gu)?.length ?? 0;
  const digits = name.match(/\d/g)?.length ?? 0;
  const words = name.split(' ');
  const small = words.filter((word) => /^\p{Ll}/u.test(word)).length;
  const isSentence = words.length > 3 && small > words.length / 2;
  const plausible = !isSentence && letters >= 3 && digits <= letters / 3 && name.length <= NAME_LENGTH;
  if (!plausible || NOT_A_NAME.test(name) || words.length > 9) return null;
  return POSTCODE_TOWN.test(name) || STREET.test(name) || isOnlyLabels(name) ? null : name;
}
