import { withoutEdges } from './edges.ts';
import { isOnlyLabels } from './label-index.ts';

/** Legal forms at the end of a company's name. */
export const LEGAL_FORM =
  /(?:^|[\s,])(?:GmbH(?: & Co\. ?KG(?:aA)?)?|gGmbH|mbH|UG(?: \(haftungsbeschränkt\))?|AG|SE|KG|OHG|e\.? ?V\.|e\.? ?K\.|eG|GbR|[Bb]\.?[Vv]\.?|[Nn]\.[Vv]\.|Ltd\.?|Limited|LLC|L\.L\.C\.|LLP|Inc\.?|Corp\.?|Corporation|PLC|plc|S\.A\.S?\.?|SAS|SASU|SARL|S\.à r\.l\.|EURL|S\.r\.l\.|S\.R\.L\.|SRL|Srl|S\.p\.A\.|SpA|S\.L\.U?\.?|Sp\. z o\.o\.|S\.A\.|A\/S|ApS|AS|Oy|Oyj|AB|s\.r\.o\.|a\.s\.|Kft\.?|Zrt\.?|Pty Ltd|Pvt\.? Ltd\.?|Private Limited)(?=$|[\s,.;:·•|●–-])/u;
const NOT_A_NAME =
  /:|^(?:name$|firmenname$|company name$|trade name$|leitweg-id$|line \d|gln|nr|nummer|number|no|id|page|seite|tel|fax|phone|e-?mail|www|iban|bic|vat|ust|address|adresse|anschrift|globale|herrn?$|frau$|firma$|mr\.?$|mrs\.?$|ms\.?$|\(c\)|copyright|date|datum|rechnung|invoice)(?!\p{L})|^©|@|https?:/iu;
/** A line with a postcode and a town, in several countries. */
export const POSTCODE_TOWN =
  /^(?:\p{Lu}{1,3}[- ])?\d{4,6}(?: ?[A-Z]{2})? \p{L}{2}|\b[A-Z]{2} \d{5}\b|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b/u;
const STREET =
  /(?:str\.|stra(?:ß|ss)e|weg|platz|allee|gasse|street|road|avenue|lane|rue|straat|laan|ulica|ul\.|via|calle) ?\d+ ?\p{L}?$|^\d+,? \p{L}/iu;
const LABEL_BEFORE = /^[\s:,.;|•●#-]*(?:(?:attn|attention|c\/o|z\. ?hd\.?)[.: ]\s*)?/iu;
const NAME_LENGTH = 80;

/** Whether a text is a legal form and nothing else. */
export function isLegalForm(text: string): boolean {
  const form = LEGAL_FORM.exec(text);
  return form !== null && form.index === 0 && form[0].trim() === text.trim();
}

/** The name in a text, without marks around it; null where it holds none. A name has letters, few digits, and is no label, address or number. */
export function asName(text: string): string | null {
  const bare = (text.split('\t')[0] ?? '').replace(LABEL_BEFORE, '');
  const name = withoutEdges(bare, /[\s:,;|•●-]/);
  const letters = name.match(/\p{L}/gu)?.length ?? 0;
  const digits = name.match(/\d/g)?.length ?? 0;
  const words = name.split(' ');
  const small = words.filter((word) => /^\p{Ll}/u.test(word)).length;
  const isSentence = words.length > 3 && small > words.length / 2;
  const plausible =
    !isSentence && letters >= 3 && digits <= letters / 3 && name.length <= NAME_LENGTH;
  if (!plausible || NOT_A_NAME.test(name) || words.length > 9) return null;
  return POSTCODE_TOWN.test(name) || STREET.test(name) || isOnlyLabels(name) ? null : name;
}
