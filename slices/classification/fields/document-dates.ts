import type { Field } from '../classification.ts';
import { findDates, type FoundDate } from './dates.ts';
import { sourceOf, type Reading } from './finding.ts';
import type { LabelledValue } from './label-index.ts';

/** Without a label, the first date near the top is the document's: a guess. */
const TOP_LINES = 40;
const UNLABELLED = 0.45;
/** Until then less is to be paid; another date may tell when all is due. */
const DISCOUNT = /\d ?%|skonto|discount|escompte|sconto|korting/i;
const DISCOUNT_SHARE = 0.7;

/** Dates that may be the document's, and dates by which it may have to be paid. */
export function findDocumentDates(values: LabelledValue[], reading: Reading): Field[] {
  return [
    ...labelled(values, 'date', reading),
    ...firstDate(reading),
    ...labelled(values, 'dueDate', reading),
  ];
}

function labelled(values: LabelledValue[], name: 'date' | 'dueDate', reading: Reading): Field[] {
  const numbered = new Set(
    values.filter((value) => value.name === 'documentNumber').map(({ line }) => line),
  );
  return values
    .filter((value) => value.name === name)
    .flatMap((value) => {
      const dates = findDates(value.value, reading);
      // Discounts end before the payment is due: of several dates behind "payable" the last counts.
      const date = name === 'dueDate' ? latest(dates) : dates[0];
      if (date === undefined || (name === 'date' && date.start > 25)) return [];
      // "Rechnung Nr. 4711 vom 5.3.2018": beside the number even a small word says enough.
      const beside = numbered.has(value.line) ? Math.max(value.strength, 0.9) : value.strength;
      const strength = DISCOUNT.test(value.value) ? beside * DISCOUNT_SHARE : beside;
      return asField(name, date, value.page, sourceOf(value.label, value.value), 0.97 * strength);
    });
}

function firstDate(reading: Reading): Field[] {
  for (const { text, page } of reading.lines.slice(0, TOP_LINES)) {
    const [date] = findDates(text, reading);
    if (date !== undefined && page === reading.lines[0]?.page) {
      return [asField('date', date, page, sourceOf(text.slice(date.start, date.end)), UNLABELLED)];
    }
  }
  return [];
}

function latest(dates: FoundDate[]): FoundDate | undefined {
  return dates.toSorted((a, b) => b.iso.localeCompare(a.iso))[0];
}

function asField(
  name: string,
  date: FoundDate,
  page: number,
  source: string,
  confidence: number,
): Field {
  const field = { name, value: date.iso, page, source, confidence };
  if (date.alternative !== null) {
    return { ...field, confidence: confidence * 0.55, otherReading: date.alternative };
  }
  return date.certain ? field : { ...field, confidence: confidence * 0.8 };
}
