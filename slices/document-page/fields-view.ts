import type { Candidate, Field } from '../classification/findings.contract.ts';
import { fieldLabel } from '../document-board/board-row.contract.ts';

/** A value with where it stands, as the page shows it; empty where nothing is known. */
export interface ValueView {
  value: string;
  page: string;
  source: string;
  /** `97 %` */
  confidence: string;
  /** A person should look. */
  doubtful: boolean;
  /** `factur-x.xml`, where the file states the value as data. */
  origin: string | null;
  /** What else an ambiguous date may mean. */
  otherReading: string | null;
}

export interface FieldView extends ValueView {
  label: string;
  others: ValueView[];
}

const DOUBTFUL = 60;

/** The fields as rows of the page's table, with what else was found under their names. */
export function fieldViews(fields: readonly Field[]): FieldView[] {
  return fields.map(({ name, alternatives = [], ...best }) => ({
    label: fieldLabel(name),
    ...valueView(best),
    others: alternatives.map(valueView),
  }));
}

function valueView({
  value,
  page,
  source,
  confidence,
  origin,
  otherReading,
}: Candidate): ValueView {
  const percent = Math.round(confidence * 100);
  return {
    value,
    page: page === null ? '' : String(page),
    source,
    confidence: `${percent} %`,
    doubtful: percent < DOUBTFUL,
    origin: origin ?? null,
    otherReading: otherReading ?? null,
  };
}
