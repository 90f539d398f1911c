import type { Field } from '../classification.ts';
import type { Line } from '../document-text.ts';
import { findCompanies } from './companies.ts';
import { sourceOf, type Reading } from './finding.ts';
import type { LabelledValue } from './label-index.ts';
import { findAddressWindow, findLetterheadName, findSenderLine } from './letterhead.ts';
import { LEGAL_FORM, asName, isLegalForm } from './party-names.ts';

/** Below this a guess at a party helps nobody. */
const SURE_ENOUGH = 0.5;

/** Who sells and who buys, by labels, by the sender's line of a letter and by legal forms. */
export function findParties(values: LabelledValue[], { lines }: Reading): Field[] {
  const letterhead = findSenderLine(lines);
  const buyers = [...labelled('buyer', values, lines), ...letterhead.buyers];
  const known = new Set(buyers.filter(isSure).map(({ value }) => value));
  const found = sureEnough([
    ...labelled('seller', values, lines),
    ...letterhead.sellers,
    ...findCompanies(lines, known),
  ]);
  const sellers = found.length > 0 ? found : findLetterheadName(lines, known);
  const [seller = null] = sellers.toSorted((a, b) => b.confidence - a.confidence);
  const others = [...buyers, ...findAddressWindow(lines, seller)];
  return [...sellers, ...sureEnough(others.filter(({ value }) => value !== seller?.value))];
}

function isSure({ confidence }: Field): boolean {
  return confidence > 0.7;
}

function sureEnough(fields: Field[]): Field[] {
  return fields.filter(({ confidence }) => confidence >= SURE_ENOUGH);
}

function labelled(name: 'seller' | 'buyer', values: LabelledValue[], lines: Line[]): Field[] {
  return values
    .filter((value) => value.name === name && value.strength >= 0.6)
    .flatMap((value) => {
      const found = nameAfter(value, lines);
      if (found === null) return [];
      const company = LEGAL_FORM.test(found) ? 1.05 : 1;
      const confidence = Math.min(0.92, 0.85 * value.strength * company);
      return {
        name,
        value: found,
        page: value.page,
        source: sourceOf(value.label, found),
        confidence,
      };
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
