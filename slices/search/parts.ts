import { dayOf } from './days.ts';
import { wholeFields, wordFields } from './qualifiers.ts';
import type { Facts, SearchPart } from './table.ts';
import { createVector } from './vector.ts';
import { wordsOf } from './words.ts';

/** Few enough that no word of a usual text has more than the 256 places that a tsvector can hold. */
const PART_CHARACTERS = 12_000;
/** Each part is found by the beginning of the next as well, so that no phrase falls between two. */
const OVERLAP_CHARACTERS = 200;

/** The rows of a document whose whole text is `body`: its facts, then its text piece by piece. */
export function* partsOf(row: SearchPart & { facts: Facts }): Generator<SearchPart> {
  yield { ...row, ...columnsOf(row.facts), part: 0, body: '' };
  const { id, body } = row;
  const { language } = row.facts;
  let start = 0;
  for (let part = 1; start < body.length; part += 1) {
    const end = pieceEnd(body, start);
    const vector = createVector();
    vector.add(body.slice(start, pieceEnd(body, end, OVERLAP_CHARACTERS)), { language });
    yield { ...textOnly, id, part, body: body.slice(start, end), words: vector.toString() };
    start = end;
  }
}

/** The whole text of a document, from its parts in order. */
export function textOf(parts: readonly SearchPart[]): string {
  return parts.map(({ body }) => body).join('');
}

const textOnly = {
  facts: null,
  names: null,
  total: null,
  net: null,
  tax: null,
  day: null,
  due: null,
  received: null,
};

/** Cuts between words where there is a place to cut, and never through a character. */
function pieceEnd(text: string, start: number, characters = PART_CHARACTERS): number {
  if (start + characters >= text.length) return text.length;
  const end = start + characters;
  const space = text.slice(end - characters / 4, end).search(/\s\S*$/);
  if (space !== -1) return end - characters / 4 + space + 1;
  return /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end - 1 : end;
}

function columnsOf(facts: Facts) {
  const first = (name: string) => facts.fields.find((field) => field.name === name)?.value;
  const people = facts.fields.filter(({ name }) => name === 'seller' || name === 'buyer');
  const names = [facts.fileName, facts.title ?? '', ...people.map(({ value }) => value)];
  const received = facts.receivedAt.slice(0, 'YYYY-MM-DD'.length);
  return {
    words: wordsOfFacts(facts),
    names: Array.from(wordsOf(names.join('\n')), ({ word }) => word).join(' '),
    total: amountOf(first('total')),
    net: amountOf(first('net')),
    tax: amountOf(first('tax')),
    day: dayOf(first('date')) ?? received,
    due: dayOf(first('dueDate')),
    received,
  };
}

function wordsOfFacts(facts: Facts): string {
  const vector = createVector();
  const { language, title } = facts;
  vector.add(facts.fileName, { fields: ['name'], language });
  vector.add(partedName(facts.fileName), { fields: ['name'], language });
  if (title !== null) vector.add(title, { fields: ['name'], language });
  for (const field of ['kind', 'language', 'format', 'source', 'label'] as const) {
    vector.addOnly(facts[field] ?? '', field);
  }
  for (const { name, value } of facts.fields) {
    const whole = wholeFields.get(name);
    const words = wordFields.get(name);
    if (whole !== undefined) vector.addWhole(value, whole);
    vector.add(value, words === undefined ? {} : { fields: [words] });
  }
  return vector.toString();
}

/** `invoiceACME2024.pdf` is found by `acme`, too. */
function partedName(fileName: string): string {
  const parted = fileName.replaceAll(
    /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/gu,
    ' ',
  );
  return parted === fileName ? '' : parted;
}

/** PostgreSQL's numeric(20,2) holds it, or it is no amount. */
function amountOf(value: string | undefined): string | null {
  return value !== undefined && /^-?\d{1,17}(?:\.\d{1,2})?$/.test(value) ? value : null;
}
