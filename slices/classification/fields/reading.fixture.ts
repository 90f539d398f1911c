import type { Field, Kind } from '../classification.ts';
import { readLines } from '../document-text.ts';
import { findFields, readFindings } from './find-fields.ts';
import { rank } from './ranking.ts';

/** Fields of a text as the tests need them: the kind and language are given. */
export function fieldsOf(
  text: string,
  { kind = 'invoice', language = 'en' }: { kind?: Kind; language?: string | null } = {},
): Field[] {
  return rank(findFields(readFindings(readLines(text.split('\f')), language), kind));
}

/** Values of the fields of one name. */
export function valuesOf(
  name: string,
  text: string,
  options: { kind?: Kind; language?: string | null } = {},
): string[] {
  return fieldsOf(text, options).flatMap((field) => (field.name === name ? [field.value] : []));
}
