import type { Field } from '../classification.ts';

/** A document may well have several of these; of anything else one is right. */
const SEVERAL = new Set(['reference', 'iban', 'vatId', 'email', 'phone', 'attachment']);
/** A list of contacts is no use as fields of one document. */
const MAX_OF_A_NAME = 10;
const MAX_ALTERNATIVES = 4;

/** People read them in this order; other names follow. */
const ORDER = [
  'documentNumber date dueDate net tax total currency seller buyer reference iban vatId',
  'from to cc subject attachment email phone author created',
].flatMap((names) => names.split(' '));

/**
 * The fields in the order people read them, of each name the surest first. Equal values are one:
 * the surest, at its first place. Where only one can be right, the others are kept as alternatives
 * of the best.
 */
export function rank(found: Field[]): Field[] {
  const byName = Map.groupBy(found, ({ name }) => name);
  const names = new Set([...ORDER, ...byName.keys()]);
  return [...names].flatMap((name) => rankOne(name, byName.get(name) ?? []));
}

function rankOne(name: string, found: Field[]): Field[] {
  const ranked = withoutDoubles(found).toSorted((a, b) => b.confidence - a.confidence);
  if (SEVERAL.has(name)) return ranked.slice(0, MAX_OF_A_NAME).map(rounded);
  const [best, ...others] = ranked.slice(0, 1 + MAX_ALTERNATIVES).map(rounded);
  if (best === undefined) return [];
  return [others.length === 0 ? best : { ...best, alternatives: others }];
}

function withoutDoubles(fields: Field[]): Field[] {
  const kept = new Map<string, Field>();
  for (const field of fields) {
    const known = kept.get(field.value);
    if (known === undefined || known.confidence < field.confidence) kept.set(field.value, field);
  }
  return [...kept.values()];
}

function rounded(field: Field): Field {
  return { ...field, confidence: Math.round(field.confidence * 1000) / 1000 };
}
