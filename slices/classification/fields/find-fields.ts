import type { Field, Kind } from '../classification.ts';
import type { Line } from '../document-text.ts';
import { decimalMark, findAmounts } from './amounts.ts';
import { findEmails, findPhones } from './contacts.ts';
import { findCurrency } from './currency.ts';
import { decideDateOrder, findDates } from './dates.ts';
import { findDocumentDates } from './document-dates.ts';
import type { Reading } from './finding.ts';
import { findIbans } from './iban.ts';
import type { Fits, LabelledValue } from './label-index.ts';
import { findLabelledValues } from './labelled-values.ts';
import { findDocumentNumber, findReferences, readCode } from './numbers.ts';
import { findParties } from './parties.ts';
import { rank } from './ranking.ts';
import { findTotals, type Totals } from './totals.ts';
import { findVatIds } from './vat-ids.ts';

/** Documents about money; elsewhere "total" or "customer" mean something else. */
const COMMERCIAL = new Set<Kind>(['invoice', 'credit-note', 'receipt']);
const PERHAPS_COMMERCIAL = new Set<Kind>(['other', 'letter', 'form', 'e-mail']);

/** What is read once and serves both the kind and the fields. */
export interface Findings {
  reading: Reading;
  values: LabelledValue[];
  totals: Totals;
}

/** Labels with their values, and the amounts among them. */
export function readFindings(lines: Line[], language: string | null): Findings {
  const reading: Reading = {
    lines,
    language,
    decimal: decimalMark(lines, language),
    dateOrder: decideDateOrder(lines, language),
  };
  const values = findLabelledValues(reading, fitting(reading));
  return { reading, values, totals: findTotals(values, reading) };
}

/** What may be the fields of a document of this kind, in no order; see {@link Field}. */
export function findFields({ reading, values, totals }: Findings, kind: Kind): Field[] {
  const { lines } = reading;
  return [
    ...(kind === 'spreadsheet' ? [] : findDocumentDates(values, reading)),
    ...(isCommercial(kind, { values, totals }) ? commercial({ reading, values, totals }) : []),
    ...(kind === 'spreadsheet' ? [] : findReferences(values)),
    ...findIbans(lines),
    ...findVatIds(lines),
    ...findEmails(lines),
    ...findPhones(lines),
  ];
}

/** Offers, orders and reminders have sums and parties, too; letters and mails may. */
function isCommercial(
  kind: Kind,
  { values, totals }: Pick<Findings, 'values' | 'totals'>,
): boolean {
  if (COMMERCIAL.has(kind)) return true;
  const numbered = values.some(({ name, strength }) => name === 'documentNumber' && strength === 1);
  return PERHAPS_COMMERCIAL.has(kind) && (totals.addUp || (numbered && totals.fields.length > 0));
}

function commercial({ reading, values, totals }: Findings): Field[] {
  return [
    ...findDocumentNumber(values, reading.lines),
    ...totals.fields,
    ...findCurrency(values, reading, rank(totals.fields)),
    ...findParties(values, reading),
  ];
}

function fitting(reading: Reading): Fits {
  return (name, text) => {
    switch (name) {
      case 'date':
      case 'dueDate':
        return findDates(text, reading).length > 0;
      case 'net':
      case 'tax':
      case 'total':
        return findAmounts(text, reading).some(({ explicit }) => explicit);
      case 'documentNumber':
      case 'reference':
        return readCode(text) !== null;
      case 'currency':
      case 'seller':
      case 'buyer':
      case 'other':
        return false;
      default:
        return name satisfies never;
    }
  };
}
