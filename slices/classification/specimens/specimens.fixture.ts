import { readFileSync } from 'node:fs';
import type { Format } from '../../text-extraction/format.contract.ts';

/** A document of our own making, with what a person says of it. */
export interface Specimen {
  name: string;
  /** Kinds that are right: a reminder is a letter to some and none of the kinds to others. */
  kinds: string[];
  /** By name of the field. */
  fields: Record<string, string>;
  pages: string[];
  format: Format;
  /** Half of them were not looked at while the rules were made. */
  heldOut: boolean;
}

const FILES = ['trade.txt', 'others.txt'];

/**
 * The specimens: each begins with `==== kinds`, lists its fields, and has its text after `----`.
 * Every second one is held out.
 */
export function readSpecimens(): Specimen[] {
  return FILES.flatMap((file) => {
    const all = readFileSync(new URL(file, import.meta.url), 'utf8')
      .split(/^==== /m)
      .slice(1);
    return all.map((specimen, index) => asSpecimen(specimen, file, index));
  });
}

function asSpecimen(specimen: string, file: string, index: number): Specimen {
  const [head = '', text = ''] = specimen.split(/^----\n/m);
  const [kinds = '', ...fields] = head.trim().split('\n');
  return {
    name: `${file} ${index}`,
    kinds: kinds.split('|'),
    fields: Object.fromEntries(
      fields.map((line): [string, string] => {
        const [name = '', ...value] = line.split(': ');
        return [name, value.join(': ')];
      }),
    ),
    pages: [text],
    format: kinds === 'e-mail' ? 'email' : 'pdf',
    heldOut: index % 2 === 1,
  };
}
