import type { Field } from '../classification.ts';
import { fold } from '../phrases.ts';
import { findAmounts } from '../fields/amounts.ts';
import { findDates } from '../fields/dates.ts';
import { sourceOf, type Reading } from '../fields/finding.ts';
import type { Structured } from './structured.ts';
import type { Stated } from './vocabulary.ts';

/** What is stated as data is as sure as can be; what is only read never outdoes it. */
const STATED = 0.99;
const READ_BESIDE_STATED = 0.9;
/** Shorter names and numbers are met anywhere by chance. */
const MIN_LETTERS = 3;

/**
 * The stated values before the found ones, each with the page and the words that show it, where
 * some do: a reader can check it there.
 */
export function withStated(found: Field[], structured: Structured[], reading: Reading): Field[] {
  const stated = structured.flatMap(({ origin, fields }) =>
    fields.map((field) => asField(field, origin, found, reading)),
  );
  const names = new Set(stated.map(({ name }) => name));
  const read = found.map((field) =>
    names.has(field.name)
      ? { ...field, confidence: Math.min(field.confidence, READ_BESIDE_STATED) }
      : field,
  );
  return [...stated, ...read];
}

function asField(stated: Stated, origin: string, found: Field[], reading: Reading): Field {
  const { name, value, source } = stated;
  const shown =
    found.find((field) => field.name === name && field.value === value) ?? locate(stated, reading);
  return {
    name,
    value,
    page: shown?.page ?? null,
    source: shown?.source ?? source,
    confidence: STATED,
    origin,
  };
}

/** The first line that shows the value, in whatever form. */
function locate({ name, value }: Stated, reading: Reading) {
  const shows = showing(name, value, reading);
  const line = reading.lines.find(({ text }) => shows(text));
  return line === undefined ? null : { page: line.page, source: sourceOf(line.text) };
}

function showing(name: string, value: string, reading: Reading): (text: string) => boolean {
  switch (name) {
    case 'net':
    case 'tax':
    case 'total':
      return (text) =>
        findAmounts(text, reading).some(({ cents }) => (cents / 100).toFixed(2) === value);
    case 'date':
    case 'dueDate':
      return (text) => findDates(text, reading).some(({ iso }) => iso === value);
    default: {
      const wanted = squash(value);
      return (text) => wanted.length >= MIN_LETTERS && squash(text).includes(wanted);
    }
  }
}

function squash(text: string): string {
  return fold(text).replaceAll(/[^\p{L}\p{N}]/gu, '');
}
